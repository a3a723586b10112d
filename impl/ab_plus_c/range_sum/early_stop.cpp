// Sum and maximum of S over a range, one N after the other: what the sweep is compared with.
#include <algorithm>
#include <cstdint>

#include "impl/ab_plus_c/ab_plus_c.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/range_sum/early_stop.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop-inl.hpp"
#include "impl/ab_plus_c/kernels/pq_early_stop_simd-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

template <class MinimumOf>
RangeTotal total_one_by_one(const Range& range, MinimumOf minimum_of) {
  RangeTotal total;
  for (std::uint64_t n = range.low; n < range.high; ++n) {
    const auto sum = static_cast<std::uint64_t>(minimum_of(n).sum);
    total.sum += sum;
    total.maximum = std::max(total.maximum, sum);
  }
  return total;
}

RangeTotal total_scalar(const Range& range) {
  return total_one_by_one(range, [](std::uint64_t n) HWY_ATTR { return early_stop(n); });
}

RangeTotal total_simd(const Range& range) {
  return total_one_by_one(range, [](std::uint64_t n) HWY_ATTR { return early_stop_simd(n); });
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(total_scalar);
HWY_EXPORT(total_simd);

void total_early_stop(const Range& range, RangeTotal& total, const Execution&) {
  require_ordered(range);
  total = HWY_DYNAMIC_DISPATCH(total_scalar)(range);
}

void total_early_stop_simd(const Range& range, RangeTotal& total, const Execution&) {
  require_ordered(range);
  total = HWY_DYNAMIC_DISPATCH(total_simd)(range);
}

}  // namespace tandem::ab_plus_c
#endif  // HWY_ONCE
