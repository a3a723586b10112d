// What the batch variants share: the check of the answer's size and the loop over chunks under any scheduler.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::ab_plus_c {

/// Where the answers of a chunk go: one entry of each array per number.
struct BatchSlice {
  std::uint64_t* sum;
  std::uint64_t* a;
  std::uint64_t* b;
  std::uint64_t* c;

  void store(std::size_t i, const Minimum& minimum) const {
    sum[i] = static_cast<std::uint64_t>(minimum.sum);
    a[i] = static_cast<std::uint64_t>(minimum.a);
    b[i] = static_cast<std::uint64_t>(minimum.b);
    c[i] = static_cast<std::uint64_t>(minimum.c);
  }
};

/// Solves `count` numbers and returns the number of candidates tried.
using ChunkSolver = std::uint64_t (*)(const std::uint64_t* numbers, std::size_t count, BatchSlice slice);

/// Numbers that the kernel with one N per lane takes at once: its arrays fit in the first-level cache.
inline constexpr std::size_t across_n_block = 512;

/// For every set of (up to 8) lanes: the lanes of the set in order, then the others, four bits each from the lowest up.
inline constexpr std::array<std::uint64_t, 256> lanes_to_front = [] {
  std::array<std::uint64_t, 256> orders{};
  for (unsigned set = 0; set < 256; ++set) {
    unsigned place = 0;
    for (const bool wanted : {true, false}) {
      for (unsigned lane = 0; lane < 8; ++lane) {
        if (((set >> lane & 1) != 0) == wanted) orders[set] |= std::uint64_t{lane} << (4 * place++);
      }
    }
  }
  return orders;
}();

/// Throws std::invalid_argument unless the answer was resized for this batch.
void require_size(const Batch& batch, const BatchAnswer& answer);

/// Runs the solver over the batch in chunks of `grain` numbers.
inline void solve_in_chunks(ChunkSolver solve, std::size_t grain, const Batch& batch, BatchAnswer& answer,
                            const Execution& execution) {
  require_size(batch, answer);
  std::atomic<std::uint64_t> iterations = 0;
  for_each_chunk(execution, batch.size(), grain, [&](std::size_t begin, std::size_t end) {
    const BatchSlice slice{answer.sum.data() + begin, answer.a.data() + begin, answer.b.data() + begin,
                           answer.c.data() + begin};
    iterations.fetch_add(solve(batch.data() + begin, end - begin, slice), std::memory_order_relaxed);
  });
  answer.iterations = iterations;
}

}  // namespace tandem::ab_plus_c
