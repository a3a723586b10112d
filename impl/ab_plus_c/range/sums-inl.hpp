// From a window's candidates to S(N) in memory: a prefix minimum in SIMD lanes, then wider stores that bypass the
// caches. Included by foreach_target files, once per target.
#if defined(TANDEM_AB_PLUS_C_RANGE_SUMS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_AB_PLUS_C_RANGE_SUMS_INL_HPP
#undef TANDEM_AB_PLUS_C_RANGE_SUMS_INL_HPP
#else
#define TANDEM_AB_PLUS_C_RANGE_SUMS_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "impl/ab_plus_c/range/window.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR

/// The prefix minimum sum = min(sum before + 1, value), one number after the other.
class PrefixMinimum {
 public:
  static constexpr std::int32_t tile = 1;

  explicit PrefixMinimum(std::int16_t first) : at_most_(first) {}

  struct Layout {
    template <class D, class V = hn::Vec<D>>
    static V place(D, V offset) {
      return offset;
    }
    template <class D, class V = hn::Vec<D>>
    static V value(D, V, V sum) {
      return sum;
    }
  };

  void operator()(std::int16_t* values) {
    *values = std::min(*values, at_most_);
    largest_ = std::max(largest_, *values);
    at_most_ = static_cast<std::int16_t>(*values + 1);
  }

  std::int16_t largest() const { return largest_; }

 private:
  std::int16_t at_most_;
  std::int16_t largest_ = 0;
};

#else

/// The prefix minimum sum = min(sum before + 1, value), a tile of eight vectors at a time.
///
/// A tile is cut into runs of eight numbers, one run per lane, and its vector `row` holds the number `row` of every
/// run. Down the rows the prefix minimum takes no shuffle; one vector with the runs' ends then says what each run
/// receives from those before it; and three rounds of interleaving put the numbers in order. To make the order come
/// out, lane j of block b (of 128 bits) has run `blocks * j + b`. Values are relative to their row, value = sum - row,
/// as a sum grows from row to row anyway; and what runs hand on is relative to the first number of their run.
class PrefixMinimum {
  using D = hn::ScalableTag<std::int16_t>;
  using V = hn::Vec<D>;
  static constexpr D d{};
  static constexpr hn::Repartition<std::int32_t, D> pairs{};  // of lanes, for moves between blocks
  static constexpr std::int32_t lanes = hn::MaxLanes(d);
  static constexpr std::int32_t blocks = lanes / 8;
  static constexpr int block_bits = std::countr_zero(static_cast<unsigned>(blocks));

 public:
  static constexpr std::int32_t tile = 8 * lanes;

  /// `first` is the most that the first number can have.
  explicit PrefixMinimum(std::int16_t first) : at_most_(hn::Set(d, first)) {}

  struct Layout {
    template <class D32, class V32 = hn::Vec<D32>>
    static V32 place(D32 d32, V32 offset) {
      const V32 row = hn::And(offset, hn::Set(d32, 7));
      const V32 j = hn::And(hn::ShiftRight<3 + block_bits>(offset), hn::Set(d32, 7));
      const V32 block = hn::And(offset, hn::Set(d32, 8 * (blocks - 1)));  // times eight, as needed below
      const V32 begin = hn::And(offset, hn::Set(d32, -tile));
      return hn::Or(hn::Or(begin, hn::ShiftLeft<3 + block_bits>(row)), hn::Or(block, j));
    }
    template <class D32, class V32 = hn::Vec<D32>>
    static V32 value(D32 d32, V32 offset, V32 sum) {
      return hn::Sub(sum, hn::And(offset, hn::Set(d32, 7)));
    }
  };

  /// The values of a tile, laid out as said, become its sums in order.
  void operator()(std::int16_t* values) {
    V rows[8];
    rows[0] = hn::Load(d, values);
    for (std::int32_t row = 1; row < 8; ++row) rows[row] = hn::Min(rows[row - 1], hn::Load(d, values + row * lanes));

    const V run_begin = lane_by_lane([](std::int32_t i) { return 8 * (blocks * (i % 8) + i / 8); });
    const V ends = hn::Sub(rows[7], run_begin);
    const V of_j = minimum_of_blocks(ends);
    V up_to_j = of_j;
    const V none = hn::Set(d, unreached);
    up_to_j = hn::Min(up_to_j, hn::CombineShiftRightBytes<14>(d, up_to_j, none));
    up_to_j = hn::Min(up_to_j, hn::CombineShiftRightBytes<12>(d, up_to_j, none));
    up_to_j = hn::Min(up_to_j, hn::CombineShiftRightBytes<8>(d, up_to_j, none));
    const V before = hn::Min(hn::CombineShiftRightBytes<14>(d, up_to_j, none), blocks_before(ends));
    const V received = hn::Add(hn::Min(before, at_most_), run_begin);
    at_most_ = hn::Add(hn::Min(at_most_, hn::Broadcast<7>(up_to_j)), hn::Set(d, static_cast<std::int16_t>(tile)));

    for (V& row : rows) row = hn::Min(row, received);
    largest_first_ = hn::Max(largest_first_, rows[0]);
    for (int round = 0; round < 3; ++round) interleave(rows);
    const V row_of_lane = lane_by_lane([](std::int32_t i) { return i % 8; });
    for (std::int32_t j = 0; j < 8; ++j) hn::Store(hn::Add(rows[j], row_of_lane), d, values + j * lanes);
  }

  /// At least the largest sum so far, and at most seven more: a run's sums do not exceed its first by more than their
  /// row.
  std::int16_t largest() const { return static_cast<std::int16_t>(hn::GetLane(hn::MaxOfLanes(d, largest_first_)) + 7); }

 private:
  // The vector whose lane i is function(i).
  template <class Function>
  static V lane_by_lane(Function function) {
    HWY_ALIGN std::int16_t all[hn::MaxLanes(d)];
    for (std::int32_t i = 0; i < lanes; ++i) all[i] = static_cast<std::int16_t>(function(i));
    return hn::Load(d, all);
  }

  // Every block becomes the one `distance` before it, around the end.
  static V rotated(V v, std::int32_t distance) {
    HWY_ALIGN std::int32_t source[hn::MaxLanes(pairs)];
    for (std::int32_t i = 0; i < 4 * blocks; ++i) source[i] = (i + 4 * (blocks - distance)) % (4 * blocks);
    return hn::BitCast(d, hn::TableLookupLanes(hn::BitCast(pairs, v), hn::SetTableIndices(pairs, source)));
  }

  static V minimum_of_blocks(V v) {
    for (std::int32_t distance = 1; distance < blocks; distance *= 2) v = hn::Min(v, rotated(v, distance));
    return v;
  }

  // The minimum of the blocks before each block.
  static V blocks_before(V v) {
    V before = hn::Set(d, unreached);
    for (std::int32_t distance = 1; distance < blocks; ++distance) {
      const V least = lane_by_lane([=](std::int32_t i) { return i < 8 * distance ? unreached : -unreached - 1; });
      before = hn::Min(before, hn::Max(rotated(v, distance), least));  // not those around the end
    }
    return before;
  }

  // The bits of (vector, lane of the block) move on by one place; after three rounds vector and lane have changed
  // places.
  static void interleave(V (&rows)[8]) {
    V mixed[8];
    for (int i = 0; i < 4; ++i) {
      mixed[2 * i] = hn::InterleaveLower(d, rows[i], rows[i + 4]);
      mixed[2 * i + 1] = hn::InterleaveUpper(d, rows[i], rows[i + 4]);
    }
    std::copy(mixed, mixed + 8, rows);
  }

  V at_most_;
  V largest_first_ = hn::Zero(d);
};

#endif

/// Relative sums widened to T, one after the other: alone up to the first aligned vector, then in vectors that bypass
/// the caches. Every value that has been written is `unreached` again.
template <class T>
class Writer {
 public:
  Writer(std::int16_t* values, std::uint64_t base, T* out) : values_(values), base_(static_cast<T>(base)), out_(out) {}

  /// Writes the numbers up to `end`, or a few fewer; the last call must be `finish`.
  void advance(std::size_t end) {
    const std::size_t lanes = hn::Lanes(d);
    while (written_ < end && reinterpret_cast<std::uintptr_t>(out_ + written_) % (lanes * sizeof(T)) != 0) write_one();
    const auto base = hn::Set(d, base_);
    const auto none = hn::Set(narrow, unreached);
    std::size_t i = written_;
    for (; i + lanes <= end; i += lanes) {
      hn::Stream(hn::Add(hn::BitCast(d, widened(values_ + i)), base), d, out_ + i);
      hn::StoreU(none, narrow, values_ + i);
    }
    written_ = i;
  }

  void finish(std::size_t end) {
    advance(end);
    while (written_ < end) write_one();
  }

 private:
  static constexpr hn::ScalableTag<T> d{};
  static constexpr hn::Rebind<std::int16_t, hn::ScalableTag<T>> narrow{};

  static auto widened(const std::int16_t* values) {
    const hn::Rebind<std::int32_t, hn::ScalableTag<T>> middle;
    const auto sums = hn::PromoteTo(middle, hn::LoadU(narrow, values));
    if constexpr (sizeof(T) == sizeof(std::int32_t)) {
      return sums;
    } else {
      return hn::PromoteTo(hn::Rebind<std::int64_t, hn::ScalableTag<T>>(), sums);
    }
  }

  void write_one() {
    out_[written_] = static_cast<T>(base_ + static_cast<T>(values_[written_]));
    values_[written_++] = unreached;
  }

  std::int16_t* values_;
  T base_;
  T* out_;
  std::size_t written_ = 0;
};

/// Numbers in whole tiles.
inline std::int32_t whole_tiles(std::int32_t count) {
  return (count + PrefixMinimum::tile - 1) / PrefixMinimum::tile * PrefixMinimum::tile;
}

/// Turns the candidates of a window into S(N). `values` are laid out as PrefixMinimum::Layout says, hold the candidates
/// of whole tiles, and are `unreached` afterwards. `first` is the most that the first number can have.
template <class T>
Swept write_sums(const Window& window, std::int16_t first, std::int16_t* values, T* out) {
  PrefixMinimum prefix_minimum(first);
  Writer<T> writer(values, window.base(), out);
  std::int32_t last = 0;
  for (std::int32_t ready = 0; ready < window.count;) {
    // A slice stays in the first-level cache until it is written.
    const std::int32_t slice_end = std::min(ready + 1024, window.count);
    for (; ready < slice_end; ready += PrefixMinimum::tile) prefix_minimum(values + ready);
    if (ready >= window.count) last = values[window.count - 1];
    writer.advance(static_cast<std::size_t>(std::min(ready, window.count)));
  }
  writer.finish(static_cast<std::size_t>(window.count));
  std::fill(values + window.count, values + whole_tiles(window.count), unreached);
  return {.largest = prefix_minimum.largest(), .last = last};
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
