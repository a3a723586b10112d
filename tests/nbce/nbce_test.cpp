// The merge step of NBCE on values computed by hand, at its edges, and on what it refuses. Agreement on random problems
// is tested for all methods at once.
#include "impl/nbce/nbce.hpp"
#include "problems/nbce/logits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "tests/nbce/variants.hpp"

namespace tandem::nbce {
namespace {

testing::Matcher<float> near(double value) { return testing::FloatNear(static_cast<float>(value), 1e-5F); }

TEST_P(EveryVariant, GivesValuesComputedByHand) {
  // Entropies of 1.75 and 2 bits: context 0 is chosen.
  const std::vector<std::vector<double>> rows = {
      {0.25, 0.5, 0.125, 0.125}, {0.5, 0.25, 0.125, 0.125}, {0.25, 0.25, 0.25, 0.25}};
  const double bit = std::log(2);
  Settings settings{.beta = 1, .top_p = 1, .temperature = 0};
  Answer<float> answer = solve(problem_of(rows, settings));
  EXPECT_EQ(answer.chosen, 0);
  EXPECT_EQ(answer.token, 0);
  EXPECT_THAT(answer.entropies,
              testing::ElementsAre(testing::DoubleNear(1.75 * bit, 1e-5), testing::DoubleNear(1.75 * bit, 1e-5),
                                   testing::DoubleNear(2 * bit, 1e-5)));
  EXPECT_THAT(answer.merged, testing::ElementsAre(near(0), near(-3 * bit), near(-3 * bit), near(-3 * bit)));

  settings.pool = Pool::average;  // 2 * (-1, -2, -3, -3) + (-2, -2, -2, -2), halved and doubled again, minus row 0
  answer = solve(problem_of(rows, settings));
  EXPECT_EQ(answer.chosen, -1);
  EXPECT_THAT(answer.merged, testing::ElementsAre(near(-bit), near(-3 * bit), near(-2 * bit), near(-2 * bit)));

  settings.pool = Pool::maximum;  // 2 * (-1, -2, -2, -2) - (-2, -1, -3, -3)
  answer = solve(problem_of(rows, settings));
  EXPECT_THAT(answer.merged, testing::ElementsAre(near(0), near(-3 * bit), near(-bit), near(-bit)));
}

TEST_P(EveryVariant, TopPKeepsTheFewestTokensThatReachIt) {
  // Shares of 4/8, 2/8, 1/8, 1/8: 0.7 needs two tokens, 0.8 three, of the equal ones the first.
  const std::vector<std::vector<double>> row = {{0.125, 0.25, 0.5, 0.125}};
  const double bit = std::log(2);
  const auto kept = [&](double top_p) { return solve(problem_of(row, {.top_p = top_p})); };
  EXPECT_THAT(kept(0).merged, testing::ElementsAre(-infinity, -infinity, near(-bit), -infinity));
  EXPECT_THAT(kept(0.7).merged, testing::ElementsAre(-infinity, near(-2 * bit), near(-bit), -infinity));
  EXPECT_THAT(kept(0.8).merged, testing::ElementsAre(near(-3 * bit), near(-2 * bit), near(-bit), -infinity));
  EXPECT_THAT(kept(1).merged, testing::ElementsAre(near(-3 * bit), near(-2 * bit), near(-bit), near(-3 * bit)));
  EXPECT_NEAR(kept(0.7).entropies[0], bit, 1e-5);  // 1/2 + 2/4 bits, as they are
  const Answer<float> scaled = solve(problem_of(row, {.top_p = 0.7, .renormalise = true}));
  EXPECT_NEAR(scaled.entropies[0], std::log(3) - 2.0 / 3 * bit, 1e-5);  // of (2/3, 1/3)
}

TEST_P(EveryVariant, CopiesThePoolWhereTheQuestionAloneFindsATokenImpossible) {
  const std::vector<std::vector<double>> rows = {{0.9, 0.06, 0.04}, {0.02, 0.18, 0.8}};
  const Answer<float> answer = solve(problem_of(rows, {.beta = 0.25, .top_p = 0.95, .temperature = 0}));
  // Row 0 keeps tokens 0 and 1, row 1 tokens 2 and 1.
  EXPECT_THAT(answer.merged, testing::ElementsAre(-infinity, near(1.25 * std::log(0.18) - 0.25 * std::log(0.06)),
                                                  near(std::log(0.8))));
  EXPECT_EQ(answer.token, 2);
}

TEST_P(EveryVariant, HasDefinedEdges) {
  const std::vector<std::vector<double>> rows = {{0.7, 0.3}, {0.2, 0.8}};
  for (const Pool pool : pools) {
    const auto solve_with = [&](double beta, const std::vector<std::vector<double>>& probabilities) {
      return solve(problem_of(probabilities, {.pool = pool, .beta = beta, .top_p = 1, .temperature = 0}));
    };
    EXPECT_THAT(solve_with(0, rows).merged, testing::ElementsAre(near(std::log(0.2)), near(std::log(0.8))));
    EXPECT_THAT(solve_with(-1, rows).merged, testing::ElementsAre(near(std::log(0.7)), near(std::log(0.3))));
    const Answer<float> alone = solve_with(0.25, {{0.7, 0.3}});  // n = 0
    EXPECT_THAT(alone.merged, testing::ElementsAre(near(std::log(0.7)), near(std::log(0.3))));
    EXPECT_EQ(alone.chosen, -1);
    EXPECT_EQ(alone.token, 0);
    const Answer<float> one_word = solve_with(0.25, {{1}, {1}});  // V = 1
    EXPECT_THAT(one_word.merged, testing::ElementsAre(near(0)));
    EXPECT_THAT(one_word.entropies, testing::Each(testing::DoubleNear(0, 1e-6)));
    EXPECT_EQ(one_word.token, 0);
  }
  // beta = 0 and -1 where tokens are impossible: 0 times infinity must not appear.
  const std::vector<std::vector<double>> holes = {{1, 0, 0}, {0, 0, 1}};
  for (const double beta : {-1.0, 0.0, 0.25}) {
    for (const Pool pool : pools) {
      const Answer<float> answer = solve(problem_of(holes, {.pool = pool, .beta = beta, .top_p = 1}));
      EXPECT_EQ(answer.token, beta == -1 ? 0 : 2);
      EXPECT_EQ(answer.merged[1], -infinity);
    }
  }
}

TEST_P(EveryVariant, AnAverageCountsNoLogProbabilityBelowTheFloor) {
  const std::vector<std::vector<double>> rows = {{0.4, 0.3, 0.3}, {1, 0, 0}, {0, 1, 0}};
  Settings settings{.pool = Pool::average, .beta = 0, .top_p = 1};
  EXPECT_THAT(solve(problem_of(rows, settings)).merged, testing::ElementsAre(near(-50), near(-50), -infinity));
  settings.floor = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(refusal(problem_of(rows, settings)), no_token_is_left);
  settings.beta = -1;  // the pool does not count
  EXPECT_EQ(refusal(problem_of(rows, settings)), "accepted");
}

TEST_P(EveryVariant, RefusesWhatHasNoAnswer) {
  const auto with = [](auto change) {
    Problem<float> problem = problem_of({{0.5, 0.5}, {0.5, 0.5}}, {});
    change(problem);
    return problem;
  };
  const auto setting = [&](auto member, double value) {
    return refusal(with([&](Problem<float>& problem) { problem.settings.*member = value; }));
  };
  const auto logit = [&](float value) { return refusal(with([&](Problem<float>& p) { p.logits[3] = value; })); };
  EXPECT_EQ(logit(nan), "the logit of token 1 in row 1 is NaN");
  EXPECT_EQ(logit(infinity), "the logit of token 1 in row 1 is +inf");
  EXPECT_EQ(refusal(with([](Problem<float>& p) { p.logits[2] = p.logits[3] = -infinity; })),
            "row 1 has no finite logit: it finds every token impossible");
  for (const double beta : {-1.5, 2e6, static_cast<double>(nan), static_cast<double>(infinity)}) {
    EXPECT_EQ(setting(&Settings::beta, beta), "beta must lie between -1 and 1000000");
  }
  for (const double top_p : {-0.1, 1.1, static_cast<double>(nan)}) {
    EXPECT_EQ(setting(&Settings::top_p, top_p), "top-p must lie between 0 and 1");
  }
  for (const double temperature : {-1.0, static_cast<double>(nan), static_cast<double>(infinity)}) {
    EXPECT_EQ(setting(&Settings::temperature, temperature), "the temperature must be 0 or more");
  }
  EXPECT_EQ(setting(&Settings::eta, nan), "eta must be a finite number");
  EXPECT_EQ(setting(&Settings::floor, 1), "the floor of an average is a log-probability: it must be 0 or less");
  EXPECT_EQ(refusal(with([](Problem<float>& p) { p.previous = 1; })), "the context chosen before, 1, is none of the 1");
  EXPECT_EQ(refusal(with([](Problem<float>& p) { p.uniform = 1; })), "the random number must lie in [0, 1)");
  EXPECT_EQ(refusal(with([](Problem<float>& p) { p.vocabulary = 0; })), "the vocabulary is empty");
  EXPECT_EQ(refusal(with([](Problem<float>& p) { p.vocabulary = 3; })), "4 logits are not rows of 3");
}

TEST_P(EveryVariant, SeesABadLogitAnywhereInALongRow) {
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const suite::PinnedSimdTarget pinned(target.id);
    for (const std::size_t place : {0, 4097, 9998, 9999}) {
      for (const float bad :
           {nan, -nan, infinity, std::bit_cast<float>(0x7f800001U), std::bit_cast<float>(0xffffffffU)}) {
        Problem<float> problem = random_problem<float>(10000, 1, 1);
        problem.logits[10000 + place] = bad;
        EXPECT_THAT(refusal(problem), testing::HasSubstr("token " + std::to_string(place) + " in row 1 is "))
            << bad << " on " << target.name;
      }
    }
  }
}

TEST(Bfloat16, RoundsToTheNearestEven) {
  EXPECT_EQ(static_cast<float>(Bfloat16(1.0F)), 1.0F);
  EXPECT_EQ(static_cast<float>(Bfloat16(1 + 0x1p-8F)), 1.0F);  // halfway, down to even
  EXPECT_EQ(static_cast<float>(Bfloat16(1 + 3 * 0x1p-8F)), 1 + 0x1p-6F);
  EXPECT_EQ(static_cast<float>(Bfloat16(-infinity)), -infinity);
  EXPECT_TRUE(std::isnan(static_cast<float>(Bfloat16(std::bit_cast<float>(0x7f800001U)))));
}

}  // namespace
}  // namespace tandem::nbce
