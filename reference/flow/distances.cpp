#include "reference/flow/distances.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace tandem::flow {
namespace {

double distance_of_sorted(std::span<const double> x, std::span<const double> y) {
  // Both quantile functions are steps; the next step of either ends a stretch where both are constant. Places are
  // whole multiples of 1 / (n m).
  double sum = 0;
  std::size_t i = 0, j = 0, place = 0;
  while (i < x.size() && j < y.size()) {
    const std::size_t next = std::min((i + 1) * y.size(), (j + 1) * x.size());
    const double difference = x[i] - y[j];
    sum += static_cast<double>(next - place) * difference * difference;
    if (next == (i + 1) * y.size()) ++i;
    if (next == (j + 1) * x.size()) ++j;
    place = next;
  }
  return sum / (static_cast<double>(x.size()) * static_cast<double>(y.size()));
}

double wasserstein_squared(std::vector<double>& x, std::vector<double>& y) {
  std::ranges::sort(x);
  std::ranges::sort(y);
  return distance_of_sorted(x, y);
}

std::vector<double> projections(const Points<float>& points, std::span<const float> direction) {
  std::vector<double> result(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = 0; j < direction.size(); ++j) {
      result[i] += static_cast<double>(points[i][j]) * direction[j];
    }
  }
  return result;
}

struct Sums {
  double distance = 0;
  double kernel = 0;
};

/// Over all pairs, as means.
Sums over_pairs(const Points<float>& x, const Points<float>& y, double bandwidth) {
  Sums sums;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t k = 0; k < y.size(); ++k) {
      double square = 0;
      for (std::size_t j = 0; j < x.dimension; ++j) {
        const double difference = static_cast<double>(x[i][j]) - y[k][j];
        square += difference * difference;
      }
      sums.distance += std::sqrt(square);
      sums.kernel += std::exp(-square / (2 * bandwidth * bandwidth));
    }
  }
  const double pairs = static_cast<double>(x.size()) * static_cast<double>(y.size());
  return {sums.distance / pairs, sums.kernel / pairs};
}

}  // namespace

double wasserstein_1d(std::vector<double> x, std::vector<double> y) {
  require_some(Points<double>{1, x}, "the first numbers");
  require_some(Points<double>{1, y}, "the second numbers");
  return std::sqrt(wasserstein_squared(x, y));
}

void require_valid(const SlicedProblem& problem, const SlicedAnswer& answer) {
  require_some(problem.x, "the first points");
  require_some(problem.y, "the second points");
  require_some(problem.directions, "the directions");
  require_same_dimension(problem.x.dimension, problem.y.dimension);
  require_same_dimension(problem.x.dimension, problem.directions.dimension);
  if (answer.squares.size() != problem.directions.size()) {
    throw std::invalid_argument("the answer has room for " + std::to_string(answer.squares.size()) +
                                " directions, not " + std::to_string(problem.directions.size()));
  }
}

void reference(const SlicedProblem& problem, SlicedAnswer& answer) {
  require_valid(problem, answer);
  double sum = 0;
  for (std::size_t i = 0; i < problem.directions.size(); ++i) {
    auto x = projections(problem.x, problem.directions[i]);
    auto y = projections(problem.y, problem.directions[i]);
    answer.squares[i] = wasserstein_squared(x, y);
    sum += answer.squares[i];
  }
  answer.distance = std::sqrt(sum / static_cast<double>(problem.directions.size()));
}

void require_valid(const DiscrepancyProblem& problem) {
  require_some(problem.x, "the first points");
  require_some(problem.y, "the second points");
  require_same_dimension(problem.x.dimension, problem.y.dimension);
  if (!(problem.bandwidth > 0 && std::isfinite(problem.bandwidth))) {
    throw std::invalid_argument("the bandwidth is not positive");
  }
}

void reference(const DiscrepancyProblem& problem, DiscrepancyAnswer& answer) {
  require_valid(problem);
  const Sums across = over_pairs(problem.x, problem.y, problem.bandwidth);
  const Sums in_x = over_pairs(problem.x, problem.x, problem.bandwidth);
  const Sums in_y = over_pairs(problem.y, problem.y, problem.bandwidth);
  answer.energy = 2 * across.distance - in_x.distance - in_y.distance;
  answer.mean_distance = across.distance;
  answer.mmd_squared = in_x.kernel + in_y.kernel - 2 * across.kernel;
}

}  // namespace tandem::flow
