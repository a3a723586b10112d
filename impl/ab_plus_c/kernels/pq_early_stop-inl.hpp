// The scalar early-stop kernel, compiled once per SIMD level so that it is no worse served than its vector opponents.
// Included by foreach_target files: no include guard in the usual sense.
#if defined(TANDEM_AB_PLUS_C_KERNELS_PQ_EARLY_STOP_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_AB_PLUS_C_KERNELS_PQ_EARLY_STOP_INL_HPP
#undef TANDEM_AB_PLUS_C_KERNELS_PQ_EARLY_STOP_INL_HPP
#else
#define TANDEM_AB_PLUS_C_KERNELS_PQ_EARLY_STOP_INL_HPP
#endif

#include <hwy/highway.h>

#include <cmath>
#include <cstdint>

#include "impl/ab_plus_c/kernels/pq_start.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

/// c of the best candidate with p = s + k, k >= 1.
///
/// No scan passes U = sum_bound(N), which keeps k below 2^17 + 4 and D below 2^52 (with room for a vector's overshoot).
/// For such D the rounded root has the integer part of the true one, or is the next integer: sqrt(m^2 + 1) exceeds m by
/// more than half a unit in the last place for m < 2^26. So q below, the root rounded up, is exact in either case.
inline std::uint64_t least_c(const Start& start, std::uint64_t k) {
  const std::uint64_t d = start.discriminant(k);
  auto q = static_cast<std::int64_t>(std::sqrt(static_cast<double>(static_cast<std::int64_t>(d))));
  q += static_cast<std::uint64_t>(q * q) < d;
  q += (q ^ static_cast<std::int64_t>(start.s + k)) & 1;
  return (static_cast<std::uint64_t>(q * q) - d) / 4;
}

/// p runs up from floor(2 sqrt N) and stops at the best sum so far. Mean 1.18 N^{1/6} square roots.
inline Minimum early_stop(std::uint64_t n) {
  if (n <= largest_trivial) return trivial_minimum(n);
  const Start start = start_of(n);
  std::uint64_t best_k = 0;
  std::uint64_t best_c = start.first_c();
  std::uint64_t k = 1;
  for (; k < best_k + best_c; ++k) {
    const std::uint64_t c = least_c(start, k);
    if (k + c < best_k + best_c) {
      best_k = k;
      best_c = c;
    }
  }
  return minimum_at(start, best_k, best_c, k);
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
