#include "reference/flow/convergence.hpp"

#include <cmath>
#include <stdexcept>

namespace tandem::flow {
namespace {

void require_deviations(const std::vector<double>& deviations) {
  for (const double deviation : deviations) {
    if (!(deviation > 0 && std::isfinite(deviation))) {
      throw std::invalid_argument("a standard deviation is not positive and finite");
    }
  }
}

/// The mean over [0, 1] of the squared differences to `slope`, of velocities at both ends of equal steps.
double mean_square_by_simpson(double slope, std::span<const double> velocities) {
  const std::size_t steps = velocities.size() - 1;
  double sum = 0;
  for (std::size_t k = 0; k <= steps; ++k) {
    const double weight = k == 0 || k == steps ? 1 : (k % 2 == 1 ? 4 : 2);
    sum += weight * (slope - velocities[k]) * (slope - velocities[k]);
  }
  return sum / (3 * static_cast<double>(steps));
}

double distance(std::span<const double> one, std::span<const double> other) {
  double square = 0;
  for (std::size_t j = 0; j < one.size(); ++j) square += (one[j] - other[j]) * (one[j] - other[j]);
  return std::sqrt(square);
}

}  // namespace

void require_valid(const ConvergenceProblem& problem) {
  if (problem.data.empty()) throw std::invalid_argument("the normals have no dimensions");
  require_same_dimension(problem.data.size(), problem.noise.size());
  require_deviations(problem.data);
  require_deviations(problem.noise);
  if (problem.steps == 0 || problem.steps % 2 != 0) {
    throw std::invalid_argument("the steps are no even number above 0");
  }
}

void reference(const ConvergenceProblem& problem, ConvergenceAnswer& answer) {
  require_valid(problem);
  const std::size_t size = problem.data.size();
  const std::vector<double> times = uniform_times(1, 0, problem.steps);
  const std::vector<double> half_the_times = uniform_times(1, 0, problem.steps / 2);
  std::vector<double> velocities(times.size()), ends_of_half(size);
  answer.ends.resize(size);
  answer.straightness.resize(size);
  for (std::size_t j = 0; j < size; ++j) {
    const double data = problem.data[j] * problem.data[j], noise = problem.noise[j] * problem.noise[j];
    // gaussian_velocity of variances and no means.
    const Field field = [&](std::span<const double> x, double t, std::span<double> velocity) {
      velocity[0] = (t * noise - (1 - t) * data) / ((1 - t) * (1 - t) * data + t * t * noise) * x[0];
    };
    double x = problem.noise[j];
    for (std::size_t k = 0; k < problem.steps; ++k) {
      field({&x, 1}, times[k], std::span(velocities).subspan(k, 1));
      integrate(field, problem.scheme, std::span(times).subspan(k, 2), {&x, 1});
    }
    field({&x, 1}, 0, std::span(velocities).last(1));
    answer.ends[j] = x;
    answer.straightness[j] = mean_square_by_simpson(problem.noise[j] - x, velocities);
    ends_of_half[j] = problem.noise[j];
    integrate(field, problem.scheme, half_the_times, std::span(ends_of_half).subspan(j, 1));
  }
  answer.order = order_found(problem.data, answer.ends, ends_of_half);
  answer.evaluations = problem.steps * evaluations_per_step(problem.scheme);
}

double order_found(std::span<const double> exact, std::span<const double> ends, std::span<const double> ends_of_half) {
  return std::log2(distance(exact, ends_of_half) / distance(exact, ends));
}

}  // namespace tandem::flow
