// The order of lanes that brings those of a mask of eight to the front.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tandem::nbce {

inline constexpr auto compress_table = [] {
  std::array<std::array<std::uint8_t, 8>, 256> table{};
  for (std::size_t mask = 0; mask < table.size(); ++mask) {
    std::size_t front = 0;
    for (std::uint8_t lane = 0; lane < 8; ++lane) {
      if ((mask >> lane & 1) != 0) table[mask][front++] = lane;
    }
  }
  return table;
}();

}  // namespace tandem::nbce
