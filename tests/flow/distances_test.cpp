// Distances and assignments: values by hand, laws, and what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "problems/flow/points.hpp"
#include "reference/flow/assignment.hpp"
#include "reference/flow/distances.hpp"

namespace tandem::flow {
namespace {

TEST(Wasserstein, HasValuesByHand) {
  EXPECT_EQ(wasserstein_1d({1, 0}, {1, 2}), 1);
  EXPECT_NEAR(wasserstein_1d({0}, {0, 2}), std::sqrt(2.0), 1e-15);
  // Quantiles 0 0 0 3 3 3 against 0 0 1 1 2 2.
  EXPECT_NEAR(wasserstein_1d({3, 0}, {2, 0, 1}), std::sqrt((1 + 4 + 1 + 1) / 6.0), 1e-15);
  EXPECT_EQ(wasserstein_1d({2, 5, 3}, {5, 3, 2}), 0);
  EXPECT_THROW(wasserstein_1d({}, {1}), std::invalid_argument);
  EXPECT_THROW(wasserstein_1d({NAN}, {1}), std::invalid_argument);
}

TEST(SlicedWasserstein, LooksAlongEachDirection) {
  SlicedAnswer answer{.squares = std::vector<double>(2)};
  reference(SlicedProblem{{2, {0, 0, 1, 5}}, {2, {2, 5, 3, 0}}, {2, {1, 0, 0, 1}}}, answer);
  EXPECT_THAT(answer.squares, testing::ElementsAre(4, 0));
  EXPECT_EQ(answer.distance, std::sqrt(2.0));
}

TEST(Discrepancy, HasValuesByHand) {
  DiscrepancyAnswer answer;
  reference(DiscrepancyProblem{{1, {0}}, {1, {1}}, 1}, answer);
  EXPECT_EQ(answer.energy, 2);
  EXPECT_EQ(answer.mean_distance, 1);
  EXPECT_NEAR(answer.mmd_squared, 2 - 2 * std::exp(-0.5), 1e-15);
  reference(DiscrepancyProblem{{2, {0, 0, 3, 4}}, {2, {3, 4, 0, 0}}, 1}, answer);
  EXPECT_EQ(answer.energy, 0);
  EXPECT_EQ(answer.mmd_squared, 0);
  EXPECT_THROW(reference(DiscrepancyProblem{{1, {0}}, {1, {1}}, 0}, answer), std::invalid_argument);
}

AssignmentAnswer solved(const Costs& costs) {
  AssignmentAnswer answer{.columns = std::vector<std::uint32_t>(costs.size),
                          .row_price = std::vector<double>(costs.size),
                          .column_price = std::vector<double>(costs.size)};
  reference(costs, answer);
  return answer;
}

double least_by_trying_all(const Costs& costs) {
  std::vector<std::size_t> columns(costs.size);
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  double least = 1e300;
  do {
    double cost = 0;
    for (std::size_t i = 0; i < costs.size; ++i) cost += costs.values[i * costs.size + columns[i]];
    least = std::min(least, cost);
  } while (std::ranges::next_permutation(columns).found);
  return least;
}

TEST(Assignment, IsTheLeastOfAllPermutations) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const std::size_t size = 1 + seed % 7;
    const Costs costs = squared_distances(noise(seed, size, 2), noise(seed + 100, size, 2));
    const AssignmentAnswer answer = solved(costs);
    EXPECT_NEAR(answer.cost, least_by_trying_all(costs), 1e-12) << seed;
    EXPECT_LT(violation(costs, answer), 1e-12);
  }
}

TEST(Assignment, SortsInOneDimension) {
  const auto x = noise(1, 60, 1), y = noise(2, 60, 1);
  const AssignmentAnswer answer = solved(squared_distances(x, y));
  const auto in_double = [](const Points<float>& points) {
    return std::vector<double>(points.values.begin(), points.values.end());
  };
  EXPECT_NEAR(answer.cost / 60, std::pow(wasserstein_1d(in_double(x), in_double(y)), 2), 1e-12);
}

TEST(Assignment, OfEqualCostsIsAnyPermutation) {
  const Costs costs{5, std::vector<double>(25, 2.0)};
  EXPECT_EQ(solved(costs).cost, 10);
  EXPECT_EQ(violation(costs, solved(costs)), 0);
  EXPECT_EQ(solved(Costs{}).cost, 0);
}

TEST(Assignment, IsNotProvedByAnotherPermutation) {
  const Costs costs = squared_distances(noise(1, 6, 2), noise(2, 6, 2));
  AssignmentAnswer answer = solved(costs);
  std::swap(answer.columns[0], answer.columns[1]);
  EXPECT_EQ(violation(costs, answer), std::numeric_limits<double>::infinity());  // the cost is not its own
  answer.cost = 0;
  for (std::size_t i = 0; i < 6; ++i) answer.cost += costs.values[i * 6 + answer.columns[i]];
  EXPECT_GT(violation(costs, answer), 1e-3);
  answer.columns[0] = answer.columns[1];
  EXPECT_EQ(violation(costs, answer), std::numeric_limits<double>::infinity());
}

TEST(Assignment, RefusesOtherShapesAndNumbers) {
  EXPECT_THROW(squared_distances(noise(1, 3, 2), noise(1, 4, 2)), std::invalid_argument);
  EXPECT_THROW(solved(Costs{2, {1, 2, 3}}), std::invalid_argument);
  EXPECT_THROW(solved(Costs{1, {NAN}}), std::invalid_argument);
}

}  // namespace
}  // namespace tandem::flow
