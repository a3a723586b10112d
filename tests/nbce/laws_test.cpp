// The laws that the merge step of NBCE obeys, and the distribution of what it draws.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "impl/nbce/nbce.hpp"
#include "impl/support/random.hpp"
#include "problems/nbce/bayes.hpp"
#include "problems/nbce/logits.hpp"
#include "tests/nbce/variants.hpp"

namespace tandem::nbce {
namespace {

// Sums of at most 2^14 float terms of mixed size are compared, hence 1e-4 (see benchmarks/nbce/merge.cpp).
TEST_P(EveryVariant, DoesNotChangeWithAConstantAddedToARow) {
  for (const Pool pool : pools) {
    Problem<float> problem = random_problem<float>(9000, 3, 5);
    problem.settings.pool = pool;
    problem.settings.temperature = 0;
    for (float& logit : problem.logits) logit = std::round(16 * logit) / 16;  // so that adding 64 rounds nothing
    const Answer<float> before = solve(problem);
    for (std::size_t i = 0; i < problem.logits.size(); ++i) {
      const std::size_t row = i / problem.vocabulary;
      problem.logits[i] += 64 * static_cast<float>(row);
    }
    const Answer<float> after = solve(problem);
    EXPECT_EQ(after.chosen, before.chosen);
    EXPECT_EQ(after.token, before.token);
    for (std::size_t id = 0; id < problem.vocabulary; ++id) {
      ASSERT_EQ(std::isinf(after.merged[id]), std::isinf(before.merged[id])) << id;
      if (std::isinf(after.merged[id])) continue;
      ASSERT_NEAR(after.merged[id], before.merged[id], 1e-4) << id;
    }
  }
}

TEST_P(EveryVariant, FollowsAPermutationOfTheContexts) {
  for (const Pool pool : pools) {
    Problem<float> problem = random_problem<float>(500, 4, 6);
    problem.settings.pool = pool;
    problem.previous = -1;
    const Answer<float> before = solve(problem);
    Problem<float> turned = problem;  // context k becomes k + 1 mod 4
    for (std::size_t k = 0; k < 4; ++k) {
      std::ranges::copy(problem.row(k + 1), turned.logits.begin() + static_cast<long>((k + 1) % 4 + 1) * 500);
    }
    const Answer<float> after = solve(turned);
    EXPECT_EQ(after.chosen, pool == Pool::minimum_entropy ? (before.chosen + 1) % 4 : -1);
    EXPECT_EQ(after.token, before.token);
    for (std::size_t id = 0; id < 500; ++id) {
      if (pool == Pool::average && !std::isinf(before.merged[id])) {
        ASSERT_NEAR(after.merged[id], before.merged[id], 1e-4);  // another order of addition
      } else {
        ASSERT_EQ(after.merged[id], before.merged[id]) << id;
      }
    }
  }
}

TEST_P(EveryVariant, TakesTheFirstOfContextsWithEqualEntropies) {
  Problem<float> problem = random_problem<float>(3000, 1, 7);
  for (int copy = 0; copy < 3; ++copy) {
    const std::vector<float> context(problem.row(1).begin(), problem.row(1).end());
    problem.logits.insert(problem.logits.end(), context.begin(), context.end());
  }
  problem.previous = -1;
  EXPECT_EQ(solve(problem).chosen, 0);
  problem.previous = 2;  // the bonus is for staying
  EXPECT_EQ(solve(problem).chosen, 2);
  problem.settings.eta = 0;
  EXPECT_EQ(solve(problem).chosen, 0);
}

TEST_P(EveryVariant, IsNeverNanNorPlusInfinity) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Problem<float> problem = random_problem<float>(1 + random_bits(seed, 0) % 40, random_bits(seed, 1) % 5, seed);
    problem.settings.pool = pools[seed % 3];
    problem.settings.beta = std::array{-1.0, -0.5, 0.0, 0.25, 4.0}[random_bits(seed, 2) % 5];
    problem.settings.top_p = random_uniform(seed, 3);
    problem.settings.temperature = std::array{0.0, 1e-300, 0.01, 1.0, 1e300}[random_bits(seed, 4) % 5];
    for (std::size_t i = 0; i < problem.logits.size(); ++i) {
      if (i % problem.vocabulary != 0 && random_bits(seed, i, 9) % 3 == 0) problem.logits[i] = -infinity;
    }
    const Answer<float> answer = solve(problem);
    for (const float value : answer.merged) ASSERT_TRUE(value < infinity) << "seed " << seed;
    ASSERT_GE(answer.token, 0);
    ASSERT_GT(answer.merged[static_cast<std::size_t>(answer.token)], -infinity) << "seed " << seed;
  }
}

// A block's weights are summed in single precision: that sum may be a little more than those that are added one by one.
TEST_P(EveryVariant, DrawsNoImpossibleTokenWhereRoundingMissesTheTarget) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Problem<float> problem = random_problem<float>(40, 2, seed);
    problem.settings.temperature = 0.7;
    problem.uniform = std::nextafter(1.0, 0.0);
    for (std::size_t i = 0; i < problem.logits.size(); ++i) {
      if (i % problem.vocabulary >= 20) problem.logits[i] = -infinity;
    }
    const Answer<float> answer = solve(problem);
    ASSERT_GE(answer.token, 0);
    ASSERT_LT(answer.token, 20) << "seed " << seed;
  }
}

// Pearson's statistic over the tokens expected at least five times. The limit is the 1 - 1e-6 quantile of chi-square
// with as many degrees of freedom as there are classes less one, by Wilson and Hilferty; the draws being seeded, the
// verdict is the same every time. Uniforms of neighbouring steps must serve, as a decoder uses them.
TEST_P(EveryVariant, DrawsByTheMergedDistribution) {
  constexpr int draws = 100000;
  Problem<float> problem = random_problem<float>(60, 3, 8, {.question = 0.5, .contexts = 1, .noise = 0.3});
  problem.settings.temperature = 0.7;
  std::vector<double> counts(60, 0);
  for (int step = 0; step < draws; ++step) {
    problem.uniform = uniform_for(3, 1, static_cast<std::uint64_t>(step));
    ++counts[static_cast<std::size_t>(solve(problem).token)];
  }
  const Answer<float> answer = solve(problem);
  double sum = 0;
  for (const float value : answer.merged) sum += std::exp(value / 0.7);
  double statistic = 0;
  double rest_expected = 0;
  double rest_count = 0;
  int classes = 0;
  for (std::size_t id = 0; id < 60; ++id) {
    const double expected = draws * std::exp(answer.merged[id] / 0.7) / sum;
    EXPECT_TRUE(expected > 0 || counts[id] == 0) << "impossible token " << id;
    if (expected < 5) {
      rest_expected += expected;
      rest_count += counts[id];
      continue;
    }
    statistic += (counts[id] - expected) * (counts[id] - expected) / expected;
    ++classes;
  }
  if (rest_expected > 5) {
    statistic += (rest_count - rest_expected) * (rest_count - rest_expected) / rest_expected;
    ++classes;
  }
  const double freedom = classes - 1;
  const double cube = 1 - 2 / (9 * freedom) + 4.753 * std::sqrt(2 / (9 * freedom));
  EXPECT_GT(classes, 20);
  EXPECT_LT(statistic, freedom * cube * cube * cube);
}

/// p(T) and p(S_k | T) at random; Bayes' rule done the long way, and by the merge of the p(T | S_k).
TEST(Reference, IsBayesRuleForIndependentContexts) {
  for (std::size_t contexts = 1; contexts <= 16; ++contexts) {
    const std::size_t vocabulary = 3 * contexts;
    BayesTables tables = bayes_tables(contexts, vocabulary, contexts);
    tables.problem.settings = bayes_settings(contexts);
    Answer<double> answer{.merged = std::vector<double>(vocabulary), .entropies = std::vector<double>(contexts + 1)};
    reference(tables.problem, answer);
    double joint_sum = 0;
    double merged_sum = 0;
    for (std::size_t id = 0; id < vocabulary; ++id) {
      joint_sum += std::exp(tables.log_joint[id]);
      merged_sum += std::exp(answer.merged[id]);
    }
    for (std::size_t id = 0; id < vocabulary; ++id) {
      EXPECT_NEAR(std::exp(answer.merged[id]) / merged_sum, std::exp(tables.log_joint[id]) / joint_sum, 1e-12)
          << contexts;
    }
  }
}

}  // namespace
}  // namespace tandem::nbce
