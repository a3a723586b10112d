// Products with packed matrices, and the vector functions around them. Included by foreach_target files.
//
// Every number is a sum over the columns in their order, in one chain of multiply-adds, whatever the number of rows
// that are multiplied together: a token's numbers are the same bits in a prompt, alone, and in a batch.
#if defined(TANDEM_LANGUAGE_MODEL_DECODER_PRODUCT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_LANGUAGE_MODEL_DECODER_PRODUCT_INL_HPP
#undef TANDEM_LANGUAGE_MODEL_DECODER_PRODUCT_INL_HPP
#else
#define TANDEM_LANGUAGE_MODEL_DECODER_PRODUCT_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cmath>

#include "impl/attention/kernels/exponential-inl.hpp"
#include "impl/language_model/decoder/weights.hpp"
#include "impl/support/bounds-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::language_model::inference::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using tandem::HWY_NAMESPACE::at_most;

using D = hn::CappedTag<float, panel_rows>;
using V = hn::Vec<D>;
inline constexpr std::size_t lanes = hn::MaxLanes(D());
inline constexpr std::size_t panel_vectors = panel_rows / lanes;

/// As many rows of the left side as keep all sums of a panel in registers: 32 registers of 16 numbers, or 16 of 8 or 4.
inline constexpr std::size_t tile_rows = lanes == 16 ? 12 : (lanes == 8 ? 6 : 3);

/// x / (1 + exp(-x)).
HWY_INLINE V silu(V x) {
  const D d;
  const V exponent = at_most(hn::Set(d, 126.0F), hn::Mul(x, hn::Set(d, -1.44269504F)));
  return hn::Div(x, hn::Add(hn::Set(d, 1.0F), attention::HWY_NAMESPACE::exp2(exponent).value));
}

/// sink(row, place, sums) for `rows` rows x and `groups` neighbouring panels; place counts from the first panel's row.
template <std::size_t rows, std::size_t groups, class Sink>
HWY_INLINE void tile(const float* HWY_RESTRICT x, std::size_t stride, const float* HWY_RESTRICT panel,
                     std::size_t panel_size, std::size_t depth, const Sink& sink) {
  const D d;
  constexpr std::size_t vectors = groups * panel_vectors;
  V sums[rows][vectors];
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < vectors; ++v) sums[r][v] = hn::Zero(d);
  }
  for (std::size_t k = 0; k < depth; ++k) {
    V weights[vectors];
    for (std::size_t v = 0; v < vectors; ++v) {
      weights[v] = hn::Load(d, panel + v / panel_vectors * panel_size + k * panel_rows + v % panel_vectors * lanes);
    }
    for (std::size_t g = 0; g < groups; ++g) hwy::Prefetch(panel + (groups + g) * depth * panel_rows + k * panel_rows);
    for (std::size_t r = 0; r < rows; ++r) {
      const V factor = hn::Set(d, x[r * stride + k]);
      for (std::size_t v = 0; v < vectors; ++v) sums[r][v] = hn::MulAdd(factor, weights[v], sums[r][v]);
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t v = 0; v < vectors; ++v) sink(r, v * lanes, sums[r][v]);
  }
}

/// The same for one panel and a number of rows that is known only here.
template <std::size_t rows, class Sink>
HWY_INLINE void tile_of(std::size_t count, const float* x, std::size_t stride, const float* panel, std::size_t depth,
                        const Sink& sink) {
  if constexpr (rows > 0) {
    if (count == rows) return tile<rows, 1>(x, stride, panel, 0, depth, sink);
    tile_of<rows - 1>(count, x, stride, panel, depth, sink);
  }
}

/// sink(row, place, sums) for all `rows` rows x times the panels [first, last) of `depth` columns. One row or two alone
/// would wait for their own sums, so that several panels are taken together.
template <class Sink>
HWY_INLINE void multiply(const float* x, std::size_t stride, std::size_t rows, const float* panels, std::size_t count,
                         std::size_t depth, const Sink& sink) {
  const std::size_t panel_size = depth * panel_rows;
  std::size_t p = 0;
  const auto from = [&](std::size_t row, std::size_t first) {
    return [&sink, row, first](std::size_t r, std::size_t place, V sums)
               HWY_ATTR { sink(row + r, first * panel_rows + place, sums); };
  };
  if (rows == 1) {
    for (; p + 4 <= count; p += 4) tile<1, 4>(x, stride, panels + p * panel_size, panel_size, depth, from(0, p));
  } else if (rows == 2) {
    for (; p + 2 <= count; p += 2) tile<2, 2>(x, stride, panels + p * panel_size, panel_size, depth, from(0, p));
  }
  for (; p < count; ++p) {
    const float* panel = panels + p * panel_size;
    for (std::size_t row = 0, size = 0; row < rows; row += size) {  // 13 rows are 5 + 4 + 4, not 6 + 6 + 1
      const std::size_t tiles = (rows - row + tile_rows - 1) / tile_rows;
      size = (rows - row + tiles - 1) / tiles;
      tile_of<tile_rows>(size, x + row * stride, stride, panel, depth, from(row, p));
    }
  }
}

template <class Sink>
HWY_INLINE void multiply(const float* x, std::size_t stride, std::size_t rows, const PackedMatrix& matrix,
                         const Sink& sink) {
  multiply(x, stride, rows, matrix.panels.data(), panels_of(matrix.rows), matrix.columns, sink);
}

/// RMSNorm(x) gain. The same bits wherever the row lies.
inline void normalize(const float* x, const float* gain, std::size_t size, float* out) {
  const D d;
  V squares = hn::Zero(d);
  std::size_t i = 0;
  for (; i + lanes <= size; i += lanes) {
    const V v = hn::LoadU(d, x + i);
    squares = hn::MulAdd(v, v, squares);
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, squares));
  for (; i < size; ++i) sum += x[i] * x[i];
  const float factor = 1 / std::sqrt(sum / static_cast<float>(size) + 1e-5F);
  for (i = 0; i + lanes <= size; i += lanes) {
    const V scaled = hn::Mul(hn::LoadU(d, x + i), hn::Set(d, factor));
    hn::StoreU(hn::Mul(scaled, hn::LoadU(d, gain + i)), d, out + i);
  }
  for (; i < size; ++i) out[i] = x[i] * factor * gain[i];
}

/// RoPE of one head and multiplication by `scale`.
inline void turn(const float* x, const float* turns, std::size_t head_size, float scale, float* out) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const D d;
  for (; i + lanes <= head_size; i += lanes) {
    const V v = hn::LoadU(d, x + i);
    const V own = hn::Mul(v, hn::LoadU(d, turns + i));
    const V turned = hn::MulAdd(hn::Reverse2(d, v), hn::LoadU(d, turns + head_size + i), own);
    hn::StoreU(hn::Mul(turned, hn::Set(d, scale)), d, out + i);
  }
#endif
  for (; i < head_size; i += 2) {
    const float first = x[i];
    const float second = x[i + 1];
    out[i] = (first * turns[i] + second * turns[head_size + i]) * scale;
    out[i + 1] = (second * turns[i + 1] + first * turns[head_size + i + 1]) * scale;
  }
}

}  // namespace tandem::language_model::inference::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
