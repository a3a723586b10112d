// What the kernel and the driver of the scalar warm start (scalar_simd.cpp) share.
#pragma once

#include <cstddef>

namespace tandem::rnn {

/// The kernel's steps between two changes of layout.
inline constexpr std::size_t scalar_tile_steps = 8;

/// Consecutive steps of the sequence, as many chunks as the kernel has lanes.
struct ScalarBlock {
  std::size_t first;    ///< its first step
  std::size_t chunk;    ///< steps of one lane, a multiple of scalar_tile_steps
  std::size_t warm_up;  ///< steps from x = 0 before each chunk, a multiple of scalar_tile_steps
  std::size_t next;     ///< the block that this core will run next, to be fetched meanwhile
  bool prefetches;      ///< whether there is one
};

}  // namespace tandem::rnn
