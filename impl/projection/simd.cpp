// Vectors lie in the lanes, a tile of them at a time, as queries do in attention, whose micro-kernels these are.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/attention/kernels/kept_memory.hpp"
#include "impl/projection/projection.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/projection/simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/highway.h>

#include "impl/attention/kernels/product-inl.hpp"

#ifndef TANDEM_PROJECTION_SIMD_ONCE
#define TANDEM_PROJECTION_SIMD_ONCE
namespace tandem::projection {

/// Of each row of a sparse matrix the columns of its 1s, then those of its -1s.
struct Columns {
  std::vector<std::uint32_t> places;
  std::vector<std::size_t> begins;  ///< of row r's 1s at 2 r, of its -1s at 2 r + 1
};

}  // namespace tandem::projection
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::projection::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using namespace tandem::attention::HWY_NAMESPACE;

/// sums: dimensions x tile_rows.
void add_signed(const Columns& columns, std::size_t dimensions, const float* tile, float* sums) {
  const D d;
  for (std::size_t k = 0; k < dimensions; ++k) {
    V plus[tile_vectors], minus[tile_vectors];
    for (std::size_t v = 0; v < tile_vectors; ++v) plus[v] = minus[v] = hn::Zero(d);
    const auto add = [&](std::size_t list, V* sum) HWY_ATTR {
      for (std::size_t i = columns.begins[list]; i < columns.begins[list + 1]; ++i) {
        const float* row = tile + columns.places[i] * tile_rows;
        for (std::size_t v = 0; v < tile_vectors; ++v) sum[v] = hn::Add(sum[v], hn::Load(d, row + v * lanes));
      }
    };
    add(2 * k, plus);
    add(2 * k + 1, minus);
    for (std::size_t v = 0; v < tile_vectors; ++v) {
      hn::Store(hn::Sub(plus[v], minus[v]), d, sums + k * tile_rows + v * lanes);
    }
  }
}

/// H x in place, for the `size` rows of a tile.
void transform(float* tile, std::size_t size) {
  const D d;
  for (std::size_t half = 1; half < size; half *= 2) {
    for (std::size_t begin = 0; begin < size; begin += 2 * half) {
      for (std::size_t i = begin * tile_rows; i < (begin + half) * tile_rows; i += lanes) {
        const V a = hn::Load(d, tile + i);
        const V b = hn::Load(d, tile + i + half * tile_rows);
        hn::Store(hn::Add(a, b), d, tile + i);
        hn::Store(hn::Sub(a, b), d, tile + i + half * tile_rows);
      }
    }
  }
}

std::size_t vectors_of_tile() { return tile_rows; }

/// Vectors [begin, begin + count), at most tile_rows. Memory: (padded width + dimensions) x tile_rows.
void project(const Problem& problem, const Columns& columns, std::size_t begin, std::size_t count, float* memory,
             float* out) {
  const std::size_t width = problem.width;
  const std::size_t rows = padded(width);
  const std::size_t dimensions = problem.dimensions;
  float* tile = memory;
  float* sums = tile + rows * tile_rows;
  std::fill_n(tile, rows * tile_rows, 0.0F);
  transpose(problem.vectors.data() + begin * width, width, count, width, tile, tile_rows);
  if (problem.kind == Kind::gaussian) {
    multiply<most_broadcast, tile_vectors>(problem.matrix.data(), width, Constant<1>(), 0, dimensions, tile, width,
                                           [&](std::size_t k, std::size_t v, V sum)
                                               HWY_ATTR { hn::Store(sum, D(), sums + k * tile_rows + v * lanes); });
  } else if (problem.kind == Kind::sparse) {
    add_signed(columns, dimensions, tile, sums);
  } else {
    for (std::size_t i = 0; i < width; ++i) {
      if (problem.signs[i] > 0) continue;
      for (std::size_t r = 0; r < tile_rows; ++r) tile[i * tile_rows + r] = -tile[i * tile_rows + r];
    }
    transform(tile, rows);
    for (std::size_t k = 0; k < dimensions; ++k) {
      std::copy_n(tile + problem.rows[k] * tile_rows, tile_rows, sums + k * tile_rows);
    }
  }
  const auto factor =
      static_cast<float>(std::sqrt((problem.kind == Kind::sparse ? 3.0 : 1.0) / static_cast<double>(dimensions)));
  for (std::size_t i = 0; i < dimensions * tile_rows; i += lanes) {
    hn::Store(hn::Mul(hn::Load(D(), sums + i), hn::Set(D(), factor)), D(), sums + i);
  }
  transpose(sums, tile_rows, dimensions, count, out + begin * dimensions, dimensions);
}

}  // namespace tandem::projection::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::projection {

HWY_EXPORT(project);
HWY_EXPORT(vectors_of_tile);

namespace {

Columns columns_of(const Problem& problem) {
  Columns columns;
  if (problem.kind != Kind::sparse) return columns;
  columns.begins.push_back(0);
  for (std::size_t k = 0; k < problem.dimensions; ++k) {
    for (const int sign : {1, -1}) {
      for (std::size_t i = 0; i < problem.width; ++i) {
        if (problem.signs[k * problem.width + i] == sign) columns.places.push_back(static_cast<std::uint32_t>(i));
      }
      columns.begins.push_back(columns.places.size());
    }
  }
  return columns;
}

}  // namespace

void simd(const Problem& problem, Answer& answer, const Execution& execution) {
  require_valid(problem, answer);
  const Columns columns = columns_of(problem);
  const std::size_t tile = HWY_DYNAMIC_DISPATCH(vectors_of_tile)();
  const std::size_t floats = (padded(problem.width) + problem.dimensions) * tile;
  for_each_chunk(execution, problem.count, tile, [&](std::size_t begin, std::size_t end) {
    thread_local attention::KeptMemory kept;
    for (std::size_t at = begin; at < end; at += tile) {
      auto* memory = reinterpret_cast<float*>(kept.at_least(floats * sizeof(float)));
      HWY_DYNAMIC_DISPATCH(project)(problem, columns, at, std::min(tile, end - at), memory, answer.data());
    }
  });
}

}  // namespace tandem::projection
#endif  // HWY_ONCE
