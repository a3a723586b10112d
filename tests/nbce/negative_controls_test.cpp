// Mistakes that other code makes, and that would go unnoticed if nothing looked for them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "impl/nbce/nbce.hpp"
#include "impl/support/random.hpp"
#include "problems/nbce/logits.hpp"
#include "tests/nbce/shaped.hpp"

namespace tandem::nbce {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Softmax of a row.
std::vector<double> softmax(const std::vector<float>& row) {
  std::vector<double> result(row.begin(), row.end());
  const double largest = *std::ranges::max_element(result);
  double sum = 0;
  for (double& value : result) sum += value = std::exp(value - largest);
  for (double& value : result) value /= sum;
  return result;
}

TEST(NegativeControls, RawLogitsInPlaceOfLogProbabilitiesDiffer) {
  Problem<float> problem = random_problem<float>(200, 3, 4);
  problem.settings = {.pool = Pool::maximum, .top_p = 1};
  for (std::size_t i = 0; i < problem.logits.size(); ++i) {
    const std::size_t row = i / 200;
    problem.logits[i] += static_cast<float>(row);  // rows differ in scale, as models' rows do
  }
  Answer<float> answer = shaped(problem);
  simd(problem, answer, {});
  std::vector<float> raw(200);
  for (std::size_t id = 0; id < 200; ++id) {
    const float pool = std::max({problem.row(1)[id], problem.row(2)[id], problem.row(3)[id]});
    raw[id] = 1.25F * pool - 0.25F * problem.row(0)[id];
  }
  const std::vector<double> right = softmax(answer.merged);
  const std::vector<double> wrong = softmax(raw);
  double distance = 0;
  for (std::size_t id = 0; id < 200; ++id) distance += std::abs(right[id] - wrong[id]) / 2;
  EXPECT_GT(distance, 0.05);
}

TEST(NegativeControls, WithoutTheInfinityRuleThereAreNanAndInfinity) {
  const Problem<float> problem = random_problem<float>(2000, 1, 5);
  const Row question = read_row(problem.row(0), problem.settings);
  const Row context = read_row(problem.row(1), problem.settings);
  int nans = 0;
  int infinities = 0;
  for (std::size_t id = 0; id < 2000; ++id) {
    const auto log_p = [&](const Row& row, std::size_t index) {
      const double logit = problem.row(index)[id];
      return row.keeps(logit, id) ? logit - row.log_sum : -infinity;
    };
    const double merged = 1.25 * log_p(context, 1) - 0.25 * log_p(question, 0);
    nans += std::isnan(merged);
    infinities += merged == infinity;
  }
  EXPECT_GT(nans, 0);
  EXPECT_GT(infinities, 0);
}

int switches(double eta) {
  std::ptrdiff_t previous = -1;
  int count = 0;
  for (std::uint64_t step = 0; step < 2000; ++step) {
    std::vector<double> entropies = {0};
    for (std::uint64_t k = 0; k < 4; ++k) entropies.push_back(2 + 0.1 * random_normal(6, step, k));
    const std::ptrdiff_t chosen = choose(entropies, previous, eta);
    count += previous >= 0 && chosen != previous;
    previous = chosen;
  }
  return count;
}

TEST(NegativeControls, ABonusOfTheWrongSignMakesTheChoiceRestless) {
  EXPECT_LT(switches(0.1), switches(0));
  EXPECT_GT(switches(-0.1), switches(0));
}

TEST(NegativeControls, RowZeroIsNoContext) {
  // The question alone is surer than either context. Chosen as one, it would give itself back, whatever beta.
  Problem<float> problem{.vocabulary = 3, .logits = {9, 0, 0, 0, 2, 0, 0, 1, 2}, .settings = {.top_p = 1}};
  Answer<float> answer = shaped(problem);
  simd(problem, answer, {});
  ASSERT_LT(answer.entropies[0], std::min(answer.entropies[1], answer.entropies[2]));
  EXPECT_EQ(answer.chosen, answer.entropies[1] < answer.entropies[2] ? 0 : 1);
  EXPECT_GT(std::abs(softmax(answer.merged)[0] - softmax({9, 0, 0})[0]), 0.5);
}

}  // namespace
}  // namespace tandem::nbce
