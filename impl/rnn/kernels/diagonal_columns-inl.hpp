// The kernel of the diagonal cells: columns, each a vector of neighbouring channels of one trajectory, step by step.
// Included by foreach_target files, once per target.
//
// One column alone waits for itself: a step of the GRU is a chain of about 100 cycles, and its arithmetic fills the
// ports for 40 (AVX2). So up to four columns advance together, be they four vectors of channels (sequential_simd) or
// the same channels of four chunks of the sequence (warm_start_simd).
//
// A vector is never wider than the channels at hand; the last one ends with the last channel and computes some a second
// time, to the same bits. So no number beside the caller's is ever touched, and nothing is masked or copied.
#if defined(TANDEM_RNN_KERNELS_DIAGONAL_COLUMNS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_KERNELS_DIAGONAL_COLUMNS_INL_HPP
#undef TANDEM_RNN_KERNELS_DIAGONAL_COLUMNS_INL_HPP
#else
#define TANDEM_RNN_KERNELS_DIAGONAL_COLUMNS_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "impl/rnn/kernels/diagonal_cells-inl.hpp"
#include "impl/support/denormals.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Where one column's numbers lie. The gates of weights and input are d floats apart.
struct Column {
  const float* weights;
  const float* state;  ///< before the first step
  const float* input;  ///< of the first step; the next is gates x d floats on
  float* output;       ///< of the first step; the next is d floats on
};

inline constexpr std::size_t most_columns = 4;

/// Takes `steps` steps of `count` columns. The states stay in registers; named one by one, since a vector of a scalable
/// target cannot be the element of an array.
template <class Cell, std::size_t count, class D>
HWY_INLINE void advance_together(D d, std::size_t hidden_size, const Column* columns, std::size_t steps) {
  using V = hn::Vec<D>;
  const auto state = [&](std::size_t k) HWY_ATTR { return hn::LoadU(d, columns[k < count ? k : 0].state); };
  V x0 = state(0);
  V x1 = state(1);
  V x2 = state(2);
  V x3 = state(3);
  for (std::size_t t = 0; t < steps; ++t) {
    const auto advance = [&](std::size_t k, V& x) HWY_ATTR {
      const Column& column = columns[k];
      const float* input = column.input + t * Cell::gates * hidden_size;
      const auto weight = [&](std::size_t gate) HWY_ATTR { return hn::LoadU(d, column.weights + gate * hidden_size); };
      const auto given = [&](std::size_t gate) HWY_ATTR { return hn::LoadU(d, input + gate * hidden_size); };
      x = next_state(Cell{}, d, x, weight, given);
      hn::StoreU(x, d, column.output + t * hidden_size);
    };
    advance(0, x0);
    if constexpr (count > 1) advance(1, x1);
    if constexpr (count > 2) advance(2, x2);
    if constexpr (count > 3) advance(3, x3);
  }
}

/// Takes `steps` steps of all columns, which are left pointing behind them. More than four columns take turns of 16
/// steps, so that the cache lines and pages that they share are fetched once.
template <class Cell, class D>
void advance_columns(D d, std::size_t hidden_size, std::span<Column> columns, std::size_t steps) {
  const DenormalsAreZero guard;
  const std::size_t turns = (columns.size() + most_columns - 1) / most_columns;
  const std::size_t at_once = turns <= 1 ? steps : 16;
  for (std::size_t done = 0; done < steps; done += at_once) {
    const std::size_t now = std::min(at_once, steps - done);
    for (std::size_t turn = 0; turn < turns; ++turn) {
      // Five columns are three and two: one alone would take as long as three.
      const std::size_t first = columns.size() * turn / turns;
      const Column* group = columns.data() + first;
      switch (columns.size() * (turn + 1) / turns - first) {
        case 1:
          advance_together<Cell, 1>(d, hidden_size, group, now);
          break;
        case 2:
          advance_together<Cell, 2>(d, hidden_size, group, now);
          break;
        case 3:
          advance_together<Cell, 3>(d, hidden_size, group, now);
          break;
        default:
          advance_together<Cell, 4>(d, hidden_size, group, now);
          break;
      }
    }
    for (Column& column : columns) {
      column.input += now * Cell::gates * hidden_size;
      column.output += now * hidden_size;
      column.state = column.output - hidden_size;
    }
  }
}

/// Calls `function` with the tag of the widest vector that has no more lanes than there are channels (at least one).
template <std::size_t lanes = HWY_LANES(float), class Function>
HWY_INLINE void with_tag_for(std::size_t channels, const Function& function) {
  const hn::CappedTag<float, lanes> d;
  if constexpr (lanes > 1) {
    if (hn::Lanes(d) > channels) return with_tag_for<lanes / 2>(channels, function);
  }
  function(d);
}

/// Appends the columns that cover `channels` channels from those that `first` points to.
template <class D>
void append_columns(D d, const Column& first, std::size_t channels, std::vector<Column>& columns) {
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < channels; i += lanes) {
    const std::size_t at = std::min(i, channels - lanes);
    columns.push_back({first.weights + at, first.state + at, first.input + at, first.output + at});
  }
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
