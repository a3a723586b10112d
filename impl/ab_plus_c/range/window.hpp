// The windows of a sweep over many N: which p are tried, and why no other can matter.
//
// A candidate is a pair a, b with p = a + b, q = b - a: it has m = ab = (p^2 - q^2) / 4, and gives every N >= m the sum
// p + (N - m). So S(N) = min(S(N - 1) + 1, least p of the candidates with m = N). In a window [low, low + count) a
// sweep tries p = s + k for first_k <= k < end_k, s = floor(2 sqrt low), and hands S(N - 1) + 1 on from window to
// window.
// - A smaller p has m < low: it is in what was handed on.
// - A larger p gives sums >= s + end_k. So where no sum that the sweep finds exceeds s + end_k, every sum is right: the
//   window's certificate. Otherwise the window is swept again with as many p as its largest sum asks for.
//
// Sums are kept relative to base = s - 1 in 16 bits. Every S(N) of the window is at least base: with c = N - m, p + c
// is at least 2 sqrt(N - c) + c, which is concave in c and therefore at least min(2 sqrt N, N) >= 2 sqrt N - 1.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>

#include "impl/ab_plus_c/kernels/pq_start.hpp"
#include "impl/support/execution.hpp"
#include "reference/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {

/// The relative sum of a number that no candidate has reached; half the range of int16_t, so that two sums add up in
/// it.
inline constexpr std::int16_t unreached = 16383;

/// The p of a window end here at the latest, whatever the certificate asks for: relative sums stay below `unreached`
/// even where the last p are filled up to whole vectors.
inline constexpr std::int32_t largest_end_k = unreached - 256;

/// How far above 2 sqrt N the first sweep of a window looks. For one N an excess beyond 7 N^{1/6} has a probability
/// near exp(-2/3 7^{3/2}) = 4e-6; one window in fifty or fewer is swept twice, and the p cost as their square root.
inline std::int32_t expected_reach(std::uint64_t n) {
  return static_cast<std::int32_t>(7 * std::cbrt(std::sqrt(static_cast<double>(n)))) + 4;
}

/// What the certificate and the next window need of a swept window, as relative sums.
struct Swept {
  std::int32_t largest = 0;
  std::int32_t last = 0;  ///< of the window's last number
};

struct Window {
  Window(std::uint64_t first, std::uint32_t numbers)
      : low(first), count(static_cast<std::int32_t>(numbers)), start(start_of(first)), first_k(start.difference < 0) {
    const std::uint64_t last = first + (numbers - 1);
    const auto span = static_cast<std::int32_t>(start_of(last).s - start.s);
    end_k = std::min(span + expected_reach(last), largest_end_k);
  }

  /// What relative sums are relative to; wraps around to -1 at low = 0.
  std::uint64_t base() const { return start.s - 1; }

  /// S(low - 1) + 1 as a relative sum, for the number at offset 0.
  std::int16_t relative(std::uint64_t sum) const {
    return static_cast<std::int16_t>(std::min<std::uint64_t>(sum - base(), unreached));
  }

  /// The certificate: no p that was not tried gives less than the largest sum found.
  bool certifies(const Swept& swept) const { return swept.largest <= end_k + 1; }

  /// As many p as the sums found ask for.
  void reach_for(const Swept& swept) { end_k = std::min(swept.largest - 1, largest_end_k); }

  std::uint64_t low;
  std::int32_t count;
  Start start;
  std::int32_t first_k;  ///< the least k with p^2 >= 4 low
  std::int32_t end_k;
};

/// Calls `sweep(window)` with ever more p until the certificate holds, and returns its result: at most three times,
/// since more p never raise a sum. Nothing is returned where sums do not fit in 16 bits (an excess of 16,000 over 2
/// sqrt N, which on 64-bit numbers has a probability below 1e-9): the caller then takes one N after the other.
template <class Sweep>
auto certified(Window window, Sweep&& sweep) -> std::optional<decltype(sweep(window))> {
  while (true) {
    auto swept = sweep(window);
    if (window.certifies(swept)) return swept;
    if (window.end_k == largest_end_k) return std::nullopt;
    window.reach_for(swept);
  }
}

/// Numbers in a window of a range that is not empty: about two hundred times as many as a candidate reaches, so that a
/// window's p cost little beside its numbers, and at most `most` (a power of two), for the caches.
inline std::uint32_t window_numbers(const Range& range, std::uint32_t most) {
  const auto reach = static_cast<std::uint32_t>(expected_reach(range.high));
  return std::clamp(64 * std::bit_ceil(3 * reach), std::uint32_t{1} << 16, most);
}

/// Numbers in a block, what one thread takes at a time: eight blocks for each thread where the range is long enough,
/// and from 1 to 64 windows. A block knows nothing of the others, so the answer is the same whatever its length.
inline std::uint64_t block_numbers(const Range& range, std::uint32_t window, const Execution& execution) {
  const auto threads = static_cast<std::uint64_t>(execution.team());
  return window * std::clamp<std::uint64_t>((range.high - range.low) / window / (8 * threads), 1, 64);
}

/// The largest windows: of 64 columns, whose rows fit in 16 bits (with two bits to spare) and whose values in the
/// second-level cache; and of a sweep that also writes, and reads its values once more.
inline constexpr std::uint32_t largest_columns = std::uint32_t{1} << 19;
inline constexpr std::uint32_t largest_sweep = std::uint32_t{1} << 17;

/// The windows of a sweep from event to event: cells that hold one or two candidates each, as many as stay in the
/// second-level cache. Numbers in a cell of a range that is not empty: a power of two, at most 1024.
inline constexpr std::uint32_t cells_in_window = 4096;
inline std::uint32_t cell_numbers(const Range& range) {
  return std::bit_floor(static_cast<std::uint32_t>(std::max(expected_reach(range.high) / 8, 1)));
}

/// Walks a range window by window, at most `numbers` at a time. `sum_of(n)` is S(n) by other means, for the first
/// number alone; `sweep(window, first)` tries one set of p, `first` being the most that the window's first number can
/// have, as a relative sum; `accept(window, swept)` gets what the certificate lets through; `single(n, sum)` gets every
/// number of a window that is left to `sum_of`.
template <class SumOf, class Sweep, class Accept, class Single>
void walk_windows(const Range& range, std::uint32_t numbers, SumOf&& sum_of, Sweep&& sweep, Accept&& accept,
                  Single&& single) {
  std::uint64_t first = sum_of(range.low);
  for (std::uint64_t low = range.low; low < range.high;) {
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(numbers, range.high - low));
    const Window window(low, count);
    if (const auto swept =
            certified(window, [&](const Window& tried) { return sweep(tried, tried.relative(first)); })) {
      accept(window, *swept);
      first = window.base() + static_cast<std::uint64_t>(swept->last) + 1;
    } else {
      for (std::uint64_t n = low; n < low + count; ++n) {
        first = sum_of(n);
        single(n, first);
      }
      ++first;
    }
    low += count;
  }
}

/// Refuses a reversed range, and sums of another size, with the sentences of `reference_range`.
inline void require_sums(const Range& range, std::size_t sums) {
  require_ordered(range);
  if (sums != range.high - range.low) {
    throw std::invalid_argument("a range of " + std::to_string(range.high - range.low) +
                                " numbers needs as many sums, not " + std::to_string(sums));
  }
}

/// Refuses a range whose sums may not fit in T: throws std::invalid_argument.
template <class T>
void require_sums_fit(const Range& range) {
  if constexpr (sizeof(T) < sizeof(std::uint64_t)) {
    if (range.low < range.high && sum_bound(range.high - 1) >= 0x1p32) {
      throw std::invalid_argument("a range that ends at " + std::to_string(range.high) +
                                  " may have sums that do not fit in 32 bits");
    }
  }
}

}  // namespace tandem::ab_plus_c
