#include "benchmarks/suite/lookup_table.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>

namespace tandem::suite {

LookupTable make_lookup_table(std::byte* memory, std::size_t bytes) {
  using Line = LookupTable::Line;
  constexpr std::size_t most_lines = std::size_t{1} << 26;  // 4 GiB: more than any cache, and 31 bits number its words
  const std::size_t count = std::min(std::bit_floor(bytes / sizeof(Line)), most_lines);
  if (count < 64) throw std::invalid_argument("A table for look-ups needs at least 64 lines.");
  Line* lines = reinterpret_cast<Line*>(memory);
  // i -> a i + c goes through all numbers below a power of two before it repeats itself, where c is odd and a - 1 is a
  // multiple of 4 (Hull and Dobell, "Random number generators", 1962).
  for (std::size_t i = 0; i < count; ++i) lines[i] = {.next = lines + (i * 1664525 + 1013904223) % count, .words = {}};
  return {.lines = lines, .count = count, .at = lines};
}

double dependent_lookups(LookupTable& table, std::size_t steps) {
  constexpr int per_step = 16;
  for (std::size_t step = 0; step < steps; ++step) {
    for (int i = 0; i < per_step; ++i) table.at = table.at->next;
  }
  return static_cast<double>(steps * per_step);
}

namespace {

/// A random number serves eight look-ups, `distance` lines from each other, which the compiler writes into the loads:
/// address arithmetic would take longer than the first cache. Each is at another place in its line, since places in a
/// line lie in different banks of a cache, and one bank alone would serve fewer look-ups than all of them.
template <std::size_t distance>
double eight_at_once(LookupTable& table, std::size_t steps) {
  constexpr std::size_t streams = 4;
  const int shift = 64 - std::countr_zero(table.count / 2);
  std::array<std::uint64_t, streams> random{};
  for (std::size_t i = 0; i < streams; ++i) random[i] = table.random + i;
  std::array<std::uint32_t, streams> sums{};
  for (std::size_t step = 0; step < steps; ++step) {
    for (std::size_t stream = 0; stream < streams; ++stream) {
      std::uint64_t& x = random[stream];
      x = x * 6364136223846793005U + 1442695040888963407U;
      const LookupTable::Line* line = table.lines + (x >> shift);
      for (std::size_t i = 0; i < 8; ++i) sums[stream] ^= line[i * distance].words[std::min<std::size_t>(2 * i, 13)];
    }
  }
  table.random = random[0];
  for (const std::uint32_t sum : sums) asm volatile("" : : "r"(sum));
  return static_cast<double>(steps * streams * 8);
}

}  // namespace

double independent_lookups(LookupTable& table, std::size_t steps) {
  // Where there is room they lie in different pages: the next lines of a page are often fetched beforehand.
  return table.count < 2048 ? eight_at_once<4>(table, steps) : eight_at_once<67>(table, steps);
}

}  // namespace tandem::suite
