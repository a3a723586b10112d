// Softmax-weighted means, streamed: see stream.hpp.
#include "impl/attention/stream.hpp"

#include <algorithm>
#include <cstddef>

#include "impl/attention/kernels/kept_memory.hpp"
#include "impl/attention/kernels/stream_memory.hpp"
#include "impl/support/denormals.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/attention/kernels/stream_simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/highway.h>

#include "impl/attention/kernels/stream-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

/// Hands out pieces of the memory one after the other.
struct Pieces {
  float* next;
  float* take(std::size_t floats) {
    float* piece = next;
    next += floats;
    return piece;
  }
};

/// Scratch: tile_rows x depth floats.
void start(const Stream& stream, std::size_t begin, std::size_t rows, Pieces& memory, float* scratch, Tile& tile) {
  tile.begin = begin;
  tile.rows = rows;
  tile.vectors = (rows + lanes - 1) / lanes;
  const std::size_t depth = stream.depth;
  for (const bool far : {false, true}) {
    if (far && !stream.has_far) break;
    float* columns = memory.take(depth * tile_rows);
    (far ? tile.far_columns : tile.columns) = columns;
    stream.write_rows(begin, rows, far, scratch);
    transpose(scratch, depth, rows, depth, columns, tile_rows);
    for (std::size_t k = 0; k < depth; ++k) {
      for (std::size_t r = rows; r < tile.vectors * lanes; ++r) columns[k * tile_rows + r] = 0;
    }
  }
  const std::size_t sums = panels_of(stream.width) * panel_width * tile_rows;
  tile.sums = memory.take(sums);
  std::fill_n(tile.sums, sums, 0.0F);
  tile.maximum = memory.take(tile_rows);
  tile.total = memory.take(tile_rows);
  tile.moment = memory.take(tile_rows);
  std::fill_n(tile.maximum, tile_rows, std::numeric_limits<float>::lowest());
  std::fill_n(tile.total, tile_rows, 0.0F);
  std::fill_n(tile.moment, tile_rows, 0.0F);
  for (std::size_t r = 0; r < tile.vectors * lanes; ++r) {
    tile.view[r] = stream.view(begin + std::min(r, rows - 1));
    tile.first[r] = tile.view[r].first;
    tile.last[r] = tile.view[r].last;
    tile.far_last[r] = tile.view[r].far_last;
  }
}

/// Scratch: tile_rows x width floats.
void finish(const Stream& stream, const Tile& tile, float* scratch) {
  transpose(tile.sums, tile_rows, stream.width, tile.rows, scratch, stream.width);
  for (std::size_t r = 0; r < tile.rows; ++r) {
    const float total = tile.total[r];
    const float share = total == 0 ? 0 : 1 / total;  // a row that sees nothing is 0
    for (std::size_t i = 0; i < stream.width; ++i) tile.view[r].mean[i] = scratch[r * stream.width + i] * share;
    if (tile.view[r].entropy == nullptr) continue;
    constexpr float log_2 = 0.693147181F;
    const float entropy = total == 0 ? 0 : std::log(total) - log_2 * tile.moment[r] * share;
    *tile.view[r].entropy = entropy < 0 ? 0 : entropy;
  }
}

void stream_tiles(const Stream& stream, std::size_t begin, std::size_t count, Tile* tiles, float* floats) {
  const std::size_t kinds = stream.has_far ? 2 : 1;
  Pieces memory{floats};
  float* scores = memory.take(block_keys * tile_rows);
  float* far_scores = kinds == 2 ? memory.take(block_keys * tile_rows) : nullptr;
  float* keys = memory.take(block_keys * stream.depth);
  float* far_keys = kinds == 2 ? memory.take(block_keys * stream.depth) : nullptr;
  float* panels = memory.take(panel_stride(block_keys) * panels_of(stream.width));
  float* nothing = memory.take(block_keys);
  std::fill_n(nothing, block_keys, 0.0F);
  float* scratch = memory.take(tile_rows * std::max(stream.depth, stream.width));
  std::size_t tile_count = 0;
  for (std::size_t row = begin; row < begin + count; row += tile_rows) {
    start(stream, row, std::min(tile_rows, begin + count - row), memory, scratch, tiles[tile_count++]);
  }

  const auto first = static_cast<std::size_t>(tiles[0].view[0].first);
  const auto last = static_cast<std::size_t>(tiles[tile_count - 1].last_of(tiles[tile_count - 1].vectors - 1).last);
  for (std::size_t key = first - first % block_keys; key < last; key += block_keys) {
    const std::size_t size = std::min(block_keys, last - key);
    Block block{.begin = key, .count = size, .panels = panels};
    block.keys = stream.read_keys(key, size, false, keys);
    if (kinds == 2) block.far_keys = stream.read_keys(key, size, true, far_keys);
    block.values = stream.values == nullptr ? block.keys : stream.values + key * stream.width;
    pack(block.values, size, stream.width, panels);
    block.addends = stream.addend == nullptr ? nothing : stream.addend + key;
    block.hides = std::count(block.addends, block.addends + size, -std::numeric_limits<float>::infinity()) > 0;
    for (std::size_t t = 0; t < tile_count; ++t) meet_pieces(stream, block, tiles[t], scores, far_scores);
  }
  for (std::size_t t = 0; t < tile_count; ++t) finish(stream, tiles[t], scratch);
}

/// Tiles of that many rows.
std::size_t tiles_of(std::size_t rows) { return (rows + tile_rows - 1) / tile_rows; }
std::size_t bytes_of_tiles(std::size_t rows) { return (tiles_of(rows) * sizeof(Tile) + 63) / 64 * 64; }
void stream_in_memory(const Stream& stream, std::size_t begin, std::size_t count, void* tiles, float* floats) {
  stream_tiles(stream, begin, count, static_cast<Tile*>(tiles), floats);
}
std::size_t rows_of_tile() { return tile_rows; }

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::attention {

HWY_EXPORT(stream_in_memory);
HWY_EXPORT(bytes_of_tiles);
HWY_EXPORT(rows_of_tile);

std::size_t rows_together(std::size_t rows, int threads) {
  constexpr std::size_t chunks_per_thread = 8;
  const std::size_t tile = HWY_DYNAMIC_DISPATCH(rows_of_tile)();
  const std::size_t most = most_rows_together / tile;
  const std::size_t chunks = threads == 1 ? 1 : chunks_per_thread * static_cast<std::size_t>(threads);
  return tile * std::clamp<std::size_t>(rows / tile / chunks, 1, most);
}

void stream_rows(const Stream& stream, std::size_t begin, std::size_t count) {
  if (count == 0) return;
  thread_local KeptMemory kept;
  const std::size_t floats = sizeof(float) * floats_for(stream, count);
  const std::size_t tiles = HWY_DYNAMIC_DISPATCH(bytes_of_tiles)(count);
  std::byte* memory = kept.at_least(floats + tiles);
  const DenormalsAreZero quick;
  HWY_DYNAMIC_DISPATCH(stream_in_memory)
  (stream, begin, count, memory, reinterpret_cast<float*>(memory + tiles));
}

}  // namespace tandem::attention
#endif  // HWY_ONCE
