// The verb: what it writes, what it says it cost, and what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "problems/flow/files.hpp"
#include "problems/flow/points.hpp"
#include "tests/support/command.hpp"

namespace tandem::flow {
namespace {

using testing::HasSubstr;

class SolveFlow : public testing::Test {
 protected:
  std::string data(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.path() / name) << content;
    return "--data '" + (folder_.path() / name).string() + "' ";
  }
  static test::Result solve(const std::string& arguments) {
    return test::run(TANDEM_PROGRAM, "solve flow " + arguments);
  }
  static nlohmann::json answer(const std::string& arguments) {
    const test::Result result = solve(arguments + " --json");
    EXPECT_EQ(result.status, 0) << result.errors;
    return nlohmann::json::parse(result.output);
  }
  static std::string refusal(const std::string& arguments) {
    const test::Result result = solve(arguments);
    EXPECT_EQ(result.status, 2) << result.output;
    return result.errors;
  }

  const test::TemporaryFolder folder_;
};

TEST_F(SolveFlow, LeadsToTheOnlyDatum) {
  const auto found = answer(data("one.csv", "x,y\n3,-1\n") + "--samples 3 --steps 2");
  EXPECT_EQ(found.at("evaluations"), 2);
  EXPECT_EQ(found.at("steps"), 2);
  EXPECT_THAT(found.at("values").get<std::vector<float>>(),
              testing::Pointwise(testing::FloatNear(1e-5F), std::vector<float>{3, -1, 3, -1, 3, -1}));
}

TEST_F(SolveFlow, CountsTheEvaluationsOfEverySolver) {
  const std::string two = data("two.csv", "-1\n1\n");
  EXPECT_EQ(answer(two + "--solver euler --steps 7").at("evaluations"), 7);
  EXPECT_EQ(answer(two + "--solver midpoint --steps 7").at("evaluations"), 14);
  EXPECT_EQ(answer(two + "--solver heun --steps 7 --end 0.1").at("evaluations"), 14);
  EXPECT_EQ(answer(two + "--solver rk4 --steps 7 --end 0.1").at("evaluations"), 28);
  const auto adaptive = answer(two + "--solver dopri5 --end 0.1 --tolerance 1e-4");
  EXPECT_GT(adaptive.at("evaluations"), 12);
  EXPECT_EQ(adaptive.at("tolerance"), 1e-4);
  EXPECT_FALSE(adaptive.contains("steps"));
}

TEST_F(SolveFlow, HasStatesOnTheWay) {
  const auto found = answer(data("one.csv", "4\n") + "--samples 2 --solver dopri5 --end 0.2 --states 3 --seed 9");
  EXPECT_EQ(found.at("times"), nlohmann::json({1.0, 0.6, 0.2}));
  const auto values = found.at("values").get<std::vector<double>>();
  ASSERT_EQ(values.size(), 6U);
  const Points<float> starts = noise(9, 2, 1);
  for (std::size_t i = 0; i < values.size(); ++i) {  // one datum: all paths are straight
    const double t = std::vector{1.0, 0.6, 0.2}[i / 2];
    EXPECT_NEAR(values[i], (1 - t) * 4 + t * starts.values[i % 2], 1e-4);
  }
}

TEST_F(SolveFlow, WritesWhatNumPyReads) {
  const std::string out = (folder_.path() / "samples.npy").string();
  const test::Result result = solve(data("two.csv", "-1,5\n1,5\n") + "--samples 5 --out '" + out + "'");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("100 field evaluations each"));
  const Points<float> samples = read_npy(out, 100);
  EXPECT_EQ(samples.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(std::abs(samples[i][0]), 1, 1e-3);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(samples[i][1], 5, 1e-4);
}

TEST_F(SolveFlow, MakesTheSameSamplesHoweverManyThereAre) {
  const std::string two = data("two.csv", "-1\n1\n");
  const auto few = answer(two + "--samples 2 --steps 5").at("values");
  const auto many = answer(two + "--samples 100 --steps 5").at("values");
  EXPECT_EQ(few[0], many[0]);
  EXPECT_EQ(few[1], many[1]);
}

TEST_F(SolveFlow, RefusesBadDataInASentence) {
  EXPECT_THAT(refusal("--data none.csv"), HasSubstr("none.csv cannot be read"));
  EXPECT_THAT(refusal(data("empty.csv", "")), HasSubstr("holds no points"));
  EXPECT_THAT(refusal(data("nan.csv", "1,2\n3,nan\n")), HasSubstr("has 'nan' in line 2, which is no finite number"));
  EXPECT_THAT(refusal(data("ragged.csv", "1,2\n3\n")), HasSubstr("has 1 numbers in line 2, but 2 before"));
  EXPECT_THAT(refusal(data("one.csv", "1\n") + "--samples 300000000"),
              HasSubstr("300000000 samples of 1 numbers are more than fit"));
}

TEST_F(SolveFlow, NeverPassesOverWhatWasAsked) {
  const std::string one = data("one.csv", "1\n");
  EXPECT_THAT(refusal(one + "--samples 0"), HasSubstr("there is nothing to do for 0 samples"));
  EXPECT_THAT(refusal(one + "--steps 0"), HasSubstr("there are no steps"));
  EXPECT_THAT(refusal(one + "--solver dopri5 --end 0.1 --steps 5"), HasSubstr("dopri5 chooses its steps"));
  EXPECT_THAT(refusal(one + "--tolerance 1e-3"), HasSubstr("euler keeps no tolerance"));
  EXPECT_THAT(refusal(one + "--states 5"), HasSubstr("euler has states at its steps alone"));
  EXPECT_THAT(refusal(one + "--solver dopri5 --end 0.1 --states 1"), HasSubstr("the states are at least 2"));
  EXPECT_THAT(refusal(one + "--solver dopri5"), HasSubstr("no value at t = 0, where dopri5 asks for it"));
  EXPECT_THAT(refusal(one + "--solver rk4"), HasSubstr("no value at t = 0, where rk4 asks for it"));
  EXPECT_THAT(refusal(one + "--solver dopri5 --end 0.1 --tolerance 1e-9"), HasSubstr("no tolerance below 1e-6"));
  EXPECT_THAT(refusal(one + "--solver dopri5 --end 2"), HasSubstr("the time is 2.000000"));
}

TEST(SolveFlowWithoutData, SaysWhatIsMissing) {
  const test::TemporaryFolder nothing;
  for (const std::string name : {"digits", "airports"}) {
    const test::Result result = test::run(
        "/usr/bin/env", "TANDEM_DATA='" + nothing.path().string() + "' '" TANDEM_PROGRAM "' solve flow --data " + name);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.errors, HasSubstr("the " + name + " are not here: ci/bench and ci/test bring them"));
  }
}

}  // namespace
}  // namespace tandem::flow
