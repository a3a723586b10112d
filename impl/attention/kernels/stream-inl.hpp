// The streaming softmax over tiles of rows and blocks of keys. Included by foreach_target files.
#if defined(TANDEM_ATTENTION_STREAM_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_ATTENTION_STREAM_INL_HPP
#undef TANDEM_ATTENTION_STREAM_INL_HPP
#else
#define TANDEM_ATTENTION_STREAM_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "impl/attention/kernels/product-inl.hpp"
#include "impl/attention/kernels/stream_memory.hpp"
#include "impl/attention/stream.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

static_assert(tile_rows <= most_tile_rows);

inline constexpr std::size_t block_keys = std::min(most_block_keys, most_block_scores / tile_rows);
static_assert(block_keys * tile_rows <= most_block_scores);

/// A tile of rows and what has been summed up for them. Rows that only fill the last vector are copies of the last one.
struct Tile {
  std::size_t begin;
  std::size_t rows;
  std::size_t vectors;
  float* columns;      ///< depth x tile_rows
  float* far_columns;  ///< the same for the far scores
  float* sums;         ///< padded width x tile_rows
  float* maximum;
  float* total;   ///< of the weights
  float* moment;  ///< of the weights times their exponents
  RowView view[tile_rows];
  HWY_ALIGN std::int32_t first[tile_rows];  ///< of the views, side by side
  HWY_ALIGN std::int32_t last[tile_rows];
  HWY_ALIGN std::int32_t far_last[tile_rows];

  const RowView& first_of(std::size_t vector) const { return view[vector * lanes]; }
  const RowView& last_of(std::size_t vector) const { return view[vector * lanes + lanes - 1]; }
};

/// Keys that are looked at together, ready for the product.
struct Block {
  std::size_t begin;
  std::size_t count;
  const float* keys = nullptr;
  const float* far_keys = nullptr;
  const float* values = nullptr;   ///< as they came
  const float* panels = nullptr;   ///< of the values
  const float* addends = nullptr;  ///< a number for each key
  bool hides = false;              ///< some of these are -inf
  int finite_values = -1;          ///< whether all values are finite: -1 where nobody has asked yet
};

/// Part of a tile that meets part of a block: keys [begin, end) of the sequence and some of the vectors.
struct Piece {
  std::size_t begin;
  std::size_t end;
  std::size_t vector;
  std::size_t vectors;
};

/// The lanes' places minus `from`, as floats: exact within a block, and beyond one either way where they are not.
HWY_INLINE V places(const std::int32_t* of_lanes, std::size_t from) {
  const hn::RebindToSigned<D> integer;
  const auto place = hn::Sub(hn::Load(integer, of_lanes), hn::Set(integer, static_cast<std::int32_t>(from)));
  return hn::ConvertTo(D(), place);
}

HWY_INLINE V table_at(const Stream& stream, const Tile& tile, std::size_t vector, std::size_t key) {
  const D d;
  const auto place = static_cast<std::ptrdiff_t>(key);
  if (stream.consecutive) return hn::LoadU(d, stream.table + (tile.first_of(vector).offset - place));
  HWY_ALIGN float numbers[lanes];
  for (std::size_t i = 0; i < lanes; ++i) numbers[i] = stream.table[tile.view[vector * lanes + i].offset - place];
  return hn::Load(d, numbers);
}

inline bool hides(const Stream& stream, std::size_t key) {
  return stream.addend != nullptr && stream.addend[key] == -std::numeric_limits<float>::infinity();
}

/// Adds the table's numbers to the scores of keys [begin, end), takes the far ones where they belong, hides what a row
/// does not see. Scores begin with those of the piece's first key.
template <std::size_t vectors>
void adjust(const Stream& stream, const Tile& tile, const Piece& piece, std::size_t begin, std::size_t end, bool mixed,
            float* scores, const float* far, V* largest) {
  const D d;
  const V hidden = hn::Set(d, -std::numeric_limits<float>::infinity());
  V first[vectors], last[vectors], far_last[vectors];
  for (std::size_t v = 0; v < vectors; ++v) {
    first[v] = places(tile.first + (piece.vector + v) * lanes, piece.begin);
    last[v] = places(tile.last + (piece.vector + v) * lanes, piece.begin);
    far_last[v] = places(tile.far_last + (piece.vector + v) * lanes, piece.begin);
  }
  for (std::size_t key = begin; key < end; ++key) {
    const V place = hn::Set(d, static_cast<float>(key - piece.begin));
    const bool hides_key = hides(stream, key);
    float* row = scores + (key - piece.begin) * tile_rows;
    for (std::size_t v = 0; v < vectors; ++v) {
      V score = hn::Load(d, row + v * lanes);
      if (mixed) {
        const V other = hn::Load(d, far + (key - piece.begin) * tile_rows + v * lanes);
        score = hn::IfThenElse(hn::Lt(place, far_last[v]), other, score);
      }
      if (stream.table != nullptr) score = hn::Add(score, table_at(stream, tile, piece.vector + v, key));
      const auto seen = hn::And(hn::Ge(place, first[v]), hn::Lt(place, last[v]));
      score = hn::IfThenElse(seen, score, hidden);
      if (hides_key) score = hidden;
      hn::Store(score, d, row + v * lanes);
      largest[v] = hn::Max(score, largest[v]);
    }
  }
}

/// Scores to weights. Leaves in `factors` what the earlier sums are to be multiplied by. Vector by vector: the sums of
/// all would not stay in 16 registers.
template <std::size_t vectors>
void weigh(const Tile& tile, const Piece& piece, float* scores, const V* largest, V* factors) {
  const D d;
  const std::size_t count = piece.end - piece.begin;
  for (std::size_t v = 0; v < vectors; ++v) {
    const std::size_t at = (piece.vector + v) * lanes;
    const V maximum = hn::Max(largest[v], hn::Load(d, tile.maximum + at));
    V total = hn::Zero(d), moment = total;
    for (std::size_t key = 0; key < count; ++key) {
      float* to = scores + key * tile_rows + v * lanes;
      const Power weight = exp2(hn::Sub(hn::Load(d, to), maximum));
      hn::Store(weight.value, d, to);
      total = hn::Add(total, weight.value);
      moment = hn::MulAdd(weight.value, weight.exponent, moment);
    }
    const Power factor = exp2(hn::Sub(hn::Load(d, tile.maximum + at), maximum));
    const V before = hn::Load(d, tile.total + at);
    const V moved = hn::MulAdd(factor.exponent, before, hn::Load(d, tile.moment + at));
    hn::Store(hn::MulAdd(factor.value, before, total), d, tile.total + at);
    hn::Store(hn::MulAdd(factor.value, moved, moment), d, tile.moment + at);
    hn::Store(maximum, d, tile.maximum + at);
    factors[v] = factor.value;
  }
}

/// Values may hold NaN or infinities, and some rows do not see all of them: 0 times these is no 0.
inline bool has_finite_values(const Stream& stream, Block& block) {
  if (block.finite_values < 0) {
    const D d;
    const float* numbers = block.values;
    const std::size_t count = block.count * stream.width;
    V zeros[8];  // so many that the additions do not wait for each other
    for (V& some : zeros) some = hn::Zero(d);
    std::size_t i = 0;
    for (; i + 8 * lanes <= count; i += 8 * lanes) {
      for (std::size_t k = 0; k < 8; ++k) {
        zeros[k] = hn::MulAdd(hn::LoadU(d, numbers + i + k * lanes), hn::Zero(d), zeros[k]);
      }
    }
    for (std::size_t k = 1; k < 8; ++k) zeros[0] = hn::Add(zeros[0], zeros[k]);
    float zero = hn::GetLane(hn::SumOfLanes(d, zeros[0]));
    for (; i < count; ++i) zero += numbers[i] * 0.0F;
    block.finite_values = zero == 0 ? 1 : 0;
  }
  return block.finite_values == 1;
}

/// The weighted sum of values where rows must not touch what they do not see.
inline void add_seen_values(const Stream& stream, const Block& block, const Tile& tile, const Piece& piece,
                            const float* weights, const V* factors) {
  const D d;
  const float* values = block.values + (piece.begin - block.begin) * stream.width;
  for (std::size_t v = 0; v < piece.vectors; ++v) {
    const V first = places(tile.first + (piece.vector + v) * lanes, piece.begin);
    const V last = places(tile.last + (piece.vector + v) * lanes, piece.begin);
    for (std::size_t i = 0; i < stream.width; ++i) {
      V sum = hn::Zero(d);
      for (std::size_t key = piece.begin; key < piece.end; ++key) {
        if (hides(stream, key)) continue;
        const V place = hn::Set(d, static_cast<float>(key - piece.begin));
        const auto seen = hn::And(hn::Ge(place, first), hn::Lt(place, last));
        const V weight = hn::Load(d, weights + (key - piece.begin) * tile_rows + v * lanes);
        sum = hn::IfThenElse(seen, hn::MulAdd(weight, hn::Set(d, values[(key - piece.begin) * stream.width + i]), sum),
                             sum);
      }
      float* to = tile.sums + i * tile_rows + (piece.vector + v) * lanes;
      hn::Store(hn::MulAdd(hn::Load(d, to), factors[v], sum), d, to);
    }
  }
}

template <std::size_t vectors>
void meet(const Stream& stream, Block& block, const Tile& tile, const Piece& piece, float* scores, float* far_scores) {
  const D d;
  constexpr std::size_t whole = most_broadcast;
  const std::size_t count = piece.end - piece.begin;
  const RowView& top = tile.first_of(piece.vector);
  const RowView& bottom = tile.last_of(piece.vector + vectors - 1);
  const bool some_far = stream.has_far && bottom.far_last > static_cast<std::ptrdiff_t>(piece.begin);
  const bool all_far = some_far && top.far_last >= static_cast<std::ptrdiff_t>(piece.end);
  const bool mixed = some_far && !all_far;
  // Keys [first, last) of the piece are seen by all of its rows.
  const std::size_t first = std::clamp(static_cast<std::size_t>(bottom.first), piece.begin, piece.end) - piece.begin;
  const std::size_t last = std::clamp(static_cast<std::size_t>(top.last), piece.begin, piece.end) - piece.begin;
  const bool partly = first > 0 || last < count;

  V largest[vectors], factors[vectors];
  for (std::size_t v = 0; v < vectors; ++v) largest[v] = hn::Set(d, -std::numeric_limits<float>::infinity());
  const auto product = [&](bool far, std::size_t from, std::size_t to, float* out, V* most) HWY_ATTR {
    const std::size_t at = piece.begin - block.begin;
    const float* keys = (far ? block.far_keys : block.keys) + at * stream.depth;
    const float* columns = (far ? tile.far_columns : tile.columns) + piece.vector * lanes;
    score<most_broadcast, vectors>(keys, block.addends + at, from, to, columns, stream.depth, out, most);
  };
  const auto adjusted = [&](std::size_t from, std::size_t to) HWY_ATTR {
    if (from == to) return;
    V any[vectors];
    for (std::size_t v = 0; v < vectors; ++v) any[v] = hn::Zero(d);
    product(all_far, from, to, scores, any);
    if (mixed) product(true, from, to, far_scores, any);
    adjust<vectors>(stream, tile, piece, piece.begin + from, piece.begin + to, mixed, scores, far_scores, largest);
  };
  const std::size_t plain_first = (first + whole - 1) / whole * whole;
  const std::size_t plain_last = last / whole * whole;
  if (mixed || block.hides || stream.table != nullptr || plain_first >= plain_last) {
    adjusted(0, count);
  } else {
    adjusted(0, plain_first);
    product(all_far, plain_first, partly ? plain_last : count, scores, largest);
    if (partly) adjusted(plain_last, count);
  }
  weigh<vectors>(tile, piece, scores, largest, factors);
  if ((partly || block.hides) && !has_finite_values(stream, block)) {
    return add_seen_values(stream, block, tile, piece, scores, factors);
  }
  const float* panels = block.panels + (piece.begin - block.begin) * panel_width;
  add_values<vectors>(panels, panels_of(stream.width), panel_stride(block.count), scores, count, factors,
                      tile.sums + piece.vector * lanes);
}

/// Cuts what of the block the tile sees so that vectors of rows that see none of it are left out, and that only keys
/// near for some rows and far for others are scored twice.
inline void meet_pieces(const Stream& stream, Block& block, const Tile& tile, float* scores, float* far_scores) {
  constexpr std::size_t worth_a_cut = 8;
  const std::size_t block_end = block.begin + block.count;
  std::size_t begin[tile_vectors];
  std::size_t end[tile_vectors];
  std::size_t edges[2 * tile_vectors];
  std::size_t cuts[2 * tile_vectors + 2];
  for (std::size_t v = 0; v < tile.vectors; ++v) {  // neither falls from vector to vector
    begin[v] = std::clamp(static_cast<std::size_t>(tile.first_of(v).first), block.begin, block_end);
    end[v] = std::clamp(static_cast<std::size_t>(tile.last_of(v).last), block.begin, block_end);
    if (v > 0 && begin[v] < begin[v - 1] + worth_a_cut) begin[v] = begin[v - 1];
  }
  for (std::size_t v = tile.vectors - 1; v-- > 0;) {
    if (end[v + 1] < end[v] + worth_a_cut) end[v] = end[v + 1];
  }
  const std::size_t far[] = {
      std::clamp(static_cast<std::size_t>(tile.first_of(0).far_last) / worth_a_cut * worth_a_cut, block.begin,
                 block_end),
      std::clamp((static_cast<std::size_t>(tile.last_of(tile.vectors - 1).far_last) + worth_a_cut - 1) / worth_a_cut *
                     worth_a_cut,
                 block.begin, block_end)};
  std::merge(begin, begin + tile.vectors, end, end + tile.vectors, edges);
  std::merge(edges, edges + 2 * tile.vectors, far, far + 2, cuts);
  for (const std::size_t* cut = cuts; cut < cuts + 2 * tile.vectors + 1; ++cut) {
    Piece piece{cut[0], cut[1], tile_vectors, 0};
    if (piece.begin == piece.end) continue;
    for (std::size_t v = 0; v < tile.vectors; ++v) {
      if (begin[v] > piece.begin || end[v] < piece.end) continue;
      piece.vector = std::min(piece.vector, v);
      piece.vectors = v - piece.vector + 1;
    }
    if (piece.vectors == 3) meet<3>(stream, block, tile, piece, scores, far_scores);
    if (piece.vectors == 2) meet<2>(stream, block, tile, piece, scores, far_scores);
    if (piece.vectors == 1) meet<1>(stream, block, tile, piece, scores, far_scores);
  }
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
