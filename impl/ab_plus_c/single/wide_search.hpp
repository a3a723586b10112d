// The early stop beyond 64 bits: exact candidates in 64-bit words, and the search in blocks under any scheduler.
//
// Notation of pq_start.hpp. Below 2^126, s < 2^64, and the bound U = 2 sqrt N + 2 + sqrt(1 + 4 sqrt N) of the sum keeps
// k below 2^33, D below 2^98 and q below 2^50. So q is exact as double and as word, and as q^2 - D is below 4q + 4 for
// the best q, arithmetic modulo 2^64 gives it exactly.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <limits>
#include <mutex>
#include <stdexcept>

#include "impl/ab_plus_c/kernels/pq_start.hpp"
#include "impl/support/parallel.hpp"
#include "reference/ab_plus_c/ab_plus_c.hpp"

namespace tandem::ab_plus_c {

__extension__ using Difference = __int128;

/// s = floor(2 sqrt N) and the (never positive) difference s^2 - 4N.
struct WideStart {
  std::uint64_t s;
  Difference difference;

  /// D = p^2 - 4N at p = s + k, k < 2^34.
  Natural discriminant(std::uint64_t k) const {
    return static_cast<Natural>(difference) + 2 * (Natural{s} * k) + Natural{k} * k;
  }
};

/// One candidate: the sum is s + sum.
struct WideBest {
  std::uint64_t sum = 0;  ///< k + c
  std::uint64_t k = 0;
};

/// A number below 2^126 as double, to within 2^-52 of its value.
inline double real(Natural x) {
  constexpr unsigned low_bits = 63;
  const auto low = static_cast<std::int64_t>(x & ((Natural{1} << low_bits) - 1));
  return static_cast<double>(static_cast<std::int64_t>(x >> low_bits)) * 0x1p63 + static_cast<double>(low);
}

/// Throws std::invalid_argument for N >= 2^126. The double estimate of s is off by less than 2^13; one step of Newton's
/// method leaves an error of at most one, and the rest of a square of that size is exact.
inline WideStart wide_start_of(const Natural& n) {
  if (n >= natural_end) throw std::invalid_argument("N must be below 2^126");
  constexpr double largest = 0x1.fffffffffffffp63;
  WideStart start{.s = static_cast<std::uint64_t>(std::min(2 * std::sqrt(real(n)), largest)), .difference = 0};
  const auto difference = [&] { return static_cast<Difference>(Natural{start.s} * start.s - 4 * n); };
  if (start.s > 0) {
    const double step = static_cast<double>(difference()) / (2 * static_cast<double>(start.s));
    const Difference moved = static_cast<Difference>(start.s) - static_cast<std::int64_t>(std::floor(step));
    start.s = static_cast<std::uint64_t>(std::min<Difference>(moved, std::numeric_limits<std::uint64_t>::max()));
  }
  while (difference() > 0) --start.s;
  while (-difference() > static_cast<Difference>(2 * Natural{start.s})) ++start.s;
  start.difference = difference();
  return start;
}

/// The least q >= sqrt D of the parity of p = s + k, k >= 1, and 4c = q^2 - D.
///
/// The double root is off by less than 1/4. Its integer part, moved up to the parity of p, lies in (root - 1, root + 1]
/// and the right q in [sqrt D, sqrt D + 2): they differ by 0 or 2, and q^2 < D says which.
struct WideCandidate {
  std::uint64_t q;
  std::uint64_t four_c;
};

inline WideCandidate wide_candidate(const WideStart& start, std::uint64_t k) {
  const Natural d = start.discriminant(k);
  auto q = static_cast<std::int64_t>(std::sqrt(real(d)));
  q += (q ^ static_cast<std::int64_t>(start.s + k)) & 1;
  const auto word = static_cast<std::uint64_t>(q);
  auto four_c = static_cast<std::int64_t>(word * word - static_cast<std::uint64_t>(d));
  const std::int64_t missing = four_c >> 63;  // all ones or zero: a branch here would be mispredicted half of the time
  four_c += missing & (4 * q + 4);
  q += missing & 2;
  return {static_cast<std::uint64_t>(q), static_cast<std::uint64_t>(four_c)};
}

/// Tries k = begin, begin + 1, ... below `end` as long as they are below the best sum, and returns how many. `best` is
/// the best of this thread; a sum is of interest if it is not above `bound`, the best of all threads, which the block
/// lowers.
using BlockScan = std::uint64_t (*)(const WideStart& start, std::uint64_t begin, std::uint64_t end,
                                    std::atomic<std::uint64_t>& bound, WideBest& best);

/// Takes a candidate into account: of equal sums the one with the smallest k.
inline void offer(const WideStart& start, std::uint64_t k, std::atomic<std::uint64_t>& bound, WideBest& best) {
  const std::uint64_t sum = k + wide_candidate(start, k).four_c / 4;
  if (sum < best.sum || (sum == best.sum && k < best.k)) best = {.sum = sum, .k = k};
  std::uint64_t seen = bound.load(std::memory_order_relaxed);
  while (sum < seen && !bound.compare_exchange_weak(seen, sum, std::memory_order_relaxed)) {
  }
}

/// What a search knows so far.
struct WideSearch {
  WideBest best;
  std::uint64_t iterations;
};

/// Of two bests the one that counts: by sum, then k, so that the answer does not depend on who found what first.
inline void merge(const WideBest& other, WideBest& best) {
  if (other.sum < best.sum || (other.sum == best.sum && other.k < best.k)) best = other;
}

inline constexpr std::uint64_t wide_block = 1 << 14;

/// Block after block of k until the blocks start beyond the best sum.
inline WideSearch search_alone(BlockScan scan, const WideStart& start, const WideBest& first) {
  WideSearch search{.best = first, .iterations = 1};
  std::atomic<std::uint64_t> bound = first.sum;
  for (std::uint64_t begin = 1; begin < bound; begin += wide_block) {
    search.iterations += scan(start, begin, begin + wide_block, bound, search.best);
  }
  return search;
}

/// The same, each worker taking the next block.
inline WideSearch search_together(BlockScan scan, const WideStart& start, const WideBest& first,
                                  const Execution& execution) {
  WideSearch search{.best = first, .iterations = 1};
  std::atomic<std::uint64_t> bound = first.sum;
  std::atomic<std::uint64_t> next = 1;
  std::mutex merging;
  for_each_chunk(execution, static_cast<std::size_t>(execution.team()), 1, [&](std::size_t, std::size_t) {
    WideBest mine = first;
    std::uint64_t tried = 0;
    for (std::uint64_t begin = next.fetch_add(wide_block); begin < bound; begin = next.fetch_add(wide_block)) {
      tried += scan(start, begin, begin + wide_block, bound, mine);
    }
    const std::lock_guard lock(merging);
    search.iterations += tried;
    merge(mine, search.best);
  });
  return search;
}

inline Minimum search_wide(BlockScan scan, const Natural& n, const Execution& execution) {
  const WideStart start = wide_start_of(n);
  if (n <= largest_trivial) return trivial_minimum(n);
  // A thread costs some microseconds to start: as much as a search below this size.
  constexpr Natural worth_threads = Natural{1} << 90;
  const WideBest first{.sum = static_cast<std::uint64_t>((static_cast<Difference>(start.s & 1) - start.difference) / 4),
                       .k = 0};
  const bool alone = n < worth_threads || execution.team() == 1;
  const auto [best, iterations] =
      alone ? search_alone(scan, start, first) : search_together(scan, start, first, execution);

  const Natural p = Natural{start.s} + best.k;
  const std::uint64_t q = best.k == 0 ? start.s & 1 : wide_candidate(start, best.k).q;
  return {.sum = Natural{start.s} + best.sum,
          .a = (p - q) / 2,
          .b = (p + q) / 2,
          .c = best.sum - best.k,
          .iterations = iterations};
}

}  // namespace tandem::ab_plus_c
