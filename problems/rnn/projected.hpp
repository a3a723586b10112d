// Random recurrent layers with their input projection.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/support/random.hpp"
#include "reference/rnn/projected.hpp"

namespace tandem::rnn {

/// Features as wide as the state, standard normal; weights N(0, 1 / d), those of the recurrence times 0.9: the cells
/// forget, as in the methods without projection.
template <class Cell>
ProjectedProblem<Cell> random_layer(std::size_t d, std::size_t length, std::uint64_t seed) {
  const auto normal = [seed](std::size_t size, double scale, std::uint64_t step) {
    std::vector<float> numbers(size);
    for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<float>(scale * random_normal(seed, i, step));
    return numbers;
  };
  const double scale = 1 / std::sqrt(static_cast<double>(d));
  const std::size_t outputs = Cell::gates * d;
  return {.hidden_size = d,
          .length = length,
          .features = normal(length * d, 1, 0),
          .projection = {.inputs = d,
                         .outputs = outputs,
                         .weights = normal(d * outputs, scale, 1),
                         .bias = normal(outputs, 0.1, 2)},
          .weights = normal(weight_count<Cell>(d), 0.9 * scale, 3),
          .initial_state = normal(d, 0.5, 4)};
}

}  // namespace tandem::rnn
