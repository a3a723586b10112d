// The kernel of the scalar warm start: one channel, as many chunks side by side as six vectors have lanes.
// Included by foreach_target files, once per target.
#if defined(TANDEM_RNN_WARM_START_SCALAR_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_WARM_START_SCALAR_LANES_INL_HPP
#undef TANDEM_RNN_WARM_START_SCALAR_LANES_INL_HPP
#else
#define TANDEM_RNN_WARM_START_SCALAR_LANES_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cstddef>

#include "impl/rnn/kernels/diagonal_cells-inl.hpp"
#include "impl/rnn/kernels/transpose-inl.hpp"
#include "impl/rnn/warm_start/scalar.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Vectors of at most 16 lanes; where their length is not known to the compiler, of the 4 that there are at least.
using LaneTag = hn::CappedTag<float, HWY_HAVE_SCALABLE ? 4 : 16>;

/// A step of tanh has a latency of about 50 cycles on AVX2 and keeps the ports for about 6: eight vectors cover it.
inline constexpr std::size_t lane_groups = 8;
inline constexpr std::size_t vector_width = hn::MaxLanes(LaneTag());
inline constexpr std::size_t block_width = lane_groups * vector_width;

template <class Cell>
class LaneKernel {
 public:
  LaneKernel(const Problem<Cell>& problem, float* states) : problem_(problem), out_(states) {
    for (std::size_t i = 0; i < block_width; ++i) states_[i] = 0;
    for (std::size_t i = 0; i < Cell::gates * vector_width; ++i) weights_[i] = problem.weights[i / vector_width];
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
        const std::size_t at = (t + s) * block_width;
        for (std::size_t i = 0; i < Cell::gates * block_width; i += line)
          hwy::Prefetch(next_input + Cell::gates * at + i);
        for (std::size_t i = 0; i < block_width; i += line) hwy::Prefetch(next_state + at + i);
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
    for (std::size_t lane = 0; lane < block_width; lane += vector_width) {
      gather_rows(d_, problem_.input.data() + (first + lane * chunk) * Cell::gates, chunk * Cell::gates,
                  tile_steps * Cell::gates, inputs_ + lane, block_width);
    }
  }

  HWY_INLINE void scatter(std::size_t first, std::size_t chunk) {
    for (std::size_t lane = 0; lane < block_width; lane += vector_width) {
      scatter_rows(d_, states_ + block_width + lane, block_width, tile_steps, out_ + first + lane * chunk, chunk);
    }
  }

  /// Step s of the tile, from row s of the states to row s + 1.
  HWY_INLINE void step(std::size_t s) {
    const auto weight = [&](std::size_t gate) HWY_ATTR { return hn::Load(d_, weights_ + gate * vector_width); };
    for (std::size_t group = 0; group < lane_groups; ++group) {
      const std::size_t lane = group * vector_width;
      const auto input = [&](std::size_t gate)
                             HWY_ATTR { return hn::Load(d_, inputs_ + (s * Cell::gates + gate) * block_width + lane); };
      const auto x = hn::Load(d_, states_ + s * block_width + lane);
      hn::Store(next_state(Cell{}, d_, x, weight, input), d_, states_ + (s + 1) * block_width + lane);
    }
  }

  HWY_INLINE void keep_last() { copy_states(states_, tile_steps); }

  HWY_INLINE void copy_states(float* to, std::size_t row = 0) const {
    for (std::size_t i = 0; i < block_width; ++i) to[i] = states_[row * block_width + i];
  }

  const LaneTag d_{};
  const Problem<Cell>& problem_;
  float* out_;
  alignas(64) float weights_[Cell::gates * vector_width];
  alignas(64) float inputs_[tile_steps * Cell::gates * block_width];
  alignas(64) float states_[(tile_steps + 1) * block_width];
};

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
