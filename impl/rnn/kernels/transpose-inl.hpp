// Layout of the scalar warm start: from stretches of memory, one per lane, to one vector per number, and back.
// Included by foreach_target files, once per target.
#if defined(TANDEM_RNN_KERNELS_TRANSPOSE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_KERNELS_TRANSPOSE_INL_HPP
#undef TANDEM_RNN_KERNELS_TRANSPOSE_INL_HPP
#else
#define TANDEM_RNN_KERNELS_TRANSPOSE_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR

/// Vectors of four floats and more are multiples of 128-bit blocks. Block b holds four neighbouring floats of lane
/// 4 b; the lanes are `stride` floats apart. Loading it this way makes the transposition one within blocks.
template <class D>
HWY_INLINE hn::Vec<D> load_blocks(D d, const float* lane, std::size_t stride) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    return hn::LoadU(d, lane);
  } else {
    const hn::Half<D> half;
    const std::size_t other = hn::MaxLanes(D()) / 2 * stride;
    return hn::Combine(d, load_blocks(half, lane + other, stride), load_blocks(half, lane, stride));
  }
}

template <class D>
HWY_INLINE void store_blocks(hn::Vec<D> v, D d, float* lane, std::size_t stride) {
  if constexpr (hn::MaxLanes(D()) <= 4) {
    hn::StoreU(v, d, lane);
  } else {
    const hn::Half<D> half;
    const std::size_t other = hn::MaxLanes(D()) / 2 * stride;
    store_blocks(hn::LowerHalf(half, v), half, lane, stride);
    store_blocks(hn::UpperHalf(half, v), half, lane + other, stride);
  }
}

/// Transposes the 4 x 4 floats of every block.
template <class D, class V>
HWY_INLINE void transpose_blocks(D d, V& v0, V& v1, V& v2, V& v3) {
  const hn::Repartition<double, D> pairs;
  const auto low01 = hn::BitCast(pairs, hn::InterleaveLower(d, v0, v1));
  const auto low23 = hn::BitCast(pairs, hn::InterleaveLower(d, v2, v3));
  const auto high01 = hn::BitCast(pairs, hn::InterleaveUpper(d, v0, v1));
  const auto high23 = hn::BitCast(pairs, hn::InterleaveUpper(d, v2, v3));
  v0 = hn::BitCast(d, hn::InterleaveLower(pairs, low01, low23));
  v1 = hn::BitCast(d, hn::InterleaveUpper(pairs, low01, low23));
  v2 = hn::BitCast(d, hn::InterleaveLower(pairs, high01, high23));
  v3 = hn::BitCast(d, hn::InterleaveUpper(pairs, high01, high23));
}

#endif  // HWY_TARGET != HWY_SCALAR

/// `rows` (a multiple of 4) numbers of every lane: row r of `vectors`, which lie `pitch` floats apart, receives or
/// gives the r-th number of each.
template <class D>
HWY_INLINE void gather_rows([[maybe_unused]] D d, const float* lanes, [[maybe_unused]] std::size_t stride,
                            std::size_t rows, float* vectors, std::size_t pitch) {
  for (std::size_t r = 0; r < rows; r += 4) {
#if HWY_TARGET == HWY_SCALAR
    for (std::size_t i = r; i < r + 4; ++i) vectors[i * pitch] = lanes[i];
#else
    auto v0 = load_blocks(d, lanes + r, stride);
    auto v1 = load_blocks(d, lanes + stride + r, stride);
    auto v2 = load_blocks(d, lanes + 2 * stride + r, stride);
    auto v3 = load_blocks(d, lanes + 3 * stride + r, stride);
    transpose_blocks(d, v0, v1, v2, v3);
    hn::Store(v0, d, vectors + r * pitch);
    hn::Store(v1, d, vectors + (r + 1) * pitch);
    hn::Store(v2, d, vectors + (r + 2) * pitch);
    hn::Store(v3, d, vectors + (r + 3) * pitch);
#endif
  }
}

template <class D>
HWY_INLINE void scatter_rows([[maybe_unused]] D d, const float* vectors, std::size_t pitch, std::size_t rows,
                             float* lanes, [[maybe_unused]] std::size_t stride) {
  for (std::size_t r = 0; r < rows; r += 4) {
#if HWY_TARGET == HWY_SCALAR
    for (std::size_t i = r; i < r + 4; ++i) lanes[i] = vectors[i * pitch];
#else
    auto v0 = hn::Load(d, vectors + r * pitch);
    auto v1 = hn::Load(d, vectors + (r + 1) * pitch);
    auto v2 = hn::Load(d, vectors + (r + 2) * pitch);
    auto v3 = hn::Load(d, vectors + (r + 3) * pitch);
    transpose_blocks(d, v0, v1, v2, v3);
    store_blocks(v0, d, lanes + r, stride);
    store_blocks(v1, d, lanes + stride + r, stride);
    store_blocks(v2, d, lanes + 2 * stride + r, stride);
    store_blocks(v3, d, lanes + 3 * stride + r, stride);
#endif
  }
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
