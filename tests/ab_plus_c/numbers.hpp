// What the tests of ab_plus_c share: random N, every SIMD target, and answers as text.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <ostream>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "problems/ab_plus_c/ab_plus_c.hpp"
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

// A random N of exactly that many bits, of one seed for all tests.
inline Natural test_natural(int bits, std::uint64_t item) { return random_natural(bits, 20230920, item); }

}  // namespace tandem::ab_plus_c
