// A candidate as one double, so that a vector minimum keeps the smallest sum and, among equal sums, the smallest p.
//
// key = (k + c) 2^18 + k. On 64-bit numbers k < 2^18 and k + c < 2^34 (c is largest at k = 0, where 4c <= 2s + 1), so a
// key is an integer below 2^52: every key and every difference q^2 - D on the way to it is exact, with or without FMA.
#pragma once

#include <cstdint>

namespace tandem::ab_plus_c {

inline constexpr double key_scale = 0x1p18;

/// The key of the candidate with these k and c; also its slope: linear in both.
constexpr double key_of(std::uint64_t k, std::uint64_t c) {
  return static_cast<double>(k + c) * key_scale + static_cast<double>(k);
}

/// The least key of a sum k + c that exceeds `sum`: a best below it says that the scan may stop before k = sum.
constexpr double first_key_above(std::uint64_t sum) { return static_cast<double>(sum + 1) * key_scale; }

constexpr std::uint64_t k_of(double key) { return static_cast<std::uint64_t>(key) % (std::uint64_t{1} << 18); }

constexpr std::uint64_t c_of(double key) { return (static_cast<std::uint64_t>(key) >> 18) - k_of(key); }

}  // namespace tandem::ab_plus_c
