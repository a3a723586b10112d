#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/single/pq_scan.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop-inl.hpp"
// clang-format on

#include "impl/ab_plus_c/ab_plus_c.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

// Every p from floor(2 sqrt N) to the bound of the sum, whatever has been found on the way.
inline Minimum scan_p(std::uint64_t n) {
  if (n <= largest_trivial) return trivial_minimum(n);
  const Start start = start_of(n);
  const std::uint64_t end = static_cast<std::uint64_t>(sum_bound(n)) - start.s + 1;
  std::uint64_t best_k = 0;
  std::uint64_t best_c = start.first_c();
  for (std::uint64_t k = 1; k < end; ++k) {
    const std::uint64_t c = least_c(start, k);
    if (k + c < best_k + best_c) {
      best_k = k;
      best_c = c;
    }
  }
  return minimum_at(start, best_k, best_c, end);
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(scan_p);

void pq_scan(const Natural& n, Minimum& answer, const Execution&) {
  answer = HWY_DYNAMIC_DISPATCH(scan_p)(require_64_bits(n));
}

}  // namespace tandem::ab_plus_c
#endif
