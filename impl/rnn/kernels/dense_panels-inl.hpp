// Matrices of the dense cells in packed form, and their product with one state or with several at once. Included by
// foreach_target files, once per target.
//
// A matrix is cut into panels of a few vectors of rows; within a panel the columns follow one another. So the rows of a
// product are lanes, every state is read as a broadcast, and nothing is ever transposed or summed across lanes.
#if defined(TANDEM_RNN_KERNELS_DENSE_PANELS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_KERNELS_DENSE_PANELS_INL_HPP
#undef TANDEM_RNN_KERNELS_DENSE_PANELS_INL_HPP
#else
#define TANDEM_RNN_KERNELS_DENSE_PANELS_INL_HPP
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
using Reals = hn::ScalableTag<Real>;
template <class Real>
using VectorOf = hn::VFromD<Reals<Real>>;
template <class Real>
constexpr std::size_t lanes_of = hn::MaxLanes(Reals<Real>{});

using Floats = Reals<float>;
using Vector = VectorOf<float>;
constexpr std::size_t lanes = lanes_of<float>;

/// States that are multiplied at once. With `panel_vectors` vectors of rows their sums fill the registers: 12 of 16,
/// or 24 of the 32 that AVX-512 has.
constexpr std::size_t lockstep_columns = 6;
#if HWY_ARCH_X86
constexpr std::size_t panel_vectors = HWY_TARGET <= HWY_AVX3 ? 4 : 2;
#else
constexpr std::size_t panel_vectors = 2;
#endif

/// Sums that one state needs in flight to hide the latency of FMA (4 cycles, 2 per cycle).
constexpr std::size_t sums_in_flight = 8;

/// Vectors that hold `size` numbers.
template <class Real = float>
constexpr std::size_t vectors_of(std::size_t size) {
  return (size + lanes_of<Real> - 1) / lanes_of<Real>;
}

/// Numbers [begin, begin + lanes) of a row of `size`; what lies beyond its end is neither read nor written.
HWY_INLINE Vector load_row(const float* row, std::size_t begin, std::size_t size) {
  const Floats f;
  if (HWY_LIKELY(begin + lanes <= size)) return hn::LoadU(f, row + begin);
  HWY_ALIGN float part[lanes] = {};
  for (std::size_t i = 0; begin + i < size; ++i) part[i] = row[begin + i];
  return hn::Load(f, part);
}

HWY_INLINE void store_row(Vector v, float* row, std::size_t begin, std::size_t size) {
  const Floats f;
  if (HWY_LIKELY(begin + lanes <= size)) return hn::StoreU(v, f, row + begin);
  HWY_ALIGN float part[lanes];
  hn::Store(v, f, part);
  for (std::size_t i = 0; begin + i < size; ++i) row[begin + i] = part[i];
}

/// A packed d x d matrix. The rows are filled up with zeros to whole vectors; the last panel may have fewer of them.
template <class Real = float>
class Panels {
 public:
  Panels() = default;
  /// From the row-major matrix.
  Panels(const Real* matrix, std::size_t d)
      : depth_(d),
        vectors_(vectors_of<Real>(d)),
        data_(hwy::AllocateAligned<Real>(std::max<std::size_t>(vectors_ * width * d, 1))) {
    for (std::size_t v = 0; v < vectors_; v += panel_vectors) {
      const std::size_t rows = std::min(panel_vectors, vectors_ - v) * width;
      Real* out = data_.get() + v * width * d;
      for (std::size_t k = 0; k < d; ++k) {
        for (std::size_t row = v * width; row < v * width + rows; ++row) *out++ = row < d ? matrix[row * d + k] : 0;
      }
    }
  }

  std::size_t depth() const { return depth_; }
  std::size_t vectors() const { return vectors_; }
  /// The panel that begins with this vector of rows.
  const Real* panel(std::size_t vector) const { return data_.get() + vector * width * depth_; }

 private:
  static constexpr std::size_t width = lanes_of<Real>;
  std::size_t depth_ = 0;
  std::size_t vectors_ = 0;
  hwy::AlignedFreeUniquePtr<Real[]> data_;
};

/// One column of the matrix, in `panels` panels of `width` vectors, times one number of each state.
template <std::size_t panels, std::size_t width, std::size_t columns, class Real>
HWY_INLINE void add_column(const Real* HWY_RESTRICT weights, std::size_t panel_size, const Real* HWY_RESTRICT states,
                           std::size_t stride, VectorOf<Real> (&sums)[columns][panels][width]) {
  const Reals<Real> f;
  VectorOf<Real> weight[panels][width];
  HWY_UNROLL(16)
  for (std::size_t p = 0; p < panels; ++p) {
    HWY_UNROLL(16)
    for (std::size_t w = 0; w < width; ++w) weight[p][w] = hn::Load(f, weights + p * panel_size + w * lanes_of<Real>);
  }
  HWY_UNROLL(16)
  for (std::size_t c = 0; c < columns; ++c) {
    const auto state = hn::Set(f, states[c * stride]);
    HWY_UNROLL(16)
    for (std::size_t p = 0; p < panels; ++p) {
      HWY_UNROLL(16)
      for (std::size_t w = 0; w < width; ++w) sums[c][p][w] = hn::MulAdd(weight[p][w], state, sums[c][p][w]);
    }
  }
}

/// results[c][p][w] = panel p of `panels`, vector w of its `width`, times state c of `columns`. The states lie `stride`
/// numbers apart, the panels `panel_size`. `reverse` runs through the columns of the matrix from the last to the first.
/// A function by itself, and all its short loops unrolled, so that the sums stay in registers.
template <bool reverse, std::size_t panels, std::size_t width, std::size_t columns, class Real>
HWY_NOINLINE void multiply_tile(const Real* HWY_RESTRICT weights, std::size_t panel_size, std::size_t depth,
                                const Real* HWY_RESTRICT states, std::size_t stride, Real* HWY_RESTRICT results) {
  constexpr std::size_t tile = panels * width * columns;
  // Few sums would wait for each other, so each is split over several, which take the matrix's columns in turn.
  constexpr std::size_t chains = tile >= sums_in_flight ? 1 : sums_in_flight / tile;
  const Reals<Real> f;
  VectorOf<Real> sums[chains][columns][panels][width];
  HWY_UNROLL(16)
  for (std::size_t chain = 0; chain < chains; ++chain) {
    HWY_UNROLL(16)
    for (std::size_t c = 0; c < columns; ++c) {
      HWY_UNROLL(16)
      for (std::size_t p = 0; p < panels; ++p) {
        HWY_UNROLL(16)
        for (std::size_t w = 0; w < width; ++w) sums[chain][c][p][w] = hn::Zero(f);
      }
    }
  }
  const std::size_t column_size = width * lanes_of<Real>;
  std::size_t done = 0;
  HWY_UNROLL(4)
  for (; done + chains <= depth; done += chains) {
    HWY_UNROLL(16)
    for (std::size_t chain = 0; chain < chains; ++chain) {
      const std::size_t k = reverse ? depth - 1 - done - chain : done + chain;
      add_column(weights + k * column_size, panel_size, states + k, stride, sums[chain]);
    }
  }
  if constexpr (chains > 1) {
    for (; done < depth; ++done) {
      const std::size_t k = reverse ? depth - 1 - done : done;
      add_column(weights + k * column_size, panel_size, states + k, stride, sums[0]);
    }
  }
  HWY_UNROLL(16)
  for (std::size_t c = 0; c < columns; ++c) {
    HWY_UNROLL(16)
    for (std::size_t p = 0; p < panels; ++p) {
      HWY_UNROLL(16)
      for (std::size_t w = 0; w < width; ++w) {
        VectorOf<Real> sum = sums[0][c][p][w];
        HWY_UNROLL(16)
        for (std::size_t chain = 1; chain < chains; ++chain) sum = hn::Add(sum, sums[chain][c][p][w]);
        hn::Store(sum, f, results + ((c * panels + p) * width + w) * lanes_of<Real>);
      }
    }
  }
}

/// One tile of the product with `columns` states, from the given vector of rows on; calls
/// finish(vector, column, sum) for each.
template <bool reverse, std::size_t panels, std::size_t width, std::size_t columns, class Real, class Finish>
HWY_INLINE void finish_tile(const Panels<Real>& matrix, std::size_t vector, const Real* HWY_RESTRICT states,
                            std::size_t stride, const Finish& finish) {
  HWY_ALIGN Real results[columns][panels * width][lanes_of<Real>];
  multiply_tile<reverse, panels, width, columns>(matrix.panel(vector), panel_vectors * lanes_of<Real> * matrix.depth(),
                                                 matrix.depth(), states, stride, results[0][0]);
  for (std::size_t c = 0; c < columns; ++c) {
    HWY_UNROLL(2)
    for (std::size_t v = 0; v < panels * width; ++v) finish(vector + v, c, hn::Load(Reals<Real>{}, results[c][v]));
  }
}

/// The whole matrix times `columns` states; see finish_tile. Steps that alternate `backwards` meet first what the step
/// before used last, which is still in the nearest cache. The matrix's columns run against its rows, so that the
/// states that are needed first are those that were ready first.
template <bool backwards, std::size_t columns, class Real, class Finish>
HWY_INLINE void multiply(const Panels<Real>& matrix, const Real* HWY_RESTRICT states, std::size_t stride,
                         const Finish& finish) {
  // One state alone takes several panels at once.
  constexpr std::size_t panels = columns == 1 ? sums_in_flight / panel_vectors : 1;
  constexpr std::size_t group = panels * panel_vectors;
  const std::size_t groups = matrix.vectors() / group;
  const auto rest = [&]() HWY_ATTR {
    std::size_t vector = groups * group;
    for (; vector + panel_vectors <= matrix.vectors(); vector += panel_vectors) {
      finish_tile<!backwards, 1, panel_vectors, columns>(matrix, vector, states, stride, finish);
    }
    if constexpr (panel_vectors > 1) {
      // The last, narrower panel.
      const std::size_t width = matrix.vectors() - vector;
      if (width == 1) finish_tile<!backwards, 1, 1, columns>(matrix, vector, states, stride, finish);
      if constexpr (panel_vectors > 2) {
        if (width == 2) finish_tile<!backwards, 1, 2, columns>(matrix, vector, states, stride, finish);
        if (width == 3) finish_tile<!backwards, 1, 3, columns>(matrix, vector, states, stride, finish);
      }
    }
  };
  if constexpr (backwards) rest();
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t vector = (backwards ? groups - 1 - g : g) * group;
    finish_tile<!backwards, panels, panel_vectors, columns>(matrix, vector, states, stride, finish);
  }
  if constexpr (!backwards) rest();
}

/// out_c = matrix times state c for any number of states, `stride` numbers apart; the results are `out_stride` apart,
/// which is at least vectors_of<Real>(depth) vectors.
template <class Real>
HWY_NOINLINE void multiply_all(const Panels<Real>& matrix, const Real* states, std::size_t stride, std::size_t count,
                               Real* out, std::size_t out_stride) {
  const auto keep = [&](std::size_t v, std::size_t c, VectorOf<Real> sum)
                        HWY_ATTR { hn::StoreU(sum, Reals<Real>{}, out + c * out_stride + v * lanes_of<Real>); };
  for (; count >= lockstep_columns; count -= lockstep_columns) {
    multiply<false, lockstep_columns>(matrix, states, stride, keep);
    states += lockstep_columns * stride;
    out += lockstep_columns * out_stride;
  }
  switch (count) {
    case 1:
      return multiply<false, 1>(matrix, states, stride, keep);
    case 2:
      return multiply<false, 2>(matrix, states, stride, keep);
    case 3:
      return multiply<false, 3>(matrix, states, stride, keep);
    case 4:
      return multiply<false, 4>(matrix, states, stride, keep);
    case 5:
      return multiply<false, 5>(matrix, states, stride, keep);
    default:
      return;
  }
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
