// What the methods of the ab_plus_c family share: hashes and the certificate.
#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "reference/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {

inline std::uint64_t hash_of_range(const Range& range) {
  return suite::hash_of(std::vector<std::uint64_t>{range.low, range.high});
}

/// Feasibility and the proved bounds of the minimum (equation numbers of kexue.fm 9775 apart, they are
/// 2 sqrt N <= S <= 2 sqrt N + 2 + sqrt(1 + 4 sqrt N) for N >= 4, and S = N below).
inline std::optional<std::string> what_is_wrong(Natural n, const Minimum& minimum) {
  const std::string where = "N = " + to_string(n) + ": ";
  if (minimum.a > minimum.b) return where + "a is above b";
  // Below these sizes no product or sum can pass 128 bits.
  constexpr Natural half = Natural{1} << 64;
  if (minimum.a >= half || minimum.b >= half || minimum.c >= natural_end) return where + "out of range";
  if (minimum.a * minimum.b + minimum.c != n) return where + "ab + c is not N";
  if (minimum.a + minimum.b + minimum.c != minimum.sum) return where + "the sum is not a + b + c";
  if (n < 4) return minimum.sum == n ? std::nullopt : std::optional(where + "the sum is not N");
  const auto root = std::sqrt(static_cast<long double>(n));
  const auto sum = static_cast<long double>(minimum.sum);
  // One unit of slack for the rounding of the bounds themselves.
  if (sum < 2 * root - 1) return where + "the sum is below 2 sqrt N";
  if (sum > 2 * root + 3 + std::sqrt(1 + 4 * root)) return where + "the sum is above the proved bound";
  return std::nullopt;
}

}  // namespace tandem::ab_plus_c
