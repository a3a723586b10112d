// The tokens of 32 samples on their way to where they belong.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace tandem::unigram {

// A mask has a bit for each of 32 samples, its slot. The heads of samples i, i + 8, i + 16 and i + 24 come from the
// same lane of four vectors, so that they have slots beside each other.
inline constexpr std::size_t slots = 32;
constexpr std::size_t slot_of(std::size_t sample) { return sample % 8 * 4 + sample / 8; }
constexpr std::uint32_t sample_of(std::uint32_t slot) { return slot % 4 * 8 + slot / 4; }

/// Tokens of some positions, by slot: a part each, which is filled from its end. The first cache line of a part is room
/// for what is written in vain, and keeps parts from meeting in the same set of a cache.
struct Stage {
  static constexpr std::size_t positions = 8192;  // of a block, as a rule
  static constexpr std::size_t stride = positions + 16;
  std::array<std::uint32_t, slots * stride> tokens;
  alignas(64) std::array<std::uint32_t, slots> next;  ///< where each slot's next token goes
  std::array<std::uintptr_t, slots> ends{};           ///< the addresses where each slot's tokens belong

  static std::size_t last(std::size_t slot) { return slot * stride + stride - 1; }
  void clear() {
    for (std::size_t slot = 0; std::uint32_t & place : next) place = static_cast<std::uint32_t>(last(slot++));
  }
};

alignas(64) inline constexpr auto bit_of_slot = [] {
  std::array<std::uint32_t, slots> bits{};
  for (std::size_t slot = 0; slot < slots; ++slot) bits[slot] = 1U << slot;
  return bits;
}();

/// For each set of the four tokens of a vector: the shuffle that moves those to the back, the first one last.
alignas(16) inline constexpr auto to_the_back = [] {
  std::array<std::uint8_t, 16 * 16> shuffles{};
  for (std::size_t set = 0; set < 16; ++set) {
    std::size_t end = 16 * (set + 1);
    for (std::size_t i = 0; i < 4; ++i) {
      if ((set >> i & 1) == 0) continue;
      end -= 4;
      for (std::size_t byte = 0; byte < 4; ++byte) shuffles[end + byte] = static_cast<std::uint8_t>(4 * i + byte);
    }
  }
  return shuffles;
}();

}  // namespace tandem::unigram
