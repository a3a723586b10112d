// The program with the methods that must be refused, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/command.hpp"

namespace tandem::suite {
namespace {

using test::run;
using testing::HasSubstr;
using testing::Not;

TEST(Program, RefusesEachByNameWithStatusOne) {
  for (const char* variant : {"null_kernel", "wrong_element", "wrong_at_three_threads_omp", "kept_answer", "throws"}) {
    const auto result = run(TANDEM_BROKEN_PROGRAM, std::string("check broken/") + variant);
    EXPECT_EQ(result.status, 1) << variant;
    EXPECT_THAT(result.output, HasSubstr("DISAGREES")) << variant;
    EXPECT_THAT(result.output, HasSubstr(variant));
  }
  EXPECT_EQ(run(TANDEM_BROKEN_PROGRAM, "check broken/honest").status, 0);
}

TEST(Program, GoesOnBehindAMethodThatThrows) {
  const auto result = run(TANDEM_BROKEN_PROGRAM, "check 'broken(_make|_certificate|)/(reference|honest)/(small|one)'");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.output, HasSubstr("no data"));
  EXPECT_THAT(result.output, HasSubstr("6 checks ran, 4 disagree"));
  EXPECT_EQ(run(TANDEM_BROKEN_PROGRAM, "bench --rounds 8 'broken(_make|_hash|)/(reference|honest)'").status, 1);
}

TEST(Program, BenchGivesARefusedRowNoTime) {
  const test::TemporaryFolder folder;
  const std::string out = (folder.path() / "results.json").string();
  const auto result =
      run(TANDEM_BROKEN_PROGRAM, "bench --rounds 8 'broken/(null_kernel|recognised_input|tires)' --out '" + out + "'");
  EXPECT_EQ(result.status, 1) << result.output;
  std::vector<std::string> wrong = {"null_kernel", "tires"};
  // Its time alone gives this one away, and on a machine too busy for its peaks to be believed there is no roof.
  const auto results = nlohmann::json::parse(test::read_file(out));
  if (!results.at("context").at("tandem").contains("suspect_peaks")) wrong.emplace_back("recognised_input");
  for (const std::string& variant : wrong) {
    EXPECT_THAT(result.errors, HasSubstr("refused broken/" + variant));
  }
}

TEST(Program, GoogleBenchmarkFlagsPassTheSameGate) {
  // No suffix `s` to the time: Google Benchmark 1.7 refuses it, later ones can do without.
  const auto refused = run(TANDEM_BROKEN_PROGRAM, "bench broken/null_kernel --benchmark_min_time=0.01");
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.output, HasSubstr("DISAGREES"));
  const auto honest =
      run(TANDEM_BROKEN_PROGRAM, "bench broken/honest --benchmark_min_time=0.01 --benchmark_repetitions=2");
  EXPECT_EQ(honest.status, 0) << honest.errors;
  EXPECT_THAT(honest.output, HasSubstr("broken/honest/small/real_time_mean"));
  EXPECT_THAT(honest.output, Not(HasSubstr("ERROR")));
}

}  // namespace
}  // namespace tandem::suite
