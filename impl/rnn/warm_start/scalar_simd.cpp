// Warm start for one channel (d = 1): every SIMD lane is a chunk of the sequence.
//
// The sequence is cut into blocks that fit the second-level cache with their output (for AVX2 64 lanes of some 320
// steps), because 64 distant streams defeat every prefetcher. A lane starts `warm_up` steps before its chunk from x =
// 0, which costs no more than the second pass of warm_start.hpp, since it stores nothing. Where it then stands at the
// chunk's first step is compared with where its predecessor ended: in order, over all lanes and blocks, so that blocks
// may run on any thread and the answer does not depend on which. A chunk that does not fit is repeated step by step
// until it meets what is stored.
//
// The warm-up is measured on the beginning of the sequence, which runs step by step, and grows when boundaries fail.
// Blocks run in waves that grow as long as little is repeated; else the rest of the sequence runs step by step.
#include "impl/rnn/warm_start/scalar.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "impl/rnn/kernels/scalar_tanh.hpp"
#include "impl/rnn/warm_start/diagonal.hpp"
#include "impl/support/denormals.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/warm_start/scalar_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/rnn/warm_start/scalar_lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

std::size_t block_lanes() { return block_width; }

/// The same arithmetic step by step.
template <class Cell>
float single_steps(const Problem<Cell>& problem, float state, std::size_t first, std::size_t steps, float* output) {
  const hn::CappedTag<float, 1> d;
  const auto weight = [&](std::size_t gate) HWY_ATTR { return hn::Set(d, problem.weights[gate]); };
  auto x = hn::Set(d, state);
  for (std::size_t t = 0; t < steps; ++t) {
    const float* input = problem.input.data() + (first + t) * Cell::gates;
    x = next_state(Cell{}, d, x, weight, [&](std::size_t gate) HWY_ATTR { return hn::Set(d, input[gate]); });
    output[t] = hn::GetLane(x);
  }
  return hn::GetLane(x);
}

// Names without template arguments, for Highway's tables.
void tanh_block(const Problem<TanhDiagonal>& problem, float* states, const ScalarBlock& block, float* starts,
                float* ends) {
  LaneKernel<TanhDiagonal>(problem, states).run(block, starts, ends);
}
void gru_block(const Problem<GruDiagonal>& problem, float* states, const ScalarBlock& block, float* starts,
               float* ends) {
  LaneKernel<GruDiagonal>(problem, states).run(block, starts, ends);
}
float tanh_steps(const Problem<TanhDiagonal>& problem, float state, std::size_t first, std::size_t steps, float* out) {
  return single_steps(problem, state, first, steps, out);
}
float gru_steps(const Problem<GruDiagonal>& problem, float state, std::size_t first, std::size_t steps, float* out) {
  return single_steps(problem, state, first, steps, out);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(block_lanes);
HWY_EXPORT(tanh_block);
HWY_EXPORT(gru_block);
HWY_EXPORT(tanh_steps);
HWY_EXPORT(gru_steps);

namespace {

// ---- the kernels of either cell

void run_block(const Problem<TanhDiagonal>& problem, float* states, const ScalarBlock& block, float* starts,
               float* ends) {
  const DenormalsAreZero guard;
  HWY_DYNAMIC_DISPATCH(tanh_block)(problem, states, block, starts, ends);
}
void run_block(const Problem<GruDiagonal>& problem, float* states, const ScalarBlock& block, float* starts,
               float* ends) {
  const DenormalsAreZero guard;
  HWY_DYNAMIC_DISPATCH(gru_block)(problem, states, block, starts, ends);
}

std::size_t lanes_of_block() { return HWY_DYNAMIC_DISPATCH(block_lanes)(); }

float run_steps(const Problem<TanhDiagonal>& problem, float state, std::size_t first, std::size_t steps, float* out) {
  const DenormalsAreZero guard;
  return HWY_DYNAMIC_DISPATCH(tanh_steps)(problem, state, first, steps, out);
}
float run_steps(const Problem<GruDiagonal>& problem, float state, std::size_t first, std::size_t steps, float* out) {
  const DenormalsAreZero guard;
  return HWY_DYNAMIC_DISPATCH(gru_steps)(problem, state, first, steps, out);
}

/// The fastest loop for the rest, which may differ from run_steps in the last bits.
void run_rest(const Problem<TanhDiagonal>& problem, float state, std::size_t first, std::size_t steps, float* out) {
  scalar_tanh(problem.weights[0], state, problem.input.data() + first, steps, out);
}
void run_rest(const Problem<GruDiagonal>& problem, float state, std::size_t first, std::size_t steps, float* out) {
  run_steps(problem, state, first, steps, out);
}

bool same(float a, float b) {
  return std::abs(a - b) <= diagonal_meeting_tolerance || (std::isnan(a) && std::isnan(b));
}

std::size_t whole_tiles(std::size_t steps) {
  return (steps + scalar_tile_steps - 1) / scalar_tile_steps * scalar_tile_steps;
}

template <class Cell>
class ScalarWarmStart {
 public:
  ScalarWarmStart(const Problem<Cell>& problem, Answer<>& answer)
      : problem_(problem), answer_(answer), states_(answer.states.data()), length_(problem.length()) {}

  void run(const Execution& execution) {
    const std::size_t known = std::min(length_, std::clamp<std::size_t>(length_ / 2048, 256, 2048));
    run_steps(problem_, problem_.initial_state[0], 0, known, states_);
    done_ = known;
    warm_up_ = whole_tiles(forgetting_length(known) * 5 / 4);
    const auto threads = static_cast<std::size_t>(execution.team());
    for (std::size_t wave = 2 * threads; warm_up_ > 0 && plan(wave); wave *= 4) {
      const std::size_t piece = (blocks_.size() + 4 * threads - 1) / (4 * threads);
      for_each_chunk(execution, blocks_.size(), threads == 1 ? blocks_.size() : piece,
                     [&](std::size_t begin, std::size_t end) {
                       for (std::size_t b = begin; b < end; ++b) {
                         ScalarBlock block = blocks_[b];
                         block.prefetches = b + 1 < end;
                         run_block(problem_, states_, block, &starts_[b * lanes_], &ends_[b * lanes_]);
                       }
                     });
      if (!repair()) break;
    }
    run_rest(problem_, states_[done_ - 1], done_, length_ - done_, states_ + done_);
  }

 private:
  /// The steps until trajectories from x = 0 have met the known one, or 0 where one has not within half of it.
  std::size_t forgetting_length(std::size_t known) const {
    constexpr std::size_t probes = 8;
    const std::size_t limit = known / 2;
    std::size_t longest = 0;
    for (std::size_t probe = 0; probe < probes; ++probe) {
      const std::size_t first = 1 + (known - limit - 1) * probe / probes;
      const std::size_t steps = meeting(0, first, limit, nullptr).steps;
      if (steps + scalar_tile_steps > limit) return 0;
      longest = std::max(longest, steps);
    }
    return longest;
  }

  struct Meeting {
    std::size_t steps;
    float state;  ///< after them
  };

  /// Runs from `state` until it meets what is stored, at most `limit` steps, and stores them if `output` is given.
  Meeting meeting(float state, std::size_t first, std::size_t limit, float* output) const {
    float tile[scalar_tile_steps];
    std::size_t steps = 0;
    while (steps < limit) {
      const std::size_t now = std::min(scalar_tile_steps, limit - steps);
      state = run_steps(problem_, state, first + steps, now, tile);
      const bool met = same(state, states_[first + steps + now - 1]);
      if (output != nullptr) std::copy_n(tile, now, output + first + steps);
      steps += now;
      if (met) break;
    }
    return {steps, state};
  }

  /// The next blocks, at most `wave`; false if none is worth it. All that are left are of about one size, so that fewer
  /// steps than two tiles of all lanes remain behind the last. The tiles of a chunk are an odd number: were they eight,
  /// the lanes' streams would meet in an eighth of the sets of the first-level cache.
  bool plan(std::size_t wave) {
    const std::size_t tiles = (length_ - done_) / (scalar_tile_steps * lanes_);
    if (tiles * scalar_tile_steps < 2 * warm_up_) return false;
    const std::size_t tiles_wanted = std::max<std::size_t>(328, 6 * warm_up_) / scalar_tile_steps;
    const std::size_t left = (tiles + tiles_wanted - 1) / tiles_wanted;
    const std::size_t pairs = (tiles - left) / 2;
    blocks_.clear();
    std::size_t first = done_;
    for (std::size_t b = 0; b < std::min(left, wave); ++b) {
      const std::size_t chunk = (1 + 2 * (pairs * (b + 1) / left - pairs * b / left)) * scalar_tile_steps;
      const std::size_t next = first + chunk * lanes_;
      blocks_.push_back({.first = first, .chunk = chunk, .warm_up = warm_up_, .next = next, .prefetches = false});
      first = next;
    }
    starts_.resize(blocks_.size() * lanes_);
    ends_.resize(blocks_.size() * lanes_);
    return true;
  }

  /// Verifies every boundary, in order, and repeats what does not fit. Returns whether that was little.
  bool repair() {
    float end = states_[done_ - 1];  // where the predecessor ended
    std::size_t failed = 0;
    std::size_t repeated = 0;
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      const ScalarBlock& block = blocks_[i / lanes_];
      if (!same(starts_[i], end)) {
        const Meeting met = meeting(end, block.first + i % lanes_ * block.chunk, block.chunk, states_);
        // If it met at the last step, that is now the repeated trajectory's.
        if (met.steps == block.chunk) ends_[i] = met.state;
        ++failed;
        repeated += met.steps;
      }
      end = ends_[i];
    }
    const ScalarBlock& last = blocks_.back();
    const std::size_t steps = last.first + last.chunk * lanes_ - done_;
    done_ += steps;
    answer_.repeated_steps += repeated;
    if (failed > starts_.size() / 64) warm_up_ = whole_tiles(warm_up_ * 5 / 4);
    return repeated <= steps / 10;
  }

  const Problem<Cell>& problem_;
  Answer<>& answer_;
  float* states_;
  std::size_t length_;
  std::size_t lanes_ = lanes_of_block();
  std::size_t done_ = 0;
  std::size_t warm_up_ = 0;
  std::vector<ScalarBlock> blocks_;
  std::vector<float> starts_;  ///< of every lane of the wave: the state before its chunk, after the warm-up
  std::vector<float> ends_;    ///< and the last state of the chunk
};

}  // namespace

template <class Cell>
void scalar_warm_start(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  ScalarWarmStart<Cell>(problem, answer).run(execution);
}

template void scalar_warm_start(const Problem<TanhDiagonal>&, Answer<>&, const Execution&);
template void scalar_warm_start(const Problem<GruDiagonal>&, Answer<>&, const Execution&);

}  // namespace tandem::rnn
#endif  // HWY_ONCE
