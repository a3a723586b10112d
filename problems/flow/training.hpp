// Seeded trainings of the network.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "reference/flow/network.hpp"

namespace tandem::flow {

/// Uniform within +-1 / sqrt(inputs of the layer), the usual start; parameter i is a function of (seed, i).
std::vector<float> initial_parameters(const NetworkShape& shape, std::uint64_t seed);

/// A training that has not begun, without a batch.
TrainingProblem new_training(const NetworkShape& shape, std::uint64_t seed, const AdamOptions& adam = {});

/// Draw i of a training is a function of (seed, i): batch number `step` has the draws from step * size on. The times
/// are uniform in [0, 1).
std::vector<float> uniform_draws(std::uint64_t seed, std::size_t first, std::size_t count);

/// A training on its way, with moments of the size that gradients have and one batch of clustered data.
TrainingProblem random_training(const NetworkShape& shape, std::size_t batch, std::uint64_t seed);

/// A result with its sizes.
TrainingResult room_for(const NetworkShape& shape);

}  // namespace tandem::flow
