// The schemes that iterate over the whole sequence: what they share.
//
// An iteration takes the old iterate x to a new one, for all t at once:
//   g_t = f(x_{t-1}, u_t),   e_t = M_t e_{t-1} + (g_t - x_t),   x_t^new = g_t + M_t e_{t-1},   e_0 = 0.
// This is the linear recurrence of reference/rnn/rnn.hpp's schemes written for the correction e = x^new - x: it rounds
// at the size of the correction, not of the state, and where a beginning of the sequence is already right, e = 0 leaves
// it as it is. max|g_t - x_t| is the residual of the old iterate, so the stop costs nothing of its own.
//
// The recurrence is solved in chunks that start from e = 0, side by side; then each, in order, takes in what its
// predecessor ended with: the homogeneous solution h_t = M_t h_{t-1} is added from its beginning on, until it has
// faded. Where the network forgets that is a few steps, and the solve does little more than its T steps; where it does
// not, it costs up to T more. The textbook scan needs the products of the M_t over a chunk instead, d more right-hand
// sides for dense cells: with P chunks (d + 2) T / P steps against T + P W, so P > d + 2 cores before it gains
// anything on the plain serial solve.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <span>

#include "impl/rnn/rnn.hpp"

namespace tandem::rnn::internal {

/// x_1, ..., x_T before and after a sweep, T x d each. They do not overlap.
template <class Real>
struct Iterates {
  const Real* old;
  Real* next;
};

/// The steps [first, last) (from 0) of the channels [channel_begin, channel_end).
template <class Real>
struct Chunk {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t channel_begin = 0;
  std::size_t channel_end = 0;
  Real* correction = nullptr;  ///< d numbers: e before the first step; after the sweep, at the last
  double residual = 0;         ///< of the old iterate; NaN if it is not a number
  std::size_t first_wrong =
      0;  ///< no step before this one has a residual above the tolerance; a multiple of some steps
};

/// largest = max(largest, value), where a NaN is larger than any number.
inline void raise(double& largest, double value) {
  if (!(value <= largest) && !std::isnan(largest)) largest = value;
}

/// One scheme for one problem. Several threads may call at once.
template <class Real>
class SweepKernel {
 public:
  virtual ~SweepKernel() = default;

  /// Chunks that the kernel sweeps side by side at its best speed.
  virtual std::size_t columns() const = 0;
  /// Whether channels do not know of each other, so that chunks may hold a part of them.
  virtual bool separable() const = 0;
  /// The new iterate in (at most columns()) chunks of non-increasing length.
  virtual void sweep(const Iterates<Real>& iterates, std::span<Chunk<Real>> chunks) const = 0;
  /// Adds to the chunk what follows from `carry` before its first step, until it is nowhere above `faded`. Leaves in
  /// `carry` what is left at the end.
  virtual void fade(const Iterates<Real>& iterates, const Chunk<Real>& chunk, Real* carry, Real faded) const = 0;
};

/// What a kernel needs of a problem.
template <class Real>
struct Network {
  std::size_t hidden_size;
  const Real* weights;
  const Real* initial_state;
  const Real* input;
};

template <class Cell, class Real>
Network<Real> network_of(const Problem<Cell, Real>& problem) {
  return {problem.hidden_size, problem.weights.data(), problem.initial_state.data(), problem.input.data()};
}

/// The kernel of the scheme, with the best SIMD target. A sweep need not improve what has a residual of at most
/// `tolerance`; a negative one has it improve all.
template <class Real>
using Made = std::unique_ptr<SweepKernel<Real>>;
template <class Cell, class Real>
Made<Real> make_kernel(Scheme scheme, const Network<Real>& network, double tolerance);

}  // namespace tandem::rnn::internal
