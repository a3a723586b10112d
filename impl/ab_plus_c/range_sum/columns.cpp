// Sum and maximum of S over a range without writing S(N) anywhere.
#include <cstdint>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/range_sum/total.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/range_sum/columns.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop_simd-inl.hpp"
#include "impl/ab_plus_c/range/candidates-inl.hpp"
#include "impl/ab_plus_c/range_sum/columns-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

RangeTotal columns_of_block(const Range& block) {
  Columns columns(block);
  return total_of_windows(block, columns,
                          [](std::uint64_t n) { return static_cast<std::uint64_t>(early_stop_simd(n).sum); });
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(columns_of_block);

void total_columns(const Range& range, RangeTotal& total, const Execution& execution) {
  require_ordered(range);
  total = total_of_blocks(range, execution, window_numbers(range, largest_columns),
                          [](const Range& block) { return HWY_DYNAMIC_DISPATCH(columns_of_block)(block); });
}

}  // namespace tandem::ab_plus_c
#endif  // HWY_ONCE
