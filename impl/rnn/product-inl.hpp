// A packed square matrix times several vectors. Included by foreach_target files, once per target.
//
// Rows are in the lanes, two registers of them per panel; the vectors are broadcast, number by number, so that neither
// they nor the results change their layout. Six vectors at a time fill the registers; a single one takes four panels at
// once instead.
#if defined(TANDEM_RNN_PRODUCT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_PRODUCT_INL_HPP
#undef TANDEM_RNN_PRODUCT_INL_HPP
#else
#define TANDEM_RNN_PRODUCT_INL_HPP
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
class PackedMatrix {
 public:
  static constexpr std::size_t tile = 6;  ///< vectors that are multiplied at once

  PackedMatrix() = default;
  /// `at(row, column)` gives the numbers.
  template <class At>
  PackedMatrix(std::size_t d, At at) : d_(d), panels_((d + rows() - 1) / rows()) {
    numbers_ = hwy::AllocateAligned<Real>(std::max<std::size_t>(1, panels_ * rows() * d));
    for (std::size_t panel = 0; panel < panels_; ++panel) {
      for (std::size_t k = 0; k < d; ++k) {
        for (std::size_t i = 0; i < rows(); ++i) {
          const std::size_t row = panel * rows() + i;
          numbers_[(panel * d + k) * rows() + i] = row < d ? at(row, k) : Real{0};
        }
      }
    }
  }

  /// Numbers from one result to the next: d rounded up to whole panels.
  static std::size_t stride(std::size_t d) { return (d + rows() - 1) / rows() * rows(); }

  /// out_i = matrix x_i for `count` vectors, `x_stride` numbers apart; the results are stride(d) apart.
  HWY_NOINLINE void multiply(const Real* x, std::size_t x_stride, std::size_t count, Real* out) const {
    const std::size_t out_stride = stride(d_);
    for (; count >= tile; count -= tile, x += tile * x_stride, out += tile * out_stride) {
      panels<1, tile>(x, x_stride, out, out_stride);
    }
    switch (count) {
      case 1:
        return panels<4, 1>(x, x_stride, out, out_stride);
      case 2:
        return panels<2, 2>(x, x_stride, out, out_stride);
      case 3:
        return panels<1, 3>(x, x_stride, out, out_stride);
      case 4:
        return panels<1, 4>(x, x_stride, out, out_stride);
      case 5:
        return panels<1, 5>(x, x_stride, out, out_stride);
      default:
        return;
    }
  }

 private:
  using D = hn::ScalableTag<Real>;
  static std::size_t rows() { return 2 * hn::Lanes(D()); }

  template <std::size_t wide, std::size_t columns>
  HWY_INLINE void panels(const Real* x, std::size_t x_stride, Real* out, std::size_t out_stride) const {
    std::size_t panel = 0;
    for (; panel + wide <= panels_; panel += wide) several<wide, columns>(panel, x, x_stride, out, out_stride);
    if constexpr (wide > 1) {
      for (; panel < panels_; ++panel) several<1, columns>(panel, x, x_stride, out, out_stride);
    }
  }

  template <std::size_t wide, std::size_t columns>
  HWY_INLINE void several(std::size_t panel, const Real* HWY_RESTRICT x, std::size_t x_stride, Real* HWY_RESTRICT out,
                          std::size_t out_stride) const {
    const D tag;
    const std::size_t lanes = hn::Lanes(tag);
    const Real* HWY_RESTRICT a = numbers_.get() + panel * d_ * rows();
    hn::Vec<D> sum[columns][2 * wide];
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t i = 0; i < 2 * wide; ++i) sum[c][i] = hn::Zero(tag);
    }
    for (std::size_t k = 0; k < d_; ++k, a += 2 * lanes) {
      hn::Vec<D> column[2 * wide];
      for (std::size_t i = 0; i < 2 * wide; ++i) {
        column[i] = hn::Load(tag, a + i / 2 * d_ * 2 * lanes + i % 2 * lanes);
      }
      for (std::size_t c = 0; c < columns; ++c) {
        const auto number = hn::Set(tag, x[c * x_stride + k]);
        for (std::size_t i = 0; i < 2 * wide; ++i) sum[c][i] = hn::MulAdd(column[i], number, sum[c][i]);
      }
    }
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t i = 0; i < 2 * wide; ++i) {
        hn::StoreU(sum[c][i], tag, out + c * out_stride + panel * rows() + i * lanes);
      }
    }
  }

  std::size_t d_ = 0;
  std::size_t panels_ = 0;
  hwy::AlignedFreeUniquePtr<Real[]> numbers_;
};

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
