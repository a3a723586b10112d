// Diagonal cells, one step after the other: sequential_simd, and channels_simd, which splits the channels over threads.
//
// The channels do not know of each other. With d of at least four vectors the sequential loop already keeps the ports
// of a core busy (diagonal_columns-inl.hpp), and the split over threads is exact, to the bit, with nothing to verify.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "impl/rnn/kernels/scalar_tanh.hpp"
#include "impl/rnn/rnn.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/sequential/diagonal_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/rnn/kernels/diagonal_columns-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

/// Channels per vector.
std::size_t vector_lanes() { return hn::Lanes(hn::ScalableTag<float>()); }

/// The channels [begin, end) of the whole sequence.
template <class Cell>
void channels(const Problem<Cell>& problem, Answer<>& answer, std::size_t begin, std::size_t end) {
  with_tag_for(end - begin, [&](auto d) HWY_ATTR {
    std::vector<Column> columns;
    append_columns(d,
                   {problem.weights.data() + begin, problem.initial_state.data() + begin, problem.input.data() + begin,
                    answer.states.data() + begin},
                   end - begin, columns);
    advance_columns<Cell>(d, problem.hidden_size, columns, problem.length());
  });
}

// Names without template arguments, for Highway's tables.
void tanh_channels(const Problem<TanhDiagonal>& problem, Answer<>& answer, std::size_t begin, std::size_t end) {
  channels(problem, answer, begin, end);
}
void gru_channels(const Problem<GruDiagonal>& problem, Answer<>& answer, std::size_t begin, std::size_t end) {
  channels(problem, answer, begin, end);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(vector_lanes);
HWY_EXPORT(tanh_channels);
HWY_EXPORT(gru_channels);

namespace {

void run_channels(const Problem<TanhDiagonal>& problem, Answer<>& answer, std::size_t begin, std::size_t end) {
  if (problem.hidden_size == 1) {
    scalar_tanh(problem.weights[0], problem.initial_state[0], problem.input.data(), problem.length(),
                answer.states.data());
  } else {
    HWY_DYNAMIC_DISPATCH(tanh_channels)(problem, answer, begin, end);
  }
}

void run_channels(const Problem<GruDiagonal>& problem, Answer<>& answer, std::size_t begin, std::size_t end) {
  HWY_DYNAMIC_DISPATCH(gru_channels)(problem, answer, begin, end);
}

}  // namespace

/// Gives each thread as nearly as can be the same number of whole vectors; the last one has the channels that are left
/// over. Shares are not moved to the borders of cache lines, which for d = 64 could make them 3 and 5 vectors: where
/// two threads write to one line, each does so once per step, and neither comes back to it.
template <class Cell>
void channels_simd(const Problem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  require_shapes(problem, answer);
  answer.iterations = 1;
  answer.repeated_steps = 0;
  const std::size_t d = problem.hidden_size;
  if (d == 0 || problem.length() == 0) return;
  const std::size_t lanes = std::min(d, HWY_DYNAMIC_DISPATCH(vector_lanes)());
  const std::size_t vectors = d / lanes;
  const auto threads = static_cast<std::size_t>(execution.team());
  const std::size_t share = (vectors + threads - 1) / threads;
  for_each_chunk(execution, vectors, share, [&](std::size_t begin, std::size_t end) {
    run_channels(problem, answer, begin * lanes, end == vectors ? d : end * lanes);
  });
}

template <class Cell>
void sequential_simd(const Problem<Cell>& problem, Answer<>& answer, const Execution&) {
  channels_simd(problem, answer, {});
}

template void sequential_simd(const Problem<TanhDiagonal>&, Answer<>&, const Execution&);
template void sequential_simd(const Problem<GruDiagonal>&, Answer<>&, const Execution&);
template void channels_simd(const Problem<TanhDiagonal>&, Answer<>&, const Execution&);
template void channels_simd(const Problem<GruDiagonal>&, Answer<>&, const Execution&);

}  // namespace tandem::rnn
#endif  // HWY_ONCE
