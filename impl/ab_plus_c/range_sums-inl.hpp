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
#include <array>
#include <cstddef>
#include <cstdint>

#include "impl/ab_plus_c/range_window.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// sum[i] = min(sum[i - 1] + 1, value[i]), a vector at a time. Relative to its lane number a sum only falls, so that a
/// vector's own minimum is found without the vector before it, and what is handed on waits for one minimum and one
/// addition.
class PrefixMinimum {
  using D = hn::ScalableTag<std::int16_t>;
  using V = hn::Vec<D>;
  static constexpr D d{};

 public:
  /// `first` is the most that the first number can have.
  explicit PrefixMinimum(std::int16_t first) : at_most_(hn::Set(d, first)) {}

  V operator()(V values) {
    const V lane = hn::Iota(d, 0);
    const V lowest = lowest_so_far(hn::Sub(values, lane));
    const V sums = hn::Add(hn::Min(lowest, at_most_), lane);
    at_most_ = hn::Add(hn::Min(at_most_, last_lane(lowest)), hn::Set(d, static_cast<std::int16_t>(hn::Lanes(d))));
    return sums;
  }

 private:
#if HWY_TARGET == HWY_SCALAR
  static V lowest_so_far(V v) { return v; }
  static V last_lane(V v) { return v; }
#else
  static constexpr hn::Repartition<std::int32_t, D> pairs{};  // two lanes, for moves between the blocks of 128 bits
  static constexpr std::size_t blocks = hn::MaxLanes(d) / 8;

  // Lane `4 * block + pair` becomes that of the block `distance` before it, or of the first block.
  static V from_block_before(V v, std::int32_t distance) {
    HWY_ALIGN std::int32_t source[hn::MaxLanes(pairs)];
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(4 * blocks); ++i)
      source[i] = i < 4 * distance ? i % 4 : i - 4 * distance;
    return hn::BitCast(d, hn::TableLookupLanes(hn::BitCast(pairs, v), hn::SetTableIndices(pairs, source)));
  }

  static V lowest_so_far(V v) {
    const V none = hn::Set(d, unreached);
    v = hn::Min(v, hn::CombineShiftRightBytes<14>(d, v, none));
    v = hn::Min(v, hn::CombineShiftRightBytes<12>(d, v, none));
    v = hn::Min(v, hn::CombineShiftRightBytes<8>(d, v, none));
    if constexpr (blocks > 1) {
      HWY_ALIGN std::int16_t least[hn::MaxLanes(d)];  // `unreached` in the first block: nothing is before it
      for (std::size_t i = 0; i < hn::MaxLanes(d); ++i) least[i] = i < 8 ? unreached : hwy::LowestValue<std::int16_t>();
      V before = hn::Max(from_block_before(hn::Broadcast<7>(v), 1), hn::Load(d, least));
      for (std::int32_t distance = 1; distance < static_cast<std::int32_t>(blocks) - 1; distance *= 2) {
        before = hn::Min(before, from_block_before(before, distance));
      }
      v = hn::Min(v, before);
    }
    return v;
  }

  static V last_lane(V v) {
    if constexpr (blocks == 1) return hn::Broadcast<7>(v);
    const auto last_pair = hn::Set(pairs, static_cast<std::int32_t>(4 * blocks - 1));
    return hn::BitCast(
        d, hn::TableLookupLanes(hn::BitCast(pairs, hn::Broadcast<7>(v)), hn::IndicesFromVec(pairs, last_pair)));
  }
#endif

  V at_most_;
};

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

/// S(N) for a window whose candidates are in `values`; these are `unreached` afterwards. `values` has room for one
/// vector more than the window has numbers.
template <class T>
Swept write_sums(const Window& window, std::int16_t first, std::int16_t* values, T* out) {
  constexpr std::size_t tile = 1024;  // stays in the first-level cache between the two passes
  const hn::ScalableTag<std::int16_t> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto count = static_cast<std::size_t>(window.count);
  std::fill_n(values + count, lanes,
              std::int16_t{0});  // beyond the window: below every sum, so that `largest` is right
  PrefixMinimum prefix_minimum(first);
  Writer<T> writer(values, window.base(), out);
  auto largest = hn::Zero(d);
  Swept swept;
  for (std::size_t begin = 0; begin < count; begin += tile) {
    const std::size_t end = std::min(begin + tile, count);
    for (std::size_t i = begin; i < end; i += lanes) {
      const auto sums = prefix_minimum(hn::Load(d, values + i));
      largest = hn::Max(largest, sums);
      hn::Store(sums, d, values + i);
    }
    if (end == count) swept.last = values[count - 1];
    writer.advance(end);
  }
  writer.finish(count);
  std::fill_n(values + count, lanes, unreached);
  swept.largest = hn::GetLane(hn::MaxOfLanes(d, largest));
  return swept;
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
