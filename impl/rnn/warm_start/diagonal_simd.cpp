// Warm start for the diagonal cells: chunks of the sequence as columns of the kernel (diagonal_columns-inl.hpp).
//
// It pays where the channels of one trajectory do not fill a core. A step of a GRU vector of 8 lanes (AVX2) is about 40
// multiply-adds and 3 divisions, 40 cycles of throughput, but a chain of about 100. With d = 8 one core does nothing
// more than half of the time, and four chunks at once are up to 2.5 times as fast. With d >= 64 there are eight such
// vectors per step already: the sequential loop takes 40 cycles for each, chunks cannot lower that, and the steps
// repeated until they have met come on top. So from four vectors on a core gets one chunk, which is the sequential
// loop, and chunks serve threads alone, where channels_simd does the same without repeating anything.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "impl/rnn/rnn.hpp"
#include "impl/rnn/warm_start/diagonal.hpp"
#include "impl/rnn/warm_start/warm_start.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/warm_start/diagonal_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/rnn/kernels/diagonal_columns-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

/// Columns of the kernel that one trajectory takes.
std::size_t columns_of(std::size_t hidden_size) {
  std::size_t lanes = 1;
  with_tag_for(hidden_size, [&](auto d) HWY_ATTR { lanes = hn::Lanes(d); });
  return (hidden_size + lanes - 1) / lanes;
}

/// Takes `steps` steps of every stretch, whose `start` is only read.
template <class Cell>
void stretches(const Problem<Cell>& problem, Answer<>& answer, std::span<const Stretch> all, std::size_t steps) {
  const std::size_t hidden_size = problem.hidden_size;
  with_tag_for(hidden_size, [&](auto d) HWY_ATTR {
    std::vector<Column> columns;
    for (const Stretch& stretch : all) {
      append_columns(
          d,
          {problem.weights.data(), stretch.start, problem.input.data() + stretch.first * Cell::gates * hidden_size,
           answer.states.data() + stretch.first * hidden_size},
          hidden_size, columns);
    }
    advance_columns<Cell>(d, hidden_size, columns, steps);
  });
}

// Names without template arguments, for Highway's tables.
void tanh_stretches(const Problem<TanhDiagonal>& problem, Answer<>& answer, std::span<const Stretch> all,
                    std::size_t steps) {
  stretches(problem, answer, all, steps);
}
void gru_stretches(const Problem<GruDiagonal>& problem, Answer<>& answer, std::span<const Stretch> all,
                   std::size_t steps) {
  stretches(problem, answer, all, steps);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(columns_of);
HWY_EXPORT(tanh_stretches);
HWY_EXPORT(gru_stretches);

namespace {

void run_stretches(const Problem<TanhDiagonal>& problem, Answer<>& answer, std::span<const Stretch> all,
                   std::size_t steps) {
  HWY_DYNAMIC_DISPATCH(tanh_stretches)(problem, answer, all, steps);
}
void run_stretches(const Problem<GruDiagonal>& problem, Answer<>& answer, std::span<const Stretch> all,
                   std::size_t steps) {
  HWY_DYNAMIC_DISPATCH(gru_stretches)(problem, answer, all, steps);
}

bool same(float a, float b) {
  return std::abs(a - b) <= diagonal_meeting_tolerance || (std::isnan(a) && std::isnan(b));
}

template <class Cell>
class DiagonalLockstep final : public Lockstep {
 public:
  DiagonalLockstep(const Problem<Cell>& problem, Answer<>& answer) : problem_(problem), answer_(answer) {}

  /// Chunks that make four columns of the kernel.
  std::size_t columns() const override {
    constexpr std::size_t together = 4;
    return std::max<std::size_t>(1, together / HWY_DYNAMIC_DISPATCH(columns_of)(problem_.hidden_size));
  }

  /// Compares every 16 steps, so that the kernel need not, and with the tighter tolerance of these cells. All must meet
  /// at once: where one has parted again the rest that is stored would not fit.
  std::size_t advance(std::span<Stretch> all, std::size_t steps, float tolerance) const override {
    if (tolerance < 0) {
      run_stretches(problem_, answer_, all, steps);
      return steps;
    }
    const std::size_t d = problem_.hidden_size;
    std::vector<Stretch> rest(all.begin(), all.end());
    std::vector<float> stored(all.size() * d);
    std::size_t taken = 0;
    while (taken < steps) {
      const std::size_t now = std::min<std::size_t>(16, steps - taken);
      const auto last_state = [&](const Stretch& stretch) {
        return answer_.states.data() + (stretch.first + now - 1) * d;
      };
      for (std::size_t k = 0; k < rest.size(); ++k) std::copy_n(last_state(rest[k]), d, stored.data() + k * d);
      run_stretches(problem_, answer_, rest, now);
      bool all_met = true;
      for (std::size_t k = 0; k < rest.size(); ++k) {
        const float* now_there = last_state(rest[k]);
        all[k].met = std::equal(now_there, now_there + d, stored.data() + k * d, same);
        all_met = all_met && all[k].met;
        rest[k] = {rest[k].first + now, now_there};
      }
      taken += now;
      if (all_met) break;
    }
    return taken;
  }

 private:
  const Problem<Cell>& problem_;
  Answer<>& answer_;
};

}  // namespace

template <class Cell>
void warm_start_simd(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  require_shapes(problem, answer);
  answer.iterations = 1;
  answer.repeated_steps = 0;
  if (problem.length() == 0) return;
  if (problem.hidden_size == 1) {
    scalar_warm_start(problem, answer, execution);
  } else {
    warm_start(problem, answer, execution, DiagonalLockstep<Cell>(problem, answer));
  }
}

template void warm_start_simd(const Problem<TanhDiagonal>&, Answer<>&, const Execution&);
template void warm_start_simd(const Problem<GruDiagonal>&, Answer<>&, const Execution&);

}  // namespace tandem::rnn
#endif  // HWY_ONCE
