// The dense cells' way to advance trajectories, one alone or several side by side.
#pragma once

#include <memory>

#include "impl/rnn/rnn.hpp"
#include "impl/rnn/warm_start/warm_start.hpp"

namespace tandem::rnn {

/// Packs the weights once, for the SIMD target in use; problem and answer must outlive the result.
std::unique_ptr<Lockstep> dense_lockstep(const Problem<Tanh>& problem, Answer<>& answer);
std::unique_ptr<Lockstep> dense_lockstep(const Problem<Gru>& problem, Answer<>& answer);

}  // namespace tandem::rnn
