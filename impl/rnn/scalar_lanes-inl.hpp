// The kernel of the scalar warm start: one channel, as many chunks side by side as six vectors have lanes.
// Included by foreach_target files, once per target.
#if defined(TANDEM_RNN_SCALAR_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_SCALAR_LANES_INL_HPP
#undef TANDEM_RNN_SCALAR_LANES_INL_HPP
#else
#define TANDEM_RNN_SCALAR_LANES_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>

#include "impl/rnn/diagonal_cells-inl.hpp"
#include "impl/rnn/scalar_warm_start.hpp"
#include "impl/rnn/transpose-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Vectors of at most 16 lanes; where their length is not known to the compiler, of the 4 that there are at least.
using LaneTag = hn::CappedTag<float, HWY_HAVE_SCALABLE ? 4 : 16>;

/// Enough vectors for the latency of tanh: four were not, eight do not fit the registers.
inline constexpr std::size_t lane_groups = 6;
inline constexpr std::size_t most_lanes = lane_groups * hn::MaxLanes(LaneTag());

template <class Cell>
class LaneKernel {
 public:
  LaneKernel(const Problem<Cell>& problem, float* states) : problem_(problem), out_(states) {
    for (std::size_t i = 0; i < lanes_; ++i) states_[i] = 0;
  }

  void run(const ScalarBlock& block, float* starts, float* ends) {
    for (std::size_t t = 0; t < block.warm_up; t += tile_steps) {
      gather(block.first + t - block.warm_up, block.chunk);
      for (std::size_t s = 0; s < tile_steps; ++s) step(s);
      keep_last();
    }
    copy_states(starts);
    // The next block's lines, in the order of memory and evenly spread: a burst of them would stall the loads.
    const float* next_input = problem_.input.data() + block.next * Cell::gates;
    const float* next_state = out_ + block.next;
    for (std::size_t t = 0; t < block.chunk; t += tile_steps) {
      gather(block.first + t, block.chunk);
      for (std::size_t s = 0; s < tile_steps; ++s) {
        step(s);
        if (!block.prefetches) continue;
        const std::size_t at = (t + s) * lanes_;
        for (std::size_t i = 0; i < Cell::gates * lanes_; i += line) hwy::Prefetch(next_input + Cell::gates * at + i);
        for (std::size_t i = 0; i < lanes_; i += line) hwy::Prefetch(next_state + at + i);
      }
      scatter(block.first + t, block.chunk);
      keep_last();
    }
    copy_states(ends);
  }

 private:
  static constexpr std::size_t tile_steps = scalar_tile_steps;
  static constexpr std::size_t line = 64 / sizeof(float);

  HWY_INLINE void gather(std::size_t first, std::size_t chunk) {
    for (std::size_t lane = 0; lane < lanes_; lane += width_) {
      gather_rows(d_, problem_.input.data() + (first + lane * chunk) * Cell::gates, chunk * Cell::gates,
                  tile_steps * Cell::gates, inputs_ + lane, lanes_);
    }
  }

  HWY_INLINE void scatter(std::size_t first, std::size_t chunk) {
    for (std::size_t lane = 0; lane < lanes_; lane += width_) {
      scatter_rows(d_, states_ + lanes_ + lane, lanes_, tile_steps, out_ + first + lane * chunk, chunk);
    }
  }

  /// Step s of the tile, from row s of the states to row s + 1.
  HWY_INLINE void step(std::size_t s) {
    const auto weight = [&](std::size_t gate) HWY_ATTR { return hn::Set(d_, problem_.weights[gate]); };
    for (std::size_t group = 0; group < lane_groups; ++group) {
      const std::size_t lane = group * width_;
      const auto input = [&](std::size_t gate)
                             HWY_ATTR { return hn::Load(d_, inputs_ + (s * Cell::gates + gate) * lanes_ + lane); };
      const auto x = hn::Load(d_, states_ + s * lanes_ + lane);
      hn::Store(next_state(Cell{}, d_, x, weight, input), d_, states_ + (s + 1) * lanes_ + lane);
    }
  }

  HWY_INLINE void keep_last() { copy_states(states_, tile_steps); }

  HWY_INLINE void copy_states(float* to, std::size_t row = 0) const {
    for (std::size_t i = 0; i < lanes_; ++i) to[i] = states_[row * lanes_ + i];
  }

  const LaneTag d_{};
  const std::size_t width_ = hn::Lanes(d_);
  const std::size_t lanes_ = lane_groups * width_;
  const Problem<Cell>& problem_;
  float* out_;
  alignas(64) float inputs_[tile_steps * Cell::gates * most_lanes];
  alignas(64) float states_[(tile_steps + 1) * most_lanes];
};

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
