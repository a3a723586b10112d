// The built program from the outside: what its tests ask of every answer and every refusal.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/command.hpp"

namespace tandem::test {

inline Result tandem(const std::string& arguments) { return run(TANDEM_PROGRAM, arguments); }

inline nlohmann::json tandem_json(const std::string& arguments) {
  const Result result = tandem(arguments);
  EXPECT_EQ(result.status, 0) << result.errors;
  return nlohmann::json::parse(result.output);
}

/// One clear sentence on standard error, nothing that looks like a result, exit status 2.
inline void expect_refusal(const std::string& arguments, const std::string& because) {
  const Result result = tandem(arguments);
  EXPECT_EQ(result.status, 2) << arguments;
  EXPECT_THAT(result.output, testing::IsEmpty()) << arguments;
  EXPECT_THAT(result.errors, testing::StartsWith("tandem: ")) << arguments;
  EXPECT_THAT(result.errors, testing::HasSubstr(because)) << arguments;
  EXPECT_EQ(std::ranges::count(result.errors, '\n'), 1) << arguments << ": " << result.errors;
}

}  // namespace tandem::test
