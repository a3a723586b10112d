#include "reference/flow/generate.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace tandem::flow {
namespace {

double length_of(std::span<const double> x) {
  double sum = 0;
  for (const double coordinate : x) sum += coordinate * coordinate;
  return std::sqrt(sum);
}

template <class Real>
void require_room(const Points<Real>& starts, const Samples<Real>& samples) {
  if (samples.points.size() == starts.values.size()) return;
  throw std::invalid_argument("the samples have room for " + std::to_string(samples.points.size()) + " numbers, not " +
                              std::to_string(starts.values.size()));
}

template <class Real>
void carry_all(const Points<Real>& starts, const Path& path, const Field& field, const Rounding& rounding,
               Samples<Real>& samples) {
  const std::vector<double> times = uniform_times(1, path.end, path.steps);
  samples.evaluations = path.steps * evaluations_per_step(path.scheme);
  samples.growth.resize(starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::vector<double> x(starts[i].begin(), starts[i].end());
    samples.growth[i] = carry_with_growth(field, rounding, path.scheme, times, x);
    for (std::size_t j = 0; j < x.size(); ++j) samples.points[i * x.size() + j] = static_cast<Real>(x[j]);
  }
}

}  // namespace

void require_valid(const Path& path) { uniform_times(1, path.end, path.steps); }

void require_valid(const GenerateProblem& problem, const Samples<float>& samples) {
  require_some(problem.data, "the data");
  require_points(problem.starts, "the starts");
  require_same_dimension(problem.starts.dimension, problem.data.dimension);
  require_valid(problem.path);
  if (problem.path.end == 0 && evaluates_the_end(problem.path.scheme)) {
    throw std::invalid_argument("the empirical field has no value at t = 0, where " +
                                std::string(name_of(problem.path.scheme)) +
                                " asks for it: end above 0, or take euler or midpoint");
  }
  require_room(problem.starts, samples);
}

void require_valid(const MixtureProblem& problem, const Samples<double>& samples) {
  require_valid(problem.data);
  require_valid(problem.noise);
  require_same_dimension(problem.data.dimension, problem.noise.dimension);
  require_points(problem.starts, "the starts");
  require_same_dimension(problem.starts.dimension, problem.data.dimension);
  require_valid(problem.path);
  require_room(problem.starts, samples);
}

void reference(const GenerateProblem& problem, Samples<float>& samples) {
  require_valid(problem, samples);
  const Points<double> data = in_double(problem.data);
  const double longest = longest_of(problem.data);
  carry_all(
      problem.starts, problem.path,
      [&](std::span<const double> x, double t, std::span<double> velocity) {
        empirical_velocity(data, x, t, velocity);
      },
      [&](std::span<const double> x, double t, std::span<const double> velocity) {
        return empirical_rounding(longest, x, t, velocity);
      },
      samples);
}

void reference(const MixtureProblem& problem, Samples<double>& samples) {
  require_valid(problem, samples);
  // Exponents are half the squared distances to the means, over the variance: those that matter are below 40 and what
  // the point's own place gives; fields differ by at most the distance between the farthest means and their slopes.
  carry_all(
      problem.starts, problem.path,
      [&](std::span<const double> x, double t, std::span<double> velocity) {
        mixture_velocity(problem.data, problem.noise, x, t, velocity);
      },
      [&](std::span<const double> x, double, std::span<const double> velocity) {
        const double least = std::min(*std::ranges::min_element(problem.data.variances),
                                      *std::ranges::min_element(problem.noise.variances)) /
                             2;
        const double size = length_of(x) + length_of(velocity);
        return size * (40 + size * size / least);
      },
      samples);
}

double carry_with_growth(const Field& field, const Rounding& rounding, Scheme scheme, std::span<const double> times,
                         std::span<double> x) {
  constexpr double apart = 1e-7;
  std::vector<double> neighbour(x.begin(), x.end());
  std::vector<double> velocity(x.size());
  const double share = apart / std::sqrt(static_cast<double>(x.size()));
  for (std::size_t j = 0; j < x.size(); ++j) neighbour[j] += j % 3 == 1 ? -share : share;
  double growth = length_of(x);
  for (std::size_t k = 0; k + 1 < times.size(); ++k) {
    field(x, times[k], velocity);
    const double own = length_of(x) + std::abs(times[k + 1] - times[k]) * rounding(x, times[k], velocity);
    integrate(field, scheme, times.subspan(k, 2), x);
    integrate(field, scheme, times.subspan(k, 2), neighbour);
    double distance = 0;
    for (std::size_t j = 0; j < x.size(); ++j) distance += (neighbour[j] - x[j]) * (neighbour[j] - x[j]);
    distance = std::sqrt(distance);
    growth = growth * distance / apart + own;
    // Back to where the next step can be told from rounding, in the direction into which this one has turned.
    for (std::size_t j = 0; j < x.size(); ++j) {
      neighbour[j] =
          distance > 0 ? x[j] + (neighbour[j] - x[j]) * (apart / distance) : x[j] + (j % 3 == 1 ? -share : share);
    }
  }
  return growth;
}

double empirical_rounding(double longest, std::span<const double> x, double t, std::span<const double> velocity) {
  double square = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double rest = x[j] - (1 - t) * (x[j] - t * velocity[j]);
    square += rest * rest;
  }
  const double exponent = square / (2 * t * t) + 40;
  return (length_of(x) + longest + 2 * longest * exponent) / t;
}

double longest_of(const Points<float>& points) {
  double longest = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    double square = 0;
    for (const float coordinate : points[i]) square += static_cast<double>(coordinate) * coordinate;
    longest = std::max(longest, std::sqrt(square));
  }
  return longest;
}

}  // namespace tandem::flow
