#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/single/parity_scan.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include <cmath>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/kernels/pq_start.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

// The least y >= 0 with y^2 >= e (0 for e < 0). Exact for e < 2^52: see early_stop on the rounded root.
inline std::uint64_t least_root(std::int64_t e) {
  return e <= 0 ? 0 : static_cast<std::uint64_t>(std::ceil(std::sqrt(static_cast<double>(e))));
}

// The least j >= 0 with j (j + 1) >= e: 2j + 1 is the least odd number whose square is at least 4e + 1.
inline std::uint64_t least_half_root(std::int64_t e) { return e <= 0 ? 0 : least_root(4 * e + 1) / 2; }

// Integers x = m with the least y: c = N - m^2 + y^2; halves x = m + 1/2, y = j + 1/2: c = N - m (m + 1) + j (j + 1).
// At or below sqrt N (y = 0 or 1/2 throughout) only the largest x counts, integer or half: see pq_start.hpp on p = s.
// The scan starts at m = floor(sqrt N), whose integer or half that is. The minimum is below U = sum_bound(N) and 2x <=
// sum, which ends the scan (the post's bound, sqrt N + 3/2 + sqrt(1 + 2 sqrt N), is a little larger). There x^2 - N <
// 2^50 and 4e + 1 < 2^52.
inline Minimum scan_parities(std::uint64_t n) {
  if (n <= largest_trivial) return trivial_minimum(n);
  const std::uint64_t root = start_of(n).s / 2;  // floor(sqrt N)
  const auto last = static_cast<std::uint64_t>(sum_bound(n) / 2);

  Minimum best = trivial_minimum(n);
  best.iterations = 0;
  // p = 2x rises from call to call, so that the first of equal sums is the canonical one.
  const auto offer = [&](std::uint64_t a, std::uint64_t b) {
    ++best.iterations;
    const std::uint64_t c = n - a * b;
    if (a + b + c < best.sum) best = {.sum = a + b + c, .a = a, .b = b, .c = c, .iterations = best.iterations};
  };
  const auto offer_half = [&](std::uint64_t m) {
    const std::uint64_t j = least_half_root(static_cast<std::int64_t>(m * (m + 1) - n));
    offer(m - j, m + j + 1);
  };
  for (std::uint64_t m = root; m <= last; ++m) {
    const std::uint64_t y = least_root(static_cast<std::int64_t>(m * m - n));
    offer(m - y, m + y);
    offer_half(m);
  }
  return best;
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(scan_parities);

void parity_scan(const Natural& n, Minimum& answer, const Execution&) {
  answer = HWY_DYNAMIC_DISPATCH(scan_parities)(require_64_bits(n));
}

}  // namespace tandem::ab_plus_c
#endif
