// One sweep of a scheme over channels that do not mix. The evaluations of different steps are independent, so they hide
// the recurrence's latency. A single channel has steps in its lanes instead (scan_single). Included by foreach_target
// files, once per target.
#if defined(TANDEM_RNN_ITERATE_DIAGONAL_KERNEL_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_ITERATE_DIAGONAL_KERNEL_INL_HPP
#undef TANDEM_RNN_ITERATE_DIAGONAL_KERNEL_INL_HPP
#else
#define TANDEM_RNN_ITERATE_DIAGONAL_KERNEL_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "impl/rnn/iterate/diagonal_cells-inl.hpp"
#include "impl/rnn/iterate/sweep.hpp"
#include "impl/rnn/iterate/worst-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using internal::Chunk;
using internal::Iterates;

template <Scheme scheme, class Cell, class Real>
class DiagonalKernel final : public internal::SweepKernel<Real> {
 public:
  DiagonalKernel(const internal::Network<Real>& network, double tolerance) : network_(network), tolerance_(tolerance) {}

  std::size_t columns() const override { return 1; }
  bool separable() const override { return true; }

  void sweep(const Iterates<Real>& iterates, std::span<Chunk<Real>> chunks) const override {
    for (Chunk<Real>& chunk : chunks) {
      chunk.residual = 0;
      chunk.first_wrong = chunk.last;
      const std::size_t width = chunk.channel_end - chunk.channel_begin;
      if (width == 0) continue;
      const hn::ScalableTag<Real> full;
      const hn::Half<decltype(full)> half;
      const hn::CappedTag<Real, 1> single;
      if (width >= hn::Lanes(full)) {
        sweep_with(full, iterates, chunk);
      } else if (width >= hn::Lanes(half)) {
        sweep_with(half, iterates, chunk);
      } else {
        sweep_with(single, iterates, chunk);
      }
    }
  }

  void fade(const Iterates<Real>& iterates, const Chunk<Real>& chunk, Real* carry, Real faded) const override {
    const std::size_t d = network_.hidden_size;
    const hn::ScalableTag<Real> full;
    const hn::CappedTag<Real, 1> single;
    std::size_t channel = chunk.channel_begin;
    for (; channel + hn::Lanes(full) <= chunk.channel_end; channel += hn::Lanes(full)) {
      fade_channels(full, iterates, chunk, channel, carry + channel, faded);
    }
    for (; channel < std::min(chunk.channel_end, d); ++channel) {
      fade_channels(single, iterates, chunk, channel, carry + channel, faded);
    }
  }

 private:
  static constexpr std::size_t gates = Cell::gates;

  // In short blocks of steps, so that a row of the iterates is still in the cache when its next channels come.
  template <class D>
  void sweep_with(D tag, const Iterates<Real>& iterates, Chunk<Real>& chunk) const {
    const std::size_t width = chunk.channel_end - chunk.channel_begin;
    const std::size_t block = std::clamp<std::size_t>(2048 / width, 16, 512);
    std::vector<Real> before(chunk.correction, chunk.correction + network_.hidden_size);
    for (std::size_t first = chunk.first; first < chunk.last; first += block) {
      const std::size_t last = std::min(first + block, chunk.last);
      double residual = 0;
      const auto at = [&](std::size_t channel) HWY_ATTR {
        const double found =
            sweep_channels(tag, iterates, first, last, channel, before.data() + channel, chunk.correction + channel);
        internal::raise(residual, found);
      };
      if (!scan_single(iterates, chunk, first, last, residual)) {
        const std::size_t lanes = hn::Lanes(tag);
        std::size_t channel = chunk.channel_begin;
        for (; channel + lanes <= chunk.channel_end; channel += lanes) at(channel);
        // The last register overlaps the one before: it computes some channels again, from the same numbers.
        if (channel < chunk.channel_end) at(chunk.channel_end - lanes);
        std::copy_n(chunk.correction, network_.hidden_size, before.data());
      }
      internal::raise(chunk.residual, residual);
      if (!(residual <= tolerance_)) chunk.first_wrong = std::min(chunk.first_wrong, first);
    }
  }

  /// The state before step t of some channels.
  const Real* before(const Iterates<Real>& iterates, std::size_t t, std::size_t channel) const {
    const std::size_t d = network_.hidden_size;
    return t == 0 ? network_.initial_state + channel : iterates.old + (t - 1) * d + channel;
  }

  template <class D, class V = hn::Vec<D>>
  HWY_INLINE void load_weights(D tag, std::size_t channel, V* weights) const {
    for (std::size_t gate = 0; gate < gates; ++gate) {
      weights[gate] = hn::LoadU(tag, network_.weights + gate * network_.hidden_size + channel);
    }
  }

  template <class D, class V = hn::Vec<D>>
  HWY_INLINE void load_input(D tag, std::size_t t, std::size_t channel, V* u) const {
    const std::size_t d = network_.hidden_size;
    for (std::size_t gate = 0; gate < gates; ++gate) {
      u[gate] = hn::LoadU(tag, network_.input + (t * gates + gate) * d + channel);
    }
  }

  template <class D>
  double sweep_channels(D tag, const Iterates<Real>& iterates, std::size_t first, std::size_t last, std::size_t channel,
                        const Real* correction_before, Real* correction_after) const {
    using V = hn::Vec<D>;
    const std::size_t d = network_.hidden_size;
    V weights[gates];
    V u[gates];
    load_weights(tag, channel, weights);
    V x = hn::LoadU(tag, before(iterates, first, channel));
    V correction = hn::LoadU(tag, correction_before);
    Worst<D> worst(tag);
    for (std::size_t t = first; t < last; ++t) {
      load_input(tag, t, channel, u);
      const Linearised<V> f = Linearise<scheme>(Cell{}, tag, weights, x, u);
      x = hn::LoadU(tag, iterates.old + t * d + channel);
      const V difference = hn::Sub(f.value, x);
      worst.add(difference);
      if constexpr (scheme == Scheme::jacobi) {
        hn::StoreU(f.value, tag, iterates.next + t * d + channel);
      } else {
        hn::StoreU(hn::MulAdd(f.slope, correction, f.value), tag, iterates.next + t * d + channel);
        correction = hn::MulAdd(f.slope, correction, difference);
      }
    }
    if constexpr (scheme != Scheme::jacobi) hn::StoreU(correction, tag, correction_after);
    return worst.get(tag);
  }

  template <class D>
  void fade_channels(D tag, const Iterates<Real>& iterates, const Chunk<Real>& chunk, std::size_t channel, Real* carry,
                     Real faded) const {
    using V = hn::Vec<D>;
    const std::size_t d = network_.hidden_size;
    const V limit = hn::Set(tag, faded);
    V weights[gates];
    V u[gates];
    load_weights(tag, channel, weights);
    V x = hn::LoadU(tag, before(iterates, chunk.first, channel));
    V h = hn::LoadU(tag, carry);
    for (std::size_t t = chunk.first; t < chunk.last; ++t) {
      if (hn::AllTrue(tag, hn::Le(hn::Abs(h), limit))) {
        h = hn::Zero(tag);
        break;
      }
      load_input(tag, t, channel, u);
      h = hn::Mul(h, Linearise<scheme>(Cell{}, tag, weights, x, u).slope);
      x = hn::LoadU(tag, iterates.old + t * d + channel);
      Real* next = iterates.next + t * d + channel;
      hn::StoreU(hn::Add(hn::LoadU(tag, next), h), tag, next);
    }
    hn::StoreU(h, tag, carry);
  }

  /// One channel of one gate: four neighbouring steps per lane. Each lane solves its four from e = 0 and multiplies its
  /// slopes; a scalar recurrence over the lanes finds what each starts from. Returns whether it took the block.
  bool scan_single(const Iterates<Real>& iterates, Chunk<Real>& chunk, std::size_t first, std::size_t last,
                   double& residual) const {
#if HWY_TARGET != HWY_SCALAR
    if constexpr (gates == 1) {
      if (network_.hidden_size != 1) return false;
      const hn::ScalableTag<Real> tag;
      using D = decltype(tag);
      using V = hn::Vec<D>;
      const std::size_t lanes = hn::Lanes(tag);
      HWY_ALIGN Real slopes[HWY_MAX_BYTES / sizeof(Real)];
      HWY_ALIGN Real ends[HWY_MAX_BYTES / sizeof(Real)];
      V weights[1] = {hn::Set(tag, network_.weights[0])};
      Worst<D> worst(tag);
      Real correction = *chunk.correction;
      std::size_t t = first;
      if (t == 0) t += single_step(iterates, correction, t, residual);
      for (; t + 4 * lanes <= last; t += 4 * lanes) {
        V x[4];
        V old[4];
        V u[4];
        V product[4];
        V local[4];
        V value[4];
        V slope[4];
        hn::LoadInterleaved4(tag, iterates.old + t - 1, x[0], x[1], x[2], x[3]);
        hn::LoadInterleaved4(tag, iterates.old + t, old[0], old[1], old[2], old[3]);
        hn::LoadInterleaved4(tag, network_.input + t, u[0], u[1], u[2], u[3]);
        for (std::size_t i = 0; i < 4; ++i) {
          const Linearised<V> f = Linearise<scheme>(Cell{}, tag, weights, x[i], u + i);
          value[i] = f.value;
          slope[i] = f.slope;
          const V difference = hn::Sub(f.value, old[i]);
          worst.add(difference);
          local[i] = i == 0 ? difference : hn::MulAdd(f.slope, local[i - 1], difference);
          product[i] = i == 0 ? f.slope : hn::Mul(f.slope, product[i - 1]);
        }
        if constexpr (scheme == Scheme::jacobi) {
          hn::StoreInterleaved4(value[0], value[1], value[2], value[3], tag, iterates.next + t);
        } else {
          hn::Store(product[3], tag, slopes);
          hn::Store(local[3], tag, ends);
          for (std::size_t lane = 0; lane < lanes; ++lane) {
            const Real start = correction;
            correction = slopes[lane] * correction + ends[lane];
            ends[lane] = start;
          }
          const V start = hn::Load(tag, ends);
          V next[4];
          next[0] = hn::MulAdd(slope[0], start, value[0]);
          for (std::size_t i = 1; i < 4; ++i) {
            const V e = hn::MulAdd(product[i - 1], start, local[i - 1]);
            next[i] = hn::MulAdd(slope[i], e, value[i]);
          }
          hn::StoreInterleaved4(next[0], next[1], next[2], next[3], tag, iterates.next + t);
        }
      }
      const double found = worst.get(tag);
      internal::raise(residual, found);
      while (t < last) t += single_step(iterates, correction, t, residual);
      *chunk.correction = correction;
      return true;
    }
#endif
    (void)iterates, (void)chunk, (void)first, (void)last, (void)residual;
    return false;
  }

  std::size_t single_step(const Iterates<Real>& iterates, Real& correction, std::size_t t, double& residual) const {
    const hn::CappedTag<Real, 1> single;
    const Real start = correction;
    const double found = sweep_channels(single, iterates, t, t + 1, 0, &start, &correction);
    internal::raise(residual, found);
    return 1;
  }

  internal::Network<Real> network_;
  double tolerance_;
};

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
