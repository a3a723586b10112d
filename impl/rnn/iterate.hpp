// The schemes that iterate over the whole sequence: what they share.
//
// An iteration takes the old iterate x to a new one, for all t at once:
//   g_t = f(x_{t-1}, u_t),   e_t = M_t e_{t-1} + (g_t - x_t),   x_t^new = g_t + M_t e_{t-1},   e_0 = 0.
// This is the linear recurrence of reference/rnn.hpp's schemes written for the correction e = x^new - x: it rounds at
// the size of the correction, not of the state, and where a beginning of the sequence is already right, e = 0 leaves it
// as it is. max|g_t - x_t| is the residual of the old iterate, so the stop costs nothing of its own.
//
// The recurrence is solved in chunks that start from e = 0, side by side; then each, in order, takes in what its
// predecessor ended with: the homogeneous solution h_t = M_t h_{t-1} is added from its beginning on, until it has
// faded. Where the network forgets that is a few steps, and the solve does little more than its T steps; where it does
// not, it costs up to T more. The textbook scan needs the products of the M_t over a chunk instead, d more right-hand
// sides for dense cells: with P chunks (d + 2) T / P steps against T + P W, so P > d + 2 cores before it gains
// anything on the plain serial solve.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <span>
#include <vector>

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

/// The driver. It holds two iterates, one of them in the answer.
template <class Real>
class Iteration {
 public:
  Iteration(std::size_t hidden_size, std::size_t length, const SweepKernel<Real>& kernel, Real faded, Real* states)
      : d_(hidden_size),
        length_(length),
        kernel_(kernel),
        faded_(faded),
        states_(states),
        spare_(new Real[hidden_size * length]),
        old_(states),
        next_(spare_.get()) {
    std::fill_n(old_, d_ * length_, Real{0});
  }

  /// Sweeps over the steps that are still wrong. Afterwards residual() is that of the iterate before the sweep.
  template <class Scheduler>
  void sweep(const Execution& execution) {
    cut(static_cast<std::size_t>(std::max(execution.threads, 1)));
    const Iterates<Real> iterates{old_, next_};
    const std::size_t columns = kernel_.columns();
    Scheduler::for_each_chunk(execution, chunks_.size(), columns, [&](std::size_t begin, std::size_t end) {
      kernel_.sweep(iterates, std::span(chunks_).subspan(begin, end - begin));
    });
    residual_ = 0;
    wrong_ = length_;
    for (const Chunk<Real>& chunk : chunks_) {
      raise(residual_, chunk.residual);
      if (chunk.first_wrong < chunk.last) wrong_ = std::min(wrong_, chunk.first_wrong);
    }
  }

  double residual() const { return residual_; }
  /// The first step that may still be wrong; T if the old iterate is a trajectory.
  std::size_t first_wrong() const { return wrong_; }

  /// Completes the sweep: the new iterate becomes the old one. Numbers beyond `bound`, if it is finite, are put back.
  void accept(Real bound);

  /// Leaves the old iterate in the answer.
  void finish() {
    if (old_ != states_) std::copy_n(old_, d_ * length_, states_);
  }

 private:
  void cut(std::size_t threads);

  std::size_t d_;
  std::size_t length_;
  const SweepKernel<Real>& kernel_;
  Real faded_;
  Real* states_;
  std::unique_ptr<Real[]> spare_;  // not initialised
  Real* old_;
  Real* next_;
  std::size_t begin_ = 0;  ///< the steps before are right and stay as they are
  std::size_t wrong_ = 0;
  double residual_ = 0;
  std::vector<Chunk<Real>> chunks_;
  std::vector<Real> corrections_;
};

/// Iterates the first `length` steps, which hold nothing but finite numbers. Throws NotConverged.
template <class Scheduler, class Real>
std::size_t iterate_until_right(Iteration<Real>& iteration, std::size_t length, const Stopping& stopping, Real bound,
                                const Execution& execution) {
  // The guarantee of every scheme is one more right step per iteration. If that, and no smaller residual, is all that
  // many iterations have brought, and it is too little for the iterations that are left, then it has stagnated.
  constexpr std::size_t patience = 50;
  double least = std::numeric_limits<double>::infinity();
  std::size_t last_progress = 0;
  std::size_t right_then = 0;
  for (std::size_t count = 0;; ++count) {
    iteration.template sweep<Scheduler>(execution);
    if (iteration.first_wrong() >= length) {
      iteration.finish();
      return count;
    }
    if (iteration.residual() < 0.99 * least || iteration.first_wrong() > right_then + 2 * patience) {
      least = std::min(least, std::isnan(iteration.residual()) ? least : iteration.residual());
      last_progress = count;
      right_then = iteration.first_wrong();
    }
    const bool last = count >= stopping.max_iterations;
    const bool stagnates =
        count >= last_progress + patience && length - iteration.first_wrong() > stopping.max_iterations - count;
    if (last || stagnates) {
      iteration.finish();
      throw NotConverged(count, iteration.residual());
    }
    iteration.accept(bound);
  }
}

}  // namespace tandem::rnn::internal
