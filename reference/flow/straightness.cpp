#include "reference/flow/straightness.hpp"

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::flow {
namespace {

void require_pairs(const Points<double>& x, const Points<double>& y) {
  require_some(x, "the first points");
  require_some(y, "the second points");
  require_same_dimension(x.dimension, y.dimension);
  if (x.size() != y.size()) {
    throw std::invalid_argument("pairs need as many points on both sides, not " + std::to_string(x.size()) + " and " +
                                std::to_string(y.size()));
  }
}

}  // namespace

double mean_cost(const Points<double>& x, const Points<double>& y, double power) {
  require_pairs(x, y);
  if (!(power >= 1)) throw std::invalid_argument("a convex cost has a power of at least 1");
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    double square = 0;
    for (std::size_t j = 0; j < x.dimension; ++j) square += (x[i][j] - y[i][j]) * (x[i][j] - y[i][j]);
    sum += std::pow(square, power / 2);
  }
  return sum / static_cast<double>(x.size());
}

Straightness straightness(const Field& field, const Points<double>& starts, double end, std::size_t steps,
                          Scheme scheme) {
  require_some(starts, "the starts");
  const std::vector<double> times = uniform_times(1, end, 2 * steps);
  const std::size_t dimension = starts.dimension;
  const double length = 1 - end;
  Straightness result{.ends = starts};
  std::vector<std::vector<double>> velocities(steps, std::vector<double>(dimension));
  double sum = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::span<double> x = result.ends[i];
    result.evaluations = steps;
    for (std::size_t k = 0; k < steps; ++k) {
      const std::span<const double> all(times);
      result.evaluations += integrate(field, scheme, all.subspan(2 * k, 2), x);
      field(x, times[2 * k + 1], velocities[k]);
      result.evaluations += integrate(field, scheme, all.subspan(2 * k + 1, 2), x);
    }
    for (const auto& velocity : velocities) {
      for (std::size_t j = 0; j < dimension; ++j) {
        const double difference = (starts[i][j] - x[j]) / length - velocity[j];
        sum += difference * difference;
      }
    }
  }
  result.straightness = sum * length / static_cast<double>(steps * starts.size());
  result.cost = mean_cost(starts, result.ends, 2);
  return result;
}

double loss(const Field& field, const Points<double>& data, const Points<double>& noise, std::size_t nodes) {
  require_pairs(data, noise);
  if (nodes == 0) throw std::invalid_argument("there are no times at which to look");
  std::vector<double> x(data.dimension), velocity(data.dimension);
  double sum = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t node = 0; node < nodes; ++node) {
      const double t = (static_cast<double>(node) + 0.5) / static_cast<double>(nodes);
      for (std::size_t j = 0; j < x.size(); ++j) x[j] = (1 - t) * data[i][j] + t * noise[i][j];
      field(x, t, velocity);
      for (std::size_t j = 0; j < x.size(); ++j) {
        const double difference = noise[i][j] - data[i][j] - velocity[j];
        sum += difference * difference;
      }
    }
  }
  return sum / static_cast<double>(nodes * data.size());
}

}  // namespace tandem::flow
