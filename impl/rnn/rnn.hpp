// The fast variants of the recurrent networks. Definition: reference/rnn/rnn.hpp.
//
// One function template per way of evaluating the sequence; the cell is its argument (`sequential_simd<Gru>`). Every
// function refuses bad input as the reference does, and may be called from several threads at once. Weights are packed,
// and layouts changed, inside the call.
#pragma once

#include <cstddef>

#include "impl/support/execution.hpp"
#include "impl/support/no_answer.hpp"
#include "reference/rnn/fixed.hpp"
#include "reference/rnn/rnn.hpp"

namespace tandem::rnn {

// ---- one step after the other -----------------------------------------------------------------------------------

/// The best sequential evaluation: packed weights, SIMD, rational tanh. The baseline of every parallel speedup.
template <class Cell>
void sequential_simd(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution);

/// The loop as a user of Eigen would first write it.
template <class Cell>
void sequential_eigen(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution);

/// Diagonal cells alone: the channels do not know of each other, so they are split over the threads, exactly.
template <class Cell>
void channels_simd(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution);

// ---- chunks of the sequence at once (impl/rnn/warm_start/warm_start.hpp) -----------------------------------------

template <class Cell>
void warm_start_simd(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution);

// ---- the whole sequence at once, again and again, until it is a trajectory ---------------------------------------

/// What takes the place of the Jacobian of f in the linear recurrence that every iteration solves:
/// x_t = M_t x_{t-1} + f(x_{t-1}^old, u_t) - M_t x_{t-1}^old.
enum class Scheme {
  jacobi,             ///< M = 0
  picard,             ///< M = I
  constant_jacobian,  ///< the Jacobian at x = 0, u = 0: A for tanh cells, I / 2 + W_c / 4 for GRU (kexue.fm 9783)
  input_linearised,   ///< the Jacobian at x = 0 with the true u_t (kexue.fm 9783)
  newton,             ///< the Jacobian at the old iterate (kexue.fm 9783; DEER, arXiv 2309.12252)
  quasi_newton,       ///< its diagonal (arXiv 2407.19115)
};

/// Thrown where a scheme has no answer; what() is "not converged after k iterations, residual r".
class NotConverged : public NoAnswer {
 public:
  NotConverged(std::size_t iterations, double residual);
  std::size_t iterations;
  double residual;
};

/// Iterates until the residual is at most problem.stopping.tolerance and leaves the count in answer.iterations. Throws
/// NotConverged if max_iterations are not enough or the residual stagnates above the tolerance.
template <Scheme scheme, class Cell, class Real = float>
void iterate_simd(const Problem<Cell, Real>& problem, Answer<Real>& answer, const Execution& execution);

/// Newton's scheme as a user of Eigen would first write it; dense tanh alone.
void newton_eigen(const Problem<Tanh>& problem, Answer<>& answer, const Execution& execution);

// ---- a fixed number of iterations as the model (reference/rnn/fixed.hpp) -----------------------------------------

template <class Cell>
void fixed_simd(const FixedProblem<Cell>& problem, Answer<>& answer, const Execution& execution);

}  // namespace tandem::rnn
