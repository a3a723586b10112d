// `tandem solve ab_plus_c` from the outside: numbers, ranges, sums, and bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/program.hpp"

namespace tandem::test {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(Solve, PrintsOneObjectPerNumber) {
  const Result result =
      tandem("solve ab_plus_c 128 0 5 18446744073709551615 85070591730234615865843651857942052863 --json");
  ASSERT_EQ(result.status, 0) << result.errors;
  std::istringstream lines(result.output);
  std::vector<json> objects;
  for (std::string line; std::getline(lines, line);) objects.push_back(json::parse(line));
  ASSERT_EQ(objects.size(), 5U);
  EXPECT_EQ(objects[0].at("n"), "128");
  EXPECT_EQ(objects[0].at("sum"), "24");
  EXPECT_EQ(objects[0].at("a"), "8");
  EXPECT_EQ(objects[0].at("b"), "16");
  EXPECT_EQ(objects[0].at("c"), "0");
  EXPECT_TRUE(objects[0].at("iterations").is_number_integer());
  EXPECT_EQ(objects[1].at("sum"), "0");
  EXPECT_EQ(objects[2].at("sum"), "5");
  EXPECT_EQ(objects[3].at("sum"), "8589934592");
  EXPECT_EQ(objects[3].at("a"), "4294967295");
  EXPECT_EQ(objects[4].at("n"), "85070591730234615865843651857942052863");
}

TEST(Solve, EveryVariantGivesTheSameAnswer) {
  const json methods = tandem_json("list --json").at("methods");
  for (const json& method : methods) {
    if (method.at("name") != "ab_plus_c") continue;
    for (const json& variant : method.at("variants")) {
      const auto name = variant.at("name").get<std::string>();
      const Result result = tandem("solve ab_plus_c 1000003 --variant " + name);
      EXPECT_EQ(result.status, 0) << name << result.errors;
      EXPECT_THAT(result.output, StartsWith("1000003 = 1000 * 1000 + 3, sum 2003 ")) << name;
    }
  }
}

TEST(Solve, StreamsARange) {
  const Result result = tandem("solve ab_plus_c --range 126 131 --json");
  ASSERT_EQ(result.status, 0) << result.errors;
  EXPECT_EQ(std::ranges::count(result.output, '\n'), 5);
  EXPECT_THAT(result.output, HasSubstr(R"({"n":"128","sum":"24","a":"8","b":"16","c":"0")"));
  EXPECT_THAT(tandem("solve ab_plus_c --range 7 7").output, IsEmpty());
  EXPECT_EQ(tandem("solve ab_plus_c --range 7 7").status, 0);
}

TEST(Solve, SumsFromZero) {
  EXPECT_EQ(tandem("solve ab_plus_c --sum 100000").output, "42756118\n");
  EXPECT_EQ(tandem("solve ab_plus_c --sum 0").output, "0\n");
  EXPECT_EQ(tandem_json("solve ab_plus_c --sum 100000 --variant early_stop --json").at("sum"), "42756118");
}

TEST(Solve, RefusesBadInput) {
  expect_refusal("solve ab_plus_c", "give either");
  expect_refusal("solve ab_plus_c ''", "empty");
  expect_refusal("solve ab_plus_c -- -5", "-5");
  expect_refusal("solve ab_plus_c -5", "-5");
  expect_refusal("solve ab_plus_c +5", "+5");
  expect_refusal("solve ab_plus_c ' 5'", "' 5'");
  expect_refusal("solve ab_plus_c '1 2'", "'1 2'");
  expect_refusal("solve ab_plus_c 12x", "12x");
  expect_refusal("solve ab_plus_c 0x10", "0x10");
  expect_refusal("solve ab_plus_c 1e6", "1e6");
  expect_refusal("solve ab_plus_c 85070591730234615865843651857942052864", "too large");
  expect_refusal("solve ab_plus_c 99999999999999999999999999999999999999999999999999", "too large");
  expect_refusal("solve ab_plus_c 128 seven", "seven");
  expect_refusal("solve ab_plus_c 128 --variant magic", "magic");
  expect_refusal("solve ab_plus_c 18446744073709551616 --variant pq_early_stop", "below 2^64");
  expect_refusal("solve ab_plus_c --range 9 3", "reversed");
  expect_refusal("solve ab_plus_c --range 9", "range");
  expect_refusal("solve ab_plus_c --range 0 18446744073709551616", "too large");
  expect_refusal("solve ab_plus_c --range 0 10000000000000000", "memory");
  expect_refusal("solve ab_plus_c --sum -1", "-1");
  expect_refusal("solve ab_plus_c --sum ''", "empty");
  expect_refusal("solve ab_plus_c 5 --sum 5", "give either");
  expect_refusal("solve no_such_method 5", "");
}

}  // namespace
}  // namespace tandem::test
