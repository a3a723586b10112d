// Seeded N and ranges of N for the methods of ab_plus_c, and N at the edges of what arithmetic takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "impl/support/random.hpp"
#include "reference/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {

/// A random number of exactly `bits` bits (0: the number 0), keyed by (seed, item).
inline Natural random_natural(int bits, std::uint64_t seed, std::uint64_t item) {
  if (bits == 0) return 0;
  const Natural random = Natural{random_bits(seed, item, 1)} << 64 | random_bits(seed, item, 0);
  const Natural top = Natural{1} << (bits - 1);
  return top | (random & (top - 1));
}

/// The same where 64 bits are enough.
inline std::uint64_t random_word(int bits, std::uint64_t seed, std::uint64_t item) {
  return static_cast<std::uint64_t>(random_natural(bits, seed, item));
}

/// `count` of them.
template <class Number>
std::vector<Number> random_numbers(int bits, std::size_t count, std::uint64_t seed) {
  std::vector<Number> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<Number>(random_natural(bits, seed, i));
  return numbers;
}

/// Of 0 to 24 bits in turn, as the reference can afford them.
template <class Number>
std::vector<Number> small_numbers(std::size_t count, std::uint64_t seed) {
  std::vector<Number> numbers(count);
  for (std::size_t i = 0; i < count; ++i) {
    numbers[i] = static_cast<Number>(random_natural(static_cast<int>(i % 25), seed, i));
  }
  return numbers;
}

/// A range of `count` numbers that begins at a random place just above `low`, so that two seeds differ.
inline Range random_range(std::uint64_t low, std::uint64_t count, std::uint64_t seed) {
  const std::uint64_t first = low + random_bits(seed, low) % 1024;
  return {.low = first, .high = first + count};
}

/// Where roots and words are about to overflow or to round up.
inline std::vector<std::uint64_t> edge_numbers() {
  std::vector<std::uint64_t> edges;
  for (std::uint64_t n = 0; n <= 5; ++n) edges.push_back(n);
  for (const int bits : {52, 53, 62, 63}) {
    for (std::uint64_t distance = 0; distance <= 59; ++distance) {
      edges.push_back((std::uint64_t{1} << bits) - distance);
      edges.push_back((std::uint64_t{1} << bits) + distance);
    }
  }
  for (std::uint64_t distance = 0; distance <= 59; ++distance) {
    edges.push_back(std::numeric_limits<std::uint64_t>::max() - distance);
  }
  for (const std::uint64_t m : {3ull, 4ull, 1000ull, 65535ull, 65536ull, 94906265ull, 94906266ull, 2147483647ull,
                                2147483648ull, 3037000499ull, 4294967294ull, 4294967295ull}) {
    for (const std::uint64_t n : {m * m - 1, m * m, m * m + 1, m * (m + 1) - 1, m * (m + 1), m * (m + 1) + 1}) {
      edges.push_back(n);
    }
  }
  return edges;
}

}  // namespace tandem::ab_plus_c
