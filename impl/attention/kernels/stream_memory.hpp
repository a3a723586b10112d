// The memory of one streaming pass, laid out for whatever SIMD target.
#pragma once

#include <algorithm>
#include <cstddef>

#include "impl/attention/stream.hpp"

namespace tandem::attention {

/// Most keys that are looked at together, and most scores of them and of a tile's rows: 24 KiB stay in the first cache.
/// With few keys sums are fetched often.
inline constexpr std::size_t most_block_keys = 256;
inline constexpr std::size_t most_block_scores = 6144;

/// Rows of a tile with the widest vectors.
inline constexpr std::size_t most_tile_rows = 48;

/// Floats that a pass over `rows` rows takes. Each piece is a multiple of 16 of them.
inline std::size_t floats_for(const Stream& stream, std::size_t rows) {
  const std::size_t kinds = stream.has_far ? 2 : 1;
  const std::size_t padded_width = (stream.width + 7) / 8 * 8;
  const std::size_t of_row = kinds * stream.depth + padded_width + 3;
  const std::size_t of_key = kinds * stream.depth + 1;
  const std::size_t scratch = most_tile_rows * std::max(stream.depth, stream.width);
  const std::size_t panels = padded_width * (most_block_keys + 4);
  return (rows + most_tile_rows) * of_row + most_block_keys * of_key + kinds * most_block_scores + panels + scratch;
}

}  // namespace tandem::attention
