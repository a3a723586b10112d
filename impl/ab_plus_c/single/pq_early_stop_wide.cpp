#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/single/pq_early_stop_wide.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/single/wide_search.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

inline std::uint64_t scan_wide(const WideStart& start, std::uint64_t begin, std::uint64_t end,
                               std::atomic<std::uint64_t>& bound, WideBest& best) {
  std::uint64_t limit = bound;
  std::uint64_t k = begin;
  for (; k < std::min(end, limit); ++k) {
    if (k + wide_candidate(start, k).four_c / 4 <= limit) {
      offer(start, k, bound, best);
      limit = bound;
    }
  }
  return k - begin;
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(scan_wide);

void pq_early_stop_wide(const Natural& n, Minimum& answer, const Execution& execution) {
  answer = search_wide(HWY_DYNAMIC_DISPATCH(scan_wide), n, execution);
}

}  // namespace tandem::ab_plus_c
#endif
