// The driver of the schemes that iterate over the whole sequence. What it drives, and why: impl/rnn/iterate/sweep.hpp.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "impl/rnn/iterate/sweep.hpp"

namespace tandem::rnn::internal {

/// Two iterates, one of them in the answer, and the sweep that leads from one to the other.
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
  void sweep(const Execution& execution);

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

}  // namespace tandem::rnn::internal
