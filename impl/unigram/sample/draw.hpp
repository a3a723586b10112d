// The numbers that decide draws: 52 bits for every sample and position, from Philox4x32-10.
//
// The first 16 of them, the head, settle all but one draw of some ten thousands, so that a call of Philox serves eight
// positions: they are the half-words, lowest first, of the counter (position / 8, sample, 0). Only where the head
// leaves a draw open the others are asked for, which are the highest 36 of the first two words of the counter
// (position, sample, 2^32 - 1). The key is the seed.
//
// The law is that of all 52 bits: a head decides only what every tail would decide alike. (16 bits alone would be off
// by up to 2^-17 in the probability of every candidate.) Thresholds are rounded downwards by 2^-33 heads at most, so
// that a draw is decided otherwise than by all bits with a probability of at most 2^-49, about as the sums themselves
// are rounded.
#pragma once

#include <Random123/philox.h>

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {

constexpr std::size_t positions_per_block = 8;
constexpr std::uint32_t head_stream = 0;
constexpr std::uint32_t tail_stream = 0xFFFFFFFF;

inline r123::Philox4x32::ctr_type draw_block(std::uint64_t seed, std::uint64_t counter, std::uint32_t sample,
                                             std::uint32_t stream) {
  const r123::Philox4x32::key_type key = {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  return r123::Philox4x32()(
      {{static_cast<std::uint32_t>(counter), static_cast<std::uint32_t>(counter >> 32), sample, stream}}, key);
}

/// The heads of the positions from 0 to count - 1, in the buffer.
const std::uint16_t* draw_heads(const Seed& seed, std::size_t count, std::vector<std::uint16_t>& buffer);

/// 2^16 less two roundings or more.
constexpr double all_heads = 0x1p16 - 0x1p-34;

/// Where heads stand to a candidate, of which `sum` of all weights are its own and of those before it, and scale is
/// all_heads / all: heads above the threshold have passed it, those below have not, and the same one leaves it open.
/// The last candidate's is 2^16 - 1, which none passes.
inline std::uint16_t threshold(double sum, double scale) {
  return static_cast<std::uint16_t>(static_cast<int>(sum * scale));
}

/// The thresholds of a position's first four candidates.
using Thresholds = std::array<std::uint16_t, 4>;

/// The sums that the thresholds of some positions come from: of the first one, two, three, four and of all weights.
struct PartialSums {
  static constexpr std::size_t most = 256;
  static constexpr std::size_t more = 7;  ///< positions that a vector of eight may add
  using Sums = std::array<double, most>;
  alignas(64) Sums first{}, two{}, three{}, four{}, all{};
};

/// The thresholds of `count` positions, and of up to `more` behind them.
void compute_thresholds(const PartialSums& sums, std::size_t count, Thresholds* thresholds);

}  // namespace tandem::unigram
