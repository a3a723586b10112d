// Micro-kernels of the streaming softmax: queries lie in the lanes, keys and numbers of values are broadcast, so that
// no sum ever goes across lanes. Included by foreach_target files.
#if defined(TANDEM_ATTENTION_PRODUCT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_ATTENTION_PRODUCT_INL_HPP
#undef TANDEM_ATTENTION_PRODUCT_INL_HPP
#else
#define TANDEM_ATTENTION_PRODUCT_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "impl/attention/exponential-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

/// Vectors of queries in a tile, and broadcast numbers in a micro-kernel: 24 sums of 32 registers, or 12 of 16.
inline constexpr std::size_t tile_vectors = 3;
inline constexpr std::size_t tile_rows = tile_vectors * lanes;
inline constexpr std::size_t most_broadcast = lanes == 16 ? 8 : 4;

/// Keeps the compiler from reading the vector again from memory at each use, which would take the load ports' time.
HWY_INLINE void pin([[maybe_unused]] V& vector) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && !HWY_COMPILER_MSVC
  __asm__("" : "+v"(vector.raw));
#endif
}

/// Where the broadcast numbers lie, of row a and step k: side by side along the steps, at numbers[a * stride + k], or
/// along the rows, at numbers[a + k * stride].
enum class Along { steps, rows };

/// sink(a, v, sum) for `rows` broadcast rows and `vectors` vectors of the columns, sum over k < depth of
/// broadcast(a, k) * columns[k * tile_rows + v * lanes].
template <Along along, std::size_t rows, std::size_t vectors, class Sink>
HWY_INLINE void tile(const float* HWY_RESTRICT numbers, std::size_t stride, const float* HWY_RESTRICT columns,
                     std::size_t depth, const Sink& sink) {
  const D d;
  V sums[rows][vectors];
  for (std::size_t a = 0; a < rows; ++a) {
    for (std::size_t v = 0; v < vectors; ++v) sums[a][v] = hn::Zero(d);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    V column[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      column[v] = hn::Load(d, columns + k * tile_rows + v * lanes);
      pin(column[v]);
    }
    for (std::size_t a = 0; a < rows; ++a) {
      const V factor = hn::Set(d, numbers[along == Along::steps ? a * stride + k : a + k * stride]);
      for (std::size_t v = 0; v < vectors; ++v) sums[a][v] = hn::MulAdd(factor, column[v], sums[a][v]);
    }
  }
  for (std::size_t a = 0; a < rows; ++a) {
    for (std::size_t v = 0; v < vectors; ++v) sink(a, v, sums[a][v]);
  }
}

/// The same for the rows [first, count), however many.
template <Along along, std::size_t rows, std::size_t vectors, class Sink>
HWY_INLINE void multiply(const float* numbers, std::size_t stride, std::size_t first, std::size_t count,
                         const float* columns, std::size_t depth, const Sink& sink) {
  for (; first + rows <= count; first += rows) {
    tile<along, rows, vectors>(numbers + first * (along == Along::steps ? stride : 1), stride, columns, depth,
                               [&](std::size_t a, std::size_t v, V sum) HWY_ATTR { sink(first + a, v, sum); });
  }
  if constexpr (rows > 1) multiply<along, rows / 2, vectors>(numbers, stride, first, count, columns, depth, sink);
}

/// to[c * to_stride + r] = from[r * from_stride + c].
inline void transpose(const float* HWY_RESTRICT from, std::size_t from_stride, std::size_t rows, std::size_t columns,
                      float* HWY_RESTRICT to, std::size_t to_stride) {
  std::size_t r = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::FixedTag<float, 4> four;
  for (; r + 4 <= rows; r += 4) {
    std::size_t c = 0;
    for (; c + 4 <= columns; c += 4) {
      const float* at = from + r * from_stride + c;
      const auto a0 = hn::LoadU(four, at), a1 = hn::LoadU(four, at + from_stride);
      const auto a2 = hn::LoadU(four, at + 2 * from_stride), a3 = hn::LoadU(four, at + 3 * from_stride);
      const auto low02 = hn::InterleaveLower(four, a0, a2), high02 = hn::InterleaveUpper(four, a0, a2);
      const auto low13 = hn::InterleaveLower(four, a1, a3), high13 = hn::InterleaveUpper(four, a1, a3);
      float* into = to + c * to_stride + r;
      hn::StoreU(hn::InterleaveLower(four, low02, low13), four, into);
      hn::StoreU(hn::InterleaveUpper(four, low02, low13), four, into + to_stride);
      hn::StoreU(hn::InterleaveLower(four, high02, high13), four, into + 2 * to_stride);
      hn::StoreU(hn::InterleaveUpper(four, high02, high13), four, into + 3 * to_stride);
    }
    for (; c < columns; ++c) {
      for (std::size_t i = r; i < r + 4; ++i) to[c * to_stride + i] = from[i * from_stride + c];
    }
  }
#endif
  for (; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) to[c * to_stride + r] = from[r * from_stride + c];
  }
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
