// The numbers that decide a draw: 4x32 bits of Philox for (seed; position, sample / 2), half for each of two samples.
#pragma once

#include <Random123/philox.h>

#include <bit>
#include <cstdint>

#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {

inline r123::Philox4x32::ctr_type draw_block(std::uint64_t seed, std::uint64_t position, std::uint32_t pair) {
  const r123::Philox4x32::key_type key = {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const r123::Philox4x32::ctr_type counter = {
      {static_cast<std::uint32_t>(position), static_cast<std::uint32_t>(position >> 32), pair, 0}};
  return r123::Philox4x32()(counter, key);
}

/// [0, 1) from 64 bits, of which the highest 52 count.
inline double unit_interval(std::uint64_t bits) { return std::bit_cast<double>(bits >> 12 | 0x3FF0000000000000U) - 1; }

/// draw_uniform of the positions from 0 to count - 1.
void draw_uniforms(const Seed& seed, std::size_t count, double* numbers);

}  // namespace tandem::unigram
