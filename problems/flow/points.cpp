#include "problems/flow/points.hpp"

#include <algorithm>
#include <cmath>

#include "impl/support/random.hpp"

namespace tandem::flow {
namespace {

template <class Coordinate>
Points<float> points(std::size_t count, std::size_t dimension, const Coordinate& coordinate) {
  Points<float> result{dimension, std::vector<float>(count * dimension)};
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < dimension; ++j) result[i][j] = static_cast<float>(coordinate(i, j));
  }
  return result;
}

Mixture three_modes(const std::vector<double>& means) {
  return {.dimension = 2, .weights = {1, 1, 1}, .means = means, .variances = std::vector<double>(6, 0.3)};
}

}  // namespace

Points<float> noise(std::uint64_t seed, std::size_t count, std::size_t dimension) {
  return points(count, dimension, [&](std::size_t i, std::size_t j) { return random_normal(seed, i, j); });
}

Points<float> clustered(std::uint64_t seed, std::size_t count, std::size_t dimension) {
  constexpr std::size_t centres = 8;
  std::vector<double> coordinates(centres * dimension);
  for (std::size_t i = 0; i < coordinates.size(); ++i) {
    coordinates[i] = random_normal(seed + 2, i / dimension, i % dimension);
  }
  return points(count, dimension, [&](std::size_t i, std::size_t j) {
    const std::size_t centre = random_bits(seed + 1, i) % centres;
    return coordinates[centre * dimension + j] + 0.3 * random_normal(seed, i, j);
  });
}

Points<float> directions(std::uint64_t seed, std::size_t count, std::size_t dimension) {
  Points<float> result = noise(seed, count, dimension);
  for (std::size_t i = 0; i < count; ++i) {
    double square = 0;
    for (const float coordinate : result[i]) square += static_cast<double>(coordinate) * coordinate;
    for (float& coordinate : result[i]) coordinate = static_cast<float>(coordinate / std::sqrt(square));
  }
  return result;
}

Mixture three_modes_of_data() {
  const double side = 5 * std::sqrt(3.0);
  return three_modes({side, -5, -side, -5, 0, 10});
}

Mixture three_modes_of_noise() {
  const double side = 5 * std::sqrt(3.0);
  return three_modes({side, 5, -side, 5, 0, -10});
}

Points<float> draw(const Mixture& mixture, std::uint64_t seed, std::size_t count) {
  std::vector<double> cumulative;
  double sum = 0;
  for (const double weight : mixture.weights) cumulative.push_back(sum += weight);
  return points(count, mixture.dimension, [&](std::size_t i, std::size_t j) {
    const double target = random_uniform(seed + 1, i) * sum;
    const auto found = std::ranges::upper_bound(cumulative, target) - cumulative.begin();
    const auto component = std::min(static_cast<std::size_t>(found), mixture.size() - 1);
    const std::size_t place = component * mixture.dimension + j;
    return mixture.means[place] + std::sqrt(mixture.variances[place]) * random_normal(seed, i, j);
  });
}

Mixture random_mixture(std::uint64_t seed, std::size_t components, std::size_t dimension) {
  Mixture mixture{.dimension = dimension, .weights = {}, .means = {}, .variances = {}};
  for (std::size_t i = 0; i < components; ++i) {
    mixture.weights.push_back(0.5 + random_uniform(seed, i, 2 * dimension));
    for (std::size_t j = 0; j < dimension; ++j) {
      mixture.means.push_back(3 * random_normal(seed, i, j));
      mixture.variances.push_back(0.1 + random_uniform(seed + 1, i, j));
    }
  }
  return mixture;
}

}  // namespace tandem::flow
