// Counter-based random numbers (Philox 4x32-10): a value depends on (seed, item, step) alone, never on the order or the
// thread in which it is drawn. Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#pragma once

#include <Random123/philox.h>

#include <cmath>
#include <cstdint>
#include <numbers>

namespace tandem {

/// 64 uniformly distributed bits for (seed, item, step).
inline std::uint64_t random_bits(std::uint64_t seed, std::uint64_t item, std::uint64_t step = 0) {
  const r123::Philox4x32::key_type key = {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)}};
  const r123::Philox4x32::ctr_type counter = {{static_cast<std::uint32_t>(item), static_cast<std::uint32_t>(item >> 32),
                                               static_cast<std::uint32_t>(step),
                                               static_cast<std::uint32_t>(step >> 32)}};
  const r123::Philox4x32::ctr_type block = r123::Philox4x32()(counter, key);
  return block[0] | static_cast<std::uint64_t>(block[1]) << 32;
}

/// Uniform in [0, 1), with 53 random bits.
inline double random_uniform(std::uint64_t seed, std::uint64_t item, std::uint64_t step = 0) {
  return static_cast<double>(random_bits(seed, item, step) >> 11) * 0x1p-53;
}

/// Standard normal (Box and Muller, 1958), from the uniforms of (seed, item, 2 step) and (seed, item, 2 step + 1).
inline double random_normal(std::uint64_t seed, std::uint64_t item, std::uint64_t step = 0) {
  const double radius = std::sqrt(-2 * std::log(1 - random_uniform(seed, item, 2 * step)));
  return radius * std::cos(2 * std::numbers::pi * random_uniform(seed, item, 2 * step + 1));
}

}  // namespace tandem
