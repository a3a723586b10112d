// What the claims about the minimum of a + b + c with N = ab + c share.
#pragma once

#include <cstdint>
#include <vector>

#include "claims/suite/claim.hpp"
#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "problems/ab_plus_c/ab_plus_c.hpp"

namespace tandem::claims {

inline const char* const post_9775 = "kexue.fm 9775";

/// A random N of so many bits, with a seed of its own for every number of bits.
inline std::uint64_t random_number(int bits, std::uint64_t item) {
  return ab_plus_c::random_word(bits, static_cast<std::uint64_t>(bits), item);
}

inline ab_plus_c::Minimum minimum(ab_plus_c::Natural n) {
  ab_plus_c::Minimum answer;
  if (n >> 64 == 0) {
    pq_early_stop(n, answer, {});
  } else {
    pq_early_stop_wide(n, answer, {});
  }
  return answer;
}

/// S(N) for N = 0, ..., count - 1 by the prefix minimum, which shares no code with the searches for one N.
inline std::vector<std::uint64_t> table(std::uint64_t count) {
  std::vector<std::uint64_t> sums(count);
  range_prefix_minimum(ab_plus_c::Range{.low = 0, .high = count}, sums, {});
  return sums;
}

/// The sum for a given a with the best b, the largest: floor(N / a).
inline std::uint64_t sum_with(std::uint64_t n, std::uint64_t a) { return a + n / a + n % a; }

}  // namespace tandem::claims
