// The fast variants of the backward pass. Definition: reference/rnn/backward.hpp.
#pragma once

#include <cstddef>

#include "impl/support/execution.hpp"
#include "reference/rnn/backward.hpp"

namespace tandem::rnn {

/// One step after the other, backward, with SIMD; what does not depend on lambda (gates, weight gradients of dense
/// cells) as matrix products over many steps.
///
/// Over several threads, diagonal cells: a blocked scan of the linear recurrence, twice over the sequence (first how
/// each block of steps maps lambda, then, with the carries known, the gradients). Dense cells: the matrix products over
/// blocks of steps; the recurrence itself stays sequential, since composing two of its steps would take a product of
/// d x d matrices where a step takes one with a vector.
template <class Cell>
void backward_simd(const BackwardProblem<Cell>& problem, Gradient<>& gradient, const Execution& execution);

/// Dense cells as a user of Eigen would first write them.
template <class Cell>
void backward_eigen(const BackwardProblem<Cell>& problem, Gradient<>& gradient, const Execution& execution);

/// Dense cells: steps whose gates one task computes, enough to pay for packing the weights.
inline constexpr std::size_t gate_steps = 1536;

/// Dense cells: steps whose part of the weights' gradients is summed up before it is added to the others'.
inline constexpr std::size_t outer_product_steps = 512;

/// Diagonal cells: steps per block, long enough for its carry to cost nothing, and the same for every thread count, so
/// that the sums of the weights' gradients do not depend on it. Sums of a block are in float, sums of blocks in double.
inline constexpr std::size_t block_steps = 4096;

}  // namespace tandem::rnn
