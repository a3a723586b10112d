#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/single/sqrt_scan.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <cmath>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/kernels/pq_start.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

// Where the scan over a begins. The post scans (sqrt(N / 2), sqrt N], which misses the minimum of some N (128, 2890,
// ...).
//
// The minimum is below U = sum_bound(N). For a solution of sum S < U with p = a + b, c = S - p, so that
// N - U < ab - p = (a - 1) p - a^2 <= (a - 1) U - a^2 for a >= 1: hence a (U - a) > N, and a lies above the smaller
// root (U - sqrt(U^2 - 4N)) / 2 = 2N / (U + sqrt(U^2 - 4N)). That is sqrt N - O(N^{3/8}), within the post's interval
// unless N is small; the smaller of the two ends is right for every N. It is taken one lower for the rounding of the
// doubles, which moves neither end by as much as 1/2.
inline std::uint64_t first_a(std::uint64_t n) {
  const auto real_n = static_cast<double>(n);
  const double u = sum_bound(n);
  const double smaller_root = 2 * real_n / (u + std::sqrt(u * u - 4 * real_n));
  const double end = std::min(smaller_root, std::sqrt(real_n / 2));
  return static_cast<std::uint64_t>(std::max(end - 1, 1.0));
}

// From one a to the next, N / a falls by at least 1 while a + 1 <= sqrt N, so p = a + floor(N / a) never rises: among
// equal sums the last one has the smallest p.
inline Minimum scan_a(std::uint64_t n) {
  if (n <= largest_trivial) return trivial_minimum(n);
  std::uint64_t best_sum = n;
  std::uint64_t best_a = 0;
  const std::uint64_t first = first_a(n);
  const std::uint64_t last = start_of(n).s / 2;  // floor(sqrt N)
  for (std::uint64_t a = first; a <= last; ++a) {
    const std::uint64_t b = n / a;
    const std::uint64_t sum = a + b + (n - a * b);
    if (sum <= best_sum) {
      best_sum = sum;
      best_a = a;
    }
  }
  const std::uint64_t b = n / best_a;
  return {.sum = best_sum, .a = best_a, .b = b, .c = n - best_a * b, .iterations = last - first + 1};
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(scan_a);

void sqrt_scan(const Natural& n, Minimum& answer, const Execution&) {
  answer = HWY_DYNAMIC_DISPATCH(scan_a)(require_64_bits(n));
}

}  // namespace tandem::ab_plus_c
#endif
