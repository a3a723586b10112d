// What the tests of ab_plus_c share: random and awkward N, and answers as text.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/support/random.hpp"
#include "tests/support/full_speed.hpp"

namespace tandem::ab_plus_c {

inline void PrintTo(const Minimum& minimum, std::ostream* out) {
  *out << to_string(minimum.sum) << " = " << to_string(minimum.a) << " + " << to_string(minimum.b) << " + "
       << to_string(minimum.c);
}

// Random comparisons are fewer where nothing is optimised, or every access is checked.
inline constexpr int scale = test::full_speed ? 1 : 20;

inline constexpr std::uint64_t max64 = std::numeric_limits<std::uint64_t>::max();

// Calls the body with every SIMD target that this machine has, one pinned after the other.
inline void for_each_target(const std::function<void()>& body) {
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const testing::ScopedTrace trace(__FILE__, __LINE__, target.name);
    const suite::PinnedSimdTarget pinned(target.id);
    body();
  }
}

inline bool same(const Minimum& left, const Minimum& right) {
  return left.sum == right.sum && left.a == right.a && left.b == right.b && left.c == right.c;
}

// A random N of exactly that many bits.
inline Natural random_natural(int bits, std::uint64_t item) {
  const Natural word = Natural{random_bits(20230920, item, 1)} << 64 | random_bits(20230920, item, 2);
  return (word >> (128 - bits)) | Natural{1} << (bits - 1);
}

// Where roots and words are about to overflow or to round up.
inline std::vector<std::uint64_t> edge_numbers() {
  std::vector<std::uint64_t> edges;
  for (std::uint64_t n = 0; n <= 5; ++n) edges.push_back(n);
  for (const int bits : {52, 53, 62, 63}) {
    for (std::uint64_t distance = 0; distance <= 59; ++distance) {
      edges.push_back((std::uint64_t{1} << bits) - distance);
      edges.push_back((std::uint64_t{1} << bits) + distance);
    }
  }
  for (std::uint64_t distance = 0; distance <= 59; ++distance) edges.push_back(max64 - distance);
  for (const std::uint64_t m : {3ull, 4ull, 1000ull, 65535ull, 65536ull, 94906265ull, 94906266ull, 2147483647ull,
                                2147483648ull, 3037000499ull, 4294967294ull, 4294967295ull}) {
    for (const std::uint64_t n : {m * m - 1, m * m, m * m + 1, m * (m + 1) - 1, m * (m + 1), m * (m + 1) + 1}) {
      edges.push_back(n);
    }
  }
  return edges;
}

}  // namespace tandem::ab_plus_c
