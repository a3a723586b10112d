#include "problems/flow/training.hpp"

#include <cmath>

#include "impl/support/random.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {

std::vector<float> initial_parameters(const NetworkShape& shape, std::uint64_t seed) {
  std::vector<float> parameters(shape.parameters());
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const std::size_t inputs = i < shape.weight_2() ? shape.inputs() : shape.hidden;
    const double bound = 1 / std::sqrt(static_cast<double>(inputs));
    parameters[i] = static_cast<float>(bound * (2 * random_uniform(seed, i) - 1));
  }
  return parameters;
}

TrainingProblem new_training(const NetworkShape& shape, std::uint64_t seed, const AdamOptions& adam) {
  return {.shape = shape,
          .parameters = initial_parameters(shape, seed),
          .mean = std::vector<float>(shape.parameters()),
          .square = std::vector<float>(shape.parameters()),
          .step = 0,
          .adam = adam,
          .data = {},
          .noise = {},
          .times = {}};
}

std::vector<float> uniform_draws(std::uint64_t seed, std::size_t first, std::size_t count) {
  std::vector<float> draws(count);
  for (std::size_t i = 0; i < count; ++i) {
    // 24 bits: a double near 1 would be rounded up to it.
    draws[i] = static_cast<float>(random_bits(seed, first + i) >> 40) * 0x1p-24F;
  }
  return draws;
}

TrainingProblem random_training(const NetworkShape& shape, std::size_t batch, std::uint64_t seed) {
  TrainingProblem problem = new_training(shape, seed);
  problem.step = 10;
  for (std::size_t i = 0; i < problem.mean.size(); ++i) {
    problem.mean[i] = static_cast<float>(0.1 * random_normal(seed, i, 1));
    problem.square[i] = static_cast<float>(1e-4 * (0.5 + random_uniform(seed, i, 7)));
  }
  problem.data = clustered(seed + 10, batch, shape.dimension);
  problem.noise = noise(seed + 20, batch, shape.dimension);
  problem.times = uniform_draws(seed + 30, 0, batch);
  return problem;
}

TrainingResult room_for(const NetworkShape& shape) {
  const std::vector<float> numbers(shape.parameters());
  return {.loss = 0, .gradient = numbers, .parameters = numbers, .mean = numbers, .square = numbers};
}

}  // namespace tandem::flow
