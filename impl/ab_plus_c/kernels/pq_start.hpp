// What every early-stop kernel on 64-bit numbers shares: where the scan over p begins and how its best becomes an
// answer.
//
// Let s = floor(2 sqrt N) and p = s + k.
// - For 2 <= p <= s the best q is p mod 2, and 4(p + c) = 4N + 4 + q^2 - (p - 2)^2 falls strictly as p grows up to s
// once
//   s >= 4. So p = s is the only candidate at or below 2 sqrt N besides p = 0, and p = 0 (sum N) is the canonical
//   answer exactly for N <= 5: a = 2, b = 2 gives N again for N >= 4, and a = 2, b = 3 gives N - 1 for N >= 6.
// - For p > s let D = p^2 - 4N > 0. The best q is the least q >= sqrt D of the parity of p; it never exceeds p, because
//   p >= sqrt D has that parity too, so a = (p - q) / 2 is a natural number, and 4c = q^2 - D.
#pragma once

#include <cmath>
#include <cstdint>
#include <stdexcept>

#include "reference/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {

/// Refuses a number that does not fit in 64 bits: throws std::invalid_argument.
inline std::uint64_t require_64_bits(const Natural& n) {
  if (n >= natural_end) throw std::invalid_argument("N must be below 2^126");
  if (n >> 64 != 0) throw std::invalid_argument("N must be below 2^64 for this variant");
  return static_cast<std::uint64_t>(n);
}

/// The largest N whose canonical answer is a = b = 0, c = N.
inline constexpr std::uint64_t largest_trivial = 5;

/// The start of the scan: s = floor(2 sqrt N) and the (never positive) difference s^2 - 4N.
struct Start {
  std::uint64_t s;
  std::int64_t difference;

  /// D = p^2 - 4N at p = s + k.
  std::uint64_t discriminant(std::uint64_t k) const { return static_cast<std::uint64_t>(difference) + k * (2 * s + k); }

  /// c of the candidate p = s, q = s mod 2.
  std::uint64_t first_c() const { return (s % 2 - static_cast<std::uint64_t>(difference)) / 4; }
};

/// The double estimate of 2 sqrt N is off by less than 2^-18, so its integer part is off by at most one and
/// |s^2 - 4N| < 2^36: the difference is exact although 4N and s^2 wrap around 2^64.
inline Start start_of(std::uint64_t n) {
  Start start{.s = static_cast<std::uint64_t>(2.0 * std::sqrt(static_cast<double>(n))), .difference = 0};
  const auto difference = [&] { return static_cast<std::int64_t>(start.s * start.s - 4 * n); };
  start.difference = difference();
  if (start.difference > 0) {
    --start.s;
    start.difference = difference();
  } else if (-start.difference > static_cast<std::int64_t>(2 * start.s)) {
    ++start.s;
    start.difference = difference();
  }
  return start;
}

/// U = 2 sqrt N + 2 + sqrt(1 + 4 sqrt N) of the post, which is above the minimum: the least p >= 2 sqrt N has
/// D < (2 sqrt N + 1)^2 - 4N = 1 + 4 sqrt N and q < sqrt D + 2, hence p + c < p + sqrt D + 1 < U. Rounded up.
inline double sum_bound(std::uint64_t n) {
  const double root = std::sqrt(static_cast<double>(n));
  return (2 * root + 2 + std::sqrt(1 + 4 * root)) * (1 + 0x1p-50);
}

/// The answer of the candidate p = s + k with its c. D + 4c = q^2 < 2^53 for every k of a scan, so its root is exact;
/// k = 0 has q = s mod 2.
inline Minimum minimum_at(const Start& start, std::uint64_t k, std::uint64_t c, std::uint64_t iterations) {
  const std::uint64_t p = start.s + k;
  const auto q = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(start.discriminant(k) + 4 * c)));
  return {.sum = p + c, .a = (p - q) / 2, .b = (p + q) / 2, .c = c, .iterations = iterations};
}

/// The answer for N <= 5.
inline Minimum trivial_minimum(Natural n) { return {.sum = n, .a = 0, .b = 0, .c = n, .iterations = 1}; }

}  // namespace tandem::ab_plus_c
