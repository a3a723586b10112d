// Look-ups for the peaks: of places that nobody foresees, one after the other or all at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tandem::suite {

/// Lines of a cache that fill the memory that a level is measured with. Those who look something up go on where the
/// last call ended: what was read lately would be near.
struct LookupTable {
  struct alignas(64) Line {
    const Line* next;  ///< through all lines, in pseudo-random order
    std::array<std::uint32_t, 14> words;
  };

  const Line* lines = nullptr;
  std::size_t count = 0;  ///< a power of two, at least 64
  const Line* at = nullptr;
  std::uint64_t random = 1;
};

/// Fills the memory, up to a power of two of lines. Throws std::invalid_argument for less than 64 lines.
LookupTable make_lookup_table(std::byte* memory, std::size_t bytes);

/// Look-ups each of which waits for the one before, and look-ups none of which waits for another, one by one. Both
/// return their number.
double dependent_lookups(LookupTable& table, std::size_t steps);
double independent_lookups(LookupTable& table, std::size_t steps);

}  // namespace tandem::suite
