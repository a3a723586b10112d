// The fast variants of the backward pass. Definition: reference/rnn/backward.hpp.
#pragma once

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

}  // namespace tandem::rnn
