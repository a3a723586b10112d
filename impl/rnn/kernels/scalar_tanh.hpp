// One channel of tanh, one step after the other: x_t = tanh(a x_{t-1} + u_t) for numbers.
#pragma once

#include <cstddef>

namespace tandem::rnn {

/// Writes x_1, ..., x_steps to `output` and returns the last of them (x_0 if there is none).
float scalar_tanh(float a, float x0, const float* input, std::size_t steps, float* output);

}  // namespace tandem::rnn
