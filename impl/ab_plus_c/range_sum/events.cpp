// Sum and maximum of S over a range from its events, the candidates that lower the running minimum.
#include <cstdint>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/range_sum/total.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/range_sum/events.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop_simd-inl.hpp"
#include "impl/ab_plus_c/range/candidates-inl.hpp"
#include "impl/ab_plus_c/range_sum/events-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

RangeTotal events_of_block(const Range& block) {
  Events events(block);
  return total_of_windows(block, events,
                          [](std::uint64_t n) { return static_cast<std::uint64_t>(early_stop_simd(n).sum); });
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(events_of_block);

void total_events(const Range& range, RangeTotal& total, const Execution& execution) {
  require_ordered(range);
  total = total_of_blocks(range, execution, cells_in_window * cell_numbers(range),
                          [](const Range& block) { return HWY_DYNAMIC_DISPATCH(events_of_block)(block); });
}

}  // namespace tandem::ab_plus_c
#endif  // HWY_ONCE
