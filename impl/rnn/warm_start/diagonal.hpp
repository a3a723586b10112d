// What the two warm starts of the diagonal cells share: for one channel (scalar_simd.cpp), and for several
// (diagonal_simd.cpp), which hands problems of one channel over.
#pragma once

#include "impl/rnn/rnn.hpp"

namespace tandem::rnn {

/// Two trajectories of a diagonal cell have met when they are this near in every channel. Both come from the same
/// operations on the same channels, so that without this leave they would meet to the last bit, a little later.
inline constexpr float diagonal_meeting_tolerance = 1e-6F;

/// For d = 1 and at least one step.
template <class Cell>
void scalar_warm_start(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution);

}  // namespace tandem::rnn
