#include "reference/flow/fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "reference/support/require.hpp"

namespace tandem::flow {
namespace {

bool all_finite(std::span<const double> numbers) {
  return std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); });
}

void require_point(std::span<const double> x, std::size_t dimension, std::span<const double> result) {
  require_same_dimension(x.size(), dimension);
  require(all_finite(x), "a coordinate of the point is no finite number");
  require(result.size() == dimension, "the result has room for ", result.size(), " numbers, not ", dimension);
}

/// L with L L^T = matrix, in place, the lower half; whether there is one.
bool cholesky(std::vector<double>& matrix, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = matrix[i * size + j];
      for (std::size_t k = 0; k < j; ++k) sum -= matrix[i * size + k] * matrix[j * size + k];
      if (i == j && !(sum > 0)) return false;
      matrix[i * size + j] = i == j ? std::sqrt(sum) : sum / matrix[j * size + j];
    }
  }
  return true;
}

/// Solves L L^T y = right in place.
void solve(const std::vector<double>& lower, std::span<double> right) {
  const std::size_t size = right.size();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < i; ++k) right[i] -= lower[i * size + k] * right[k];
    right[i] /= lower[i * size + i];
  }
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t k = i + 1; k < size; ++k) right[i] -= lower[k * size + i] * right[k];
    right[i] /= lower[i * size + i];
  }
}

double squared_distance(std::span<const double> x, std::span<const double> y, double factor) {
  double sum = 0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    const double difference = x[j] - factor * y[j];
    sum += difference * difference;
  }
  return sum;
}

/// The mean of the points by weights that fall with exp(-(squared distance) / (2 width^2)); at width 0 of the nearest.
void weighted_mean(const Points<double>& points, const std::vector<double>& distances, double width,
                   std::span<double> mean) {
  const double nearest = *std::ranges::min_element(distances);
  std::ranges::fill(mean, 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double excess = distances[i] - nearest;
    // Two divisions, for the square of a small width may be 0.
    const double weight = excess == 0 ? 1 : (width == 0 ? 0 : std::exp(-excess / width / width / 2));
    sum += weight;
    for (std::size_t j = 0; j < mean.size(); ++j) mean[j] += weight * points[i][j];
  }
  for (double& coordinate : mean) coordinate /= sum;
}

template <class Real>
void require_pairs(const Points<Real>& data, const Points<Real>& noise, double bandwidth, double t) {
  require_some(data, "the data");
  require_some(noise, "the noise");
  require_same_dimension(data.dimension, noise.dimension);
  require(data.size() == noise.size(), data.size(), " data do not pair with noise of ", noise.size(), " points");
  require(bandwidth > 0 && std::isfinite(bandwidth), "the bandwidth is not positive");
  require_time(t, /*zero_allowed=*/false);
}

/// paired_velocity of what has been looked at.
void velocity_of_pairs(const Points<double>& data, const Points<double>& noise, double bandwidth,
                       std::span<const double> x, double t, std::span<double> velocity) {
  std::vector<double> distances(data.size());
  std::vector<double> place(x.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = 0; j < x.size(); ++j) place[j] = (1 - t) * data[i][j] + t * noise[i][j];
    distances[i] = squared_distance(x, place, 1);
  }
  weighted_mean(data, distances, bandwidth, velocity);
  for (std::size_t j = 0; j < x.size(); ++j) velocity[j] = (x[j] - velocity[j]) / t;
}

void require_room(const EmpiricalAnswer& answer, const Points<float>& queries) {
  require(answer.size() == queries.values.size(), "the answer has room for ", answer.size(), " numbers, not ",
          queries.values.size());
}

}  // namespace

void require_valid(const Gaussian& gaussian) {
  const std::size_t size = gaussian.dimension();
  require(size > 0, "a Gaussian has no dimensions");
  require(gaussian.covariance.size() == size * size, "the covariance has ", gaussian.covariance.size(),
          " numbers, not ", size * size);
  require(all_finite(gaussian.mean) && all_finite(gaussian.covariance), "a Gaussian has a number that is not finite");
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      require(gaussian.covariance[i * size + j] == gaussian.covariance[j * size + i], "a covariance is not symmetric");
    }
  }
  auto lower = gaussian.covariance;
  require(cholesky(lower, size), "a covariance is not positive definite");
}

void gaussian_velocity(const Gaussian& data, const Gaussian& noise, std::span<const double> x, double t,
                       std::span<double> velocity) {
  require_valid(data);
  require_valid(noise);
  require_same_dimension(data.dimension(), noise.dimension());
  require_point(x, data.dimension(), velocity);
  require_time(t, /*zero_allowed=*/true);
  const std::size_t size = x.size();
  std::vector<double> matrix(size * size);
  std::vector<double> rest(size);
  for (std::size_t i = 0; i < size * size; ++i) {
    matrix[i] = (1 - t) * (1 - t) * data.covariance[i] + t * t * noise.covariance[i];
  }
  for (std::size_t i = 0; i < size; ++i) rest[i] = x[i] - ((1 - t) * data.mean[i] + t * noise.mean[i]);
  require(cholesky(matrix, size), "a covariance is not positive definite");
  solve(matrix, rest);
  for (std::size_t i = 0; i < size; ++i) {
    velocity[i] = noise.mean[i] - data.mean[i];
    for (std::size_t j = 0; j < size; ++j) {
      velocity[i] += (t * noise.covariance[i * size + j] - (1 - t) * data.covariance[i * size + j]) * rest[j];
    }
  }
}

void require_valid(const Mixture& mixture) {
  require(mixture.dimension > 0, "a mixture has no dimensions");
  require(mixture.size() > 0, "a mixture has no components");
  const std::size_t numbers = mixture.size() * mixture.dimension;
  require(mixture.means.size() == numbers && mixture.variances.size() == numbers,
          "the means and variances of a mixture of ", mixture.size(), " components must be ", numbers, " numbers each");
  const auto positive = [](double number) { return number > 0 && std::isfinite(number); };
  require(std::ranges::all_of(mixture.weights, positive), "a weight of a mixture is not positive");
  require(std::ranges::all_of(mixture.variances, positive), "a variance of a mixture is not positive");
  require(all_finite(mixture.means), "a mean of a mixture is no finite number");
}

void mixture_velocity(const Mixture& data, const Mixture& noise, std::span<const double> x, double t,
                      std::span<double> velocity) {
  require_valid(data);
  require_valid(noise);
  require_same_dimension(data.dimension, noise.dimension);
  require_point(x, data.dimension, velocity);
  require_time(t, /*zero_allowed=*/true);
  const std::size_t size = x.size();
  std::vector<double> scores;                                     // log of weight times density, pair by pair
  std::vector<double> fields(data.size() * noise.size() * size);  // each pair's own
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = 0; j < noise.size(); ++j) {
      double score = std::log(data.weights[i]) + std::log(noise.weights[j]);
      double* const field = fields.data() + scores.size() * size;
      for (std::size_t k = 0; k < size; ++k) {
        const double from = data.means[i * size + k], to = noise.means[j * size + k];
        const double data_variance = data.variances[i * size + k], noise_variance = noise.variances[j * size + k];
        const double variance = (1 - t) * (1 - t) * data_variance + t * t * noise_variance;
        const double rest = x[k] - ((1 - t) * from + t * to);
        score -= (rest * rest / variance + std::log(variance)) / 2;
        field[k] = to - from + (t * noise_variance - (1 - t) * data_variance) / variance * rest;
      }
      scores.push_back(score);
    }
  }
  const double largest = *std::ranges::max_element(scores);
  std::ranges::fill(velocity, 0.0);
  double sum = 0;
  for (std::size_t pair = 0; pair < scores.size(); ++pair) {
    const double weight = std::exp(scores[pair] - largest);
    sum += weight;
    for (std::size_t k = 0; k < size; ++k) velocity[k] += weight * fields[pair * size + k];
  }
  for (double& coordinate : velocity) coordinate /= sum;
}

void posterior_mean(const Points<double>& data, std::span<const double> x, double t, std::span<double> mean) {
  require_some(data, "the data");
  require_point(x, data.dimension, mean);
  require_time(t, /*zero_allowed=*/true);
  std::vector<double> distances(data.size());
  for (std::size_t i = 0; i < data.size(); ++i) distances[i] = squared_distance(x, data[i], 1 - t);
  weighted_mean(data, distances, t, mean);
}

void empirical_velocity(const Points<double>& data, std::span<const double> x, double t, std::span<double> velocity) {
  require_time(t, /*zero_allowed=*/false);
  posterior_mean(data, x, t, velocity);
  for (std::size_t j = 0; j < x.size(); ++j) velocity[j] = (x[j] - velocity[j]) / t;
}

void require_valid(const EmpiricalProblem& problem, const EmpiricalAnswer& answer) {
  require_some(problem.data, "the data");
  require_points(problem.queries, "the queries");
  require_same_dimension(problem.queries.dimension, problem.data.dimension);
  require_time(problem.time, /*zero_allowed=*/false);
  require_room(answer, problem.queries);
}

void reference(const EmpiricalProblem& problem, EmpiricalAnswer& answer) {
  require_valid(problem, answer);
  const Points<double> data = in_double(problem.data);
  const Points<double> queries = in_double(problem.queries);
  std::vector<double> distances(data.size());
  std::vector<double> mean(data.dimension);
  for (std::size_t query = 0; query < queries.size(); ++query) {
    for (std::size_t i = 0; i < data.size(); ++i) {
      distances[i] = squared_distance(queries[query], data[i], 1 - problem.time);
    }
    weighted_mean(data, distances, problem.time, mean);
    for (std::size_t j = 0; j < mean.size(); ++j) {
      answer[query * data.dimension + j] = static_cast<float>((queries[query][j] - mean[j]) / problem.time);
    }
  }
}

void paired_velocity(const Points<double>& data, const Points<double>& noise, double bandwidth,
                     std::span<const double> x, double t, std::span<double> velocity) {
  require_pairs(data, noise, bandwidth, t);
  require_point(x, data.dimension, velocity);
  velocity_of_pairs(data, noise, bandwidth, x, t, velocity);
}

void require_valid(const PairedProblem& problem, const EmpiricalAnswer& answer) {
  require_pairs(problem.data, problem.noise, problem.bandwidth, problem.time);
  require_points(problem.queries, "the queries");
  require_same_dimension(problem.queries.dimension, problem.data.dimension);
  require_room(answer, problem.queries);
}

void reference(const PairedProblem& problem, EmpiricalAnswer& answer) {
  require_valid(problem, answer);
  const Points<double> data = in_double(problem.data), noise = in_double(problem.noise);
  const Points<double> queries = in_double(problem.queries);
  std::vector<double> velocity(data.dimension);
  for (std::size_t query = 0; query < queries.size(); ++query) {
    velocity_of_pairs(data, noise, problem.bandwidth, queries[query], problem.time, velocity);
    for (std::size_t j = 0; j < velocity.size(); ++j) {
      answer[query * velocity.size() + j] = static_cast<float>(velocity[j]);
    }
  }
}

}  // namespace tandem::flow
