// One step of the dense cells for one state or for several side by side. Included by foreach_target files, once per
// target.
#if defined(TANDEM_RNN_KERNELS_DENSE_CELLS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_KERNELS_DENSE_CELLS_INL_HPP
#undef TANDEM_RNN_KERNELS_DENSE_CELLS_INL_HPP
#else
#define TANDEM_RNN_KERNELS_DENSE_CELLS_INL_HPP
#endif

#include <hwy/cache_control.h>

#include <array>
#include <utility>
#include <vector>

#include "impl/rnn/kernels/activation-inl.hpp"
#include "impl/rnn/kernels/dense_panels-inl.hpp"
#include "impl/rnn/rnn.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The rows of the caller's arrays that one step reads and writes, and the way to the next step's.
template <std::size_t columns>
struct Rows {
  std::array<const float*, columns> input;
  std::array<float*, columns> output;
  std::array<std::size_t, columns> output_stride;
};

/// The states of `columns` trajectories, filled up to whole vectors, and their step.
template <class Cell, std::size_t columns>
class States {
 public:
  explicit States(std::size_t d)
      : d_(d),
        stride_(vectors_of(d) * lanes + padding),
        memory_(hwy::AllocateAligned<float>(buffers * columns * stride_)),
        state_(memory_.get()),
        other_(state_ + columns * stride_),
        update_(buffers > 2 ? other_ + columns * stride_ : other_) {
    std::fill_n(memory_.get(), buffers * columns * stride_, 0.0F);
  }

  void set(std::size_t column, const float* state) { std::copy_n(state, d_, state_ + column * stride_); }

  /// Takes one step. With `compare` the new states are compared with the ones at `rows.output` before they replace
  /// them.
  template <bool backwards, bool compare>
  HWY_INLINE void advance(const std::vector<Panels<>>& gates, const Rows<columns>& rows, Vector tolerance) {
    if constexpr (compare) {
      for (auto& column : apart_vectors_) hn::Store(hn::Zero(Floats{}), Floats{}, column);
    }
    advance_cell<backwards, compare>(Cell{}, gates, rows, tolerance);
  }

  /// Whether the last compared step of this column differed from what was stored.
  bool apart(std::size_t column) const {
    const Floats f;
    return !hn::AllTrue(f, hn::Eq(hn::Load(f, apart_vectors_[column]), hn::Zero(f)));
  }

 private:
  static constexpr std::size_t buffers = Cell::gates == 1 ? 2 : 3;
  /// A cache line, so that the columns do not fall on the same sets of the cache.
  static constexpr std::size_t padding = 16;

  template <bool backwards, bool compare>
  HWY_INLINE void advance_cell(Tanh, const std::vector<Panels<>>& gates, const Rows<columns>& rows, Vector tolerance) {
    const Floats f;
    multiply<backwards, columns>(gates[0], state_, stride_, [&](std::size_t v, std::size_t c, Vector sum) HWY_ATTR {
      const Vector next = vector_tanh(f, hn::Add(sum, input(rows, 0, v, c)));
      hn::Store(next, f, other_ + c * stride_ + v * lanes);
      store<compare>(rows, v, c, next, tolerance);
    });
    std::swap(state_, other_);
  }

  template <bool backwards, bool compare>
  HWY_INLINE void advance_cell(Gru, const std::vector<Panels<>>& gates, const Rows<columns>& rows, Vector tolerance) {
    const Floats f;
    // r first: what follows at once does not need it yet.
    multiply<backwards, columns>(gates[1], state_, stride_, [&](std::size_t v, std::size_t c, Vector sum) HWY_ATTR {
      const std::size_t at = c * stride_ + v * lanes;
      hn::Store(hn::Mul(vector_sigmoid(f, hn::Add(sum, input(rows, 1, v, c))), hn::Load(f, state_ + at)), f,
                other_ + at);
    });
    multiply<!backwards, columns>(gates[0], state_, stride_, [&](std::size_t v, std::size_t c, Vector sum) HWY_ATTR {
      hn::Store(vector_sigmoid(f, hn::Add(sum, input(rows, 0, v, c))), f, update_ + c * stride_ + v * lanes);
    });
    multiply<backwards, columns>(gates[2], other_, stride_, [&](std::size_t v, std::size_t c, Vector sum) HWY_ATTR {
      const std::size_t at = c * stride_ + v * lanes;
      const Vector state = hn::Load(f, state_ + at);
      const Vector z = hn::Load(f, update_ + at);
      // (1 - z) x + z c as the definition has it: where z is 0 or 1 it is exact, and an infinite x stays one.
      const Vector candidate = hn::Mul(z, vector_tanh(f, hn::Add(sum, input(rows, 2, v, c))));
      const Vector next = hn::MulAdd(hn::Sub(hn::Set(f, 1.0F), z), state, candidate);
      hn::Store(next, f, state_ + at);
      store<compare>(rows, v, c, next, tolerance);
    });
  }

  HWY_INLINE Vector input(const Rows<columns>& rows, std::size_t gate, std::size_t v, std::size_t c) const {
    const float* row = rows.input[c] + gate * d_;
    if constexpr (columns > 1) hwy::Prefetch(row + Cell::gates * d_ + v * lanes);  // of the next step
    return load_row(row, v * lanes, d_);
  }

  template <bool compare>
  HWY_INLINE void store(const Rows<columns>& rows, std::size_t v, std::size_t c, Vector next, Vector tolerance) {
    const Floats f;
    float* row = rows.output[c];
    if constexpr (compare) {
      const Vector stored = load_row(row, v * lanes, d_);
      const auto near = hn::Le(hn::Abs(hn::Sub(next, stored)), tolerance);
      const auto both_nan = hn::And(hn::IsNaN(next), hn::IsNaN(stored));
      float* apart = apart_vectors_[c];
      hn::Store(hn::IfThenElse(hn::Or(near, both_nan), hn::Load(f, apart), hn::Set(f, 1.0F)), f, apart);
    }
    if constexpr (columns > 1) hwy::Prefetch(row + d_ + v * lanes);
    store_row(next, row, v * lanes, d_);
  }

  std::size_t d_;
  std::size_t stride_;
  hwy::AlignedFreeUniquePtr<float[]> memory_;
  float* state_;
  float* other_;   ///< tanh: the next state; GRU: r o x
  float* update_;  ///< GRU: z
  HWY_ALIGN float apart_vectors_[columns][lanes];
};

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
