// The minimum of a + b + c over naturals a, b, c with N = ab + c.
//
// Source: kexue.fm 9775 (2023-09-20), "The minimum of a+b+c subject to N = ab + c".
//
// Naturals include 0. Writing p = a + b, every solution has a + b + c = p + c, and the canonical answer is the one
// with the smallest p among the minimisers, a <= b; p and c determine a and b, so it is unique.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tandem::ab_plus_c {

/// A natural number below 2^126 (so that 4N fits in 128 bits).
__extension__ using Natural = unsigned __int128;

/// The first number that is refused.
inline constexpr Natural natural_end = Natural{1} << 126;

/// The canonical minimum for one N: sum = a + b + c, N = ab + c, a <= b.
struct Minimum {
  Natural sum = 0;
  Natural a = 0;
  Natural b = 0;
  Natural c = 0;
  std::uint64_t iterations = 0;  ///< candidates tried; depends on the algorithm and is no part of agreement
};

/// The numbers low, low + 1, ..., high - 1.
struct Range {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};

/// Sum and maximum of S(N) = min a + b + c over a range; both 0 where it is empty.
struct RangeTotal {
  Natural sum = 0;
  std::uint64_t maximum = 0;
};

/// The definition: every a from 0 to floor(sqrt N), with the best b for that a, b = floor(N / a).
/// For a fixed a >= 2 the sum N - ab + a + b falls as b grows, so the largest b is the best; a = 0 gives S = N, and
/// a = 1 never beats it. O(sqrt N) divisions. Throws std::invalid_argument for N >= 2^126.
Minimum reference(Natural n);

/// S(N) for every N of the range, one after the other by `reference`. `sums` holds high - low values.
/// Throws std::invalid_argument if low > high or `sums` has another size.
void reference_range(Range range, std::span<std::uint64_t> sums);

/// Sum and maximum of S over the range, one N after the other by `reference`.
/// Throws std::invalid_argument if low > high.
RangeTotal reference_range_total(Range range);

/// Refuses a reversed range: throws std::invalid_argument naming both ends.
void require_ordered(Range range);

/// Reads a decimal number below 2^126: digits alone, no sign, no space.
/// Throws std::invalid_argument with one sentence that quotes the text otherwise.
Natural parse_natural(std::string_view text);

/// The decimal digits of n.
std::string to_string(Natural n);

}  // namespace tandem::ab_plus_c
