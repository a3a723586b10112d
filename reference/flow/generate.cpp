#include "reference/flow/generate.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <string_view>

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

/// The error of one evaluation, in units of the rounding.
using Rounding = std::function<double(std::span<const double> x, double t, std::span<const double> velocity)>;

template <class Real>
void carry_all(const Points<Real>& starts, const Path& path, const Field& field, const Rounding& rounding,
               Samples<Real>& samples) {
  const std::vector<double> times = uniform_times(1, path.end, path.steps);
  samples.evaluations = path.steps * evaluations_per_step(path.scheme);
  samples.growth.resize(starts.size());
  const auto step_error = [&](std::span<const double> x, double t, double h, std::span<const double> velocity) {
    return length_of(x) + h * rounding(x, t, velocity);
  };
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::vector<double> x(starts[i].begin(), starts[i].end());
    samples.growth[i] = carry_with_growth(field, length_of(x), step_error, path.scheme, times, x).back();
    for (std::size_t j = 0; j < x.size(); ++j) samples.points[i * x.size() + j] = static_cast<Real>(x[j]);
  }
}

}  // namespace

void require_valid(const Path& path) { uniform_times(1, path.end, path.steps); }

void require_end_above_zero(double end, std::string_view solver) {
  if (end != 0) return;
  throw std::invalid_argument("the empirical field has no value at t = 0, where " + std::string(solver) +
                              " asks for it: end above 0, or take euler or midpoint");
}

void require_valid(const GenerateProblem& problem, const Samples<float>& samples) {
  require_some(problem.data, "the data");
  require_points(problem.starts, "the starts");
  require_same_dimension(problem.starts.dimension, problem.data.dimension);
  require_valid(problem.path);
  if (evaluates_the_end(problem.path.scheme)) require_end_above_zero(problem.path.end, name_of(problem.path.scheme));
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

void require_valid(const AdaptiveProblem& problem, const AdaptiveSamples& samples) {
  require_valid(problem.data);
  require_valid(problem.noise);
  require_same_dimension(problem.data.dimension, problem.noise.dimension);
  require_points(problem.starts, "the starts");
  require_same_dimension(problem.starts.dimension, problem.data.dimension);
  if (problem.times.empty()) throw std::invalid_argument("there are no times");
  require_valid(1, problem.times.back(), problem.options, problem.times);
  const std::size_t numbers = problem.times.size() * problem.starts.values.size();
  if (samples.states.size() == numbers) return;
  throw std::invalid_argument("the states have room for " + std::to_string(samples.states.size()) + " numbers, not " +
                              std::to_string(numbers));
}

double mean_evaluations(std::size_t sum, std::size_t samples) {
  return static_cast<double>(sum) / static_cast<double>(std::max<std::size_t>(1, samples));
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

void reference(const AdaptiveProblem& problem, AdaptiveSamples& samples) {
  require_valid(problem, samples);
  const Field field = [&](std::span<const double> x, double t, std::span<double> velocity) {
    mixture_velocity(problem.data, problem.noise, x, t, velocity);
  };
  const AdaptiveOptions& options = problem.options;
  const double end = problem.times.back();
  const std::size_t size = problem.starts.dimension;
  // As many steps as an adaptive flow takes, each with all of its tolerance as error.
  constexpr std::size_t steps = 64;
  const std::vector<double> uniform = uniform_times(1, end, steps);
  const auto tolerance = [&](std::span<const double> x, double, double, std::span<const double>) {
    return options.absolute * std::sqrt(static_cast<double>(size)) + options.relative * length_of(x);
  };
  std::size_t evaluations = 0;
  samples.growth.resize(problem.starts.size());
  std::vector<std::vector<double>> states;
  for (std::size_t i = 0; i < problem.starts.size(); ++i) {
    std::vector<double> x(problem.starts[i].begin(), problem.starts[i].end());
    evaluations += integrate_adaptive(field, 1, end, x, options, problem.times, &states).evaluations;
    for (std::size_t k = 0; k < states.size(); ++k) {
      std::ranges::copy(states[k], samples.states.data() + (k * problem.starts.size() + i) * size);
    }
    std::ranges::copy(problem.starts[i], x.begin());
    const auto growth = carry_with_growth(field, 0, tolerance, Scheme::heun, uniform, x);
    samples.growth[i] = *std::ranges::max_element(growth);
  }
  samples.evaluations = mean_evaluations(evaluations, problem.starts.size());
}

std::vector<double> carry_with_growth(const Field& field, double error, const StepError& step_error, Scheme scheme,
                                      std::span<const double> times, std::span<double> x) {
  constexpr double apart = 1e-7;
  std::vector<double> neighbour(x.begin(), x.end());
  std::vector<double> velocity(x.size());
  const double share = apart / std::sqrt(static_cast<double>(x.size()));
  for (std::size_t j = 0; j < x.size(); ++j) neighbour[j] += j % 3 == 1 ? -share : share;
  std::vector<double> growth;
  for (std::size_t k = 0; k + 1 < times.size(); ++k) {
    field(x, times[k], velocity);
    const double own = step_error(x, times[k], std::abs(times[k + 1] - times[k]), velocity);
    integrate(field, scheme, times.subspan(k, 2), x);
    integrate(field, scheme, times.subspan(k, 2), neighbour);
    double distance = 0;
    for (std::size_t j = 0; j < x.size(); ++j) distance += (neighbour[j] - x[j]) * (neighbour[j] - x[j]);
    distance = std::sqrt(distance);
    error = error * distance / apart + own;
    growth.push_back(error);
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
