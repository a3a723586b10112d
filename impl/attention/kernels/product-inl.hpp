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
#include <type_traits>

#include "impl/attention/kernels/exponential-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

/// Vectors of queries in a tile, and broadcast numbers in a micro-kernel: 24 sums of 32 registers, or 12 of 16.
inline constexpr std::size_t tile_vectors = 3;
inline constexpr std::size_t tile_rows = tile_vectors * lanes;
inline constexpr std::size_t most_broadcast = lanes == 16 ? 8 : 4;

/// Keeps the compiler from reading the vector again from memory at each use, which would take the load ports' time. By
/// value: of a vector in an array, GCC would store a copy that nobody reads.
HWY_INLINE V pinned(V vector) {
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && !HWY_COMPILER_MSVC
  __asm__("" : "+v"(vector.raw));
#endif
  return vector;
}

struct FromZero {
  HWY_INLINE V operator()(std::size_t) const { return hn::Zero(D()); }
};

/// sink(sums) for `rows` broadcast rows and `vectors` vectors of the columns, where sums[a][v] is start(a) and the sum
/// over k < depth of numbers[a * row + k * step] * columns[k * tile_rows + v * lanes]. One of row and step is known
/// when this is compiled, so that addresses are counted up once.
template <std::size_t rows, std::size_t vectors, class Row, class Step, class Sink, class Start = FromZero>
HWY_INLINE void tile(const float* HWY_RESTRICT numbers, Row row, Step step, const float* HWY_RESTRICT columns,
                     std::size_t depth, const Sink& sink, const Start& start = {}) {
  const D d;
  V sums[rows][vectors];
  for (std::size_t a = 0; a < rows; ++a) {
    for (std::size_t v = 0; v < vectors; ++v) sums[a][v] = start(a);
  }
  HWY_UNROLL(4)  // so that the processor foresees the loop's end
  for (std::size_t k = 0; k < depth; ++k) {
    V column[vectors];
    for (std::size_t v = 0; v < vectors; ++v) column[v] = pinned(hn::Load(d, columns + k * tile_rows + v * lanes));
    for (std::size_t a = 0; a < rows; ++a) {
      const V factor = hn::Set(d, numbers[a * row + k * step]);
      for (std::size_t v = 0; v < vectors; ++v) sums[a][v] = hn::MulAdd(factor, column[v], sums[a][v]);
    }
  }
  sink(sums);
}

template <std::size_t number>
using Constant = std::integral_constant<std::size_t, number>;

/// sink(a, v, sum) for the broadcast rows [first, count), where sum is that over k < depth of numbers[a * row + k *
/// step] * columns[k * tile_rows + v * lanes].
template <std::size_t rows, std::size_t vectors, class Row, class Step, class Sink>
HWY_INLINE void multiply(const float* numbers, Row row, Step step, std::size_t first, std::size_t count,
                         const float* columns, std::size_t depth, const Sink& sink) {
  for (; first + rows <= count; first += rows) {
    tile<rows, vectors>(numbers + first * row, row, step, columns, depth, [&](const auto& sums) HWY_ATTR {
      for (std::size_t a = 0; a < rows; ++a) {
        for (std::size_t v = 0; v < vectors; ++v) sink(first + a, v, sums[a][v]);
      }
    });
  }
  if constexpr (rows > 1) multiply<rows / 2, vectors>(numbers, row, step, first, count, columns, depth, sink);
}

/// Scores of the keys [first, count), each `depth` numbers long: key j's, with addends[j] in it, go to scores + j *
/// tile_rows. Raises `largest`.
template <std::size_t keys, std::size_t vectors>
HWY_INLINE void score(const float* from, const float* addends, std::size_t first, std::size_t count,
                      const float* columns, std::size_t depth, float* scores, V* largest) {
  const D d;
  for (; first + keys <= count; first += keys) {
    float* to = scores + first * tile_rows;
    tile<keys, vectors>(
        from + first * depth, depth, Constant<1>(), columns, depth,
        [&](const auto& sums) HWY_ATTR {
          for (std::size_t v = 0; v < vectors; ++v) {
            V most = sums[0][v];
            for (std::size_t a = 0; a < keys; ++a) {
              hn::Store(sums[a][v], d, to + a * tile_rows + v * lanes);
              if (a > 0) most = hn::Max(sums[a][v], most);
            }
            largest[v] = hn::Max(most, largest[v]);
          }
        },
        [&](std::size_t a) HWY_ATTR { return hn::Set(d, addends[first + a]); });
  }
  if constexpr (keys > 1) score<keys / 2, vectors>(from, addends, first, count, columns, depth, scores, largest);
}

/// Values lie in panels of so many numbers, key after key.
inline constexpr std::size_t panel_width = most_broadcast;

/// sums = factors * sums + values^T weights, where values are `panels` panels of `keys` keys, `stride` numbers apart.
template <std::size_t vectors>
HWY_INLINE void add_values(const float* values, std::size_t panels, std::size_t stride, const float* weights,
                           std::size_t keys, const V* factors, float* sums) {
  const D d;
  for (std::size_t p = 0; p < panels; ++p) {
    float* to = sums + p * panel_width * tile_rows;
    tile<panel_width, vectors>(values + p * stride, Constant<1>(), Constant<panel_width>(), weights, keys,
                               [&](const auto& added) HWY_ATTR {
                                 for (std::size_t a = 0; a < panel_width; ++a) {
                                   for (std::size_t v = 0; v < vectors; ++v) {
                                     float* at = to + a * tile_rows + v * lanes;
                                     hn::Store(hn::MulAdd(hn::Load(d, at), factors[v], added[a][v]), d, at);
                                   }
                                 }
                               });
  }
}

inline std::size_t panels_of(std::size_t width) { return (width + panel_width - 1) / panel_width; }

/// Numbers from one panel of `keys` keys to the next: whole cache lines, but not a power of two of them, or the panels
/// of a key would push each other out of the first cache.
inline constexpr std::size_t panel_stride(std::size_t keys) { return keys * panel_width + 16; }

/// Values of `keys` keys into panels. Rows are read in one piece, two of them at a time: a cache line of each panel.
inline void pack(const float* HWY_RESTRICT values, std::size_t keys, std::size_t width, float* HWY_RESTRICT panels) {
  const hn::CappedTag<float, panel_width> d;
  const std::size_t stride = panel_stride(keys);
  const std::size_t whole = width - width % panel_width;
  for (std::size_t key = 0; key < keys; key += 2) {
    const float* from = values + key * width;
    float* to = panels + key * panel_width;
    const std::size_t second = key + 1 < keys ? 1 : 0;
    for (std::size_t i = 0; i < whole; i += panel_width, to += stride) {
      for (std::size_t k = 0; k < panel_width; k += hn::MaxLanes(d)) {
        const auto first_row = hn::LoadU(d, from + i + k);
        const auto second_row = hn::LoadU(d, from + second * width + i + k);
        hn::Store(first_row, d, to + k);
        hn::Store(second_row, d, to + second * panel_width + k);
      }
    }
    for (std::size_t i = whole; i < width; i += panel_width) {
      for (std::size_t row = 0; row <= second; ++row) {
        for (std::size_t k = 0; k < panel_width; ++k) {
          to[row * panel_width + k] = i + k < width ? from[row * width + i + k] : 0;
        }
      }
    }
  }
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
