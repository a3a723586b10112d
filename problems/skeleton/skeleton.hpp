// Seeded problems of the skeleton method. Benchmarks, claims, tests and `tandem solve` take theirs from this room, so
// that a seed means the same to all of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impl/support/random.hpp"
#include "reference/skeleton/skeleton.hpp"

namespace tandem::skeleton {

/// n numbers in [low, 1). Counter-based random numbers make them the same on every machine.
inline Problem random_problem(std::size_t count, std::uint64_t seed, double low = -1) {
  Problem problem;
  const auto uniform = [seed, low](std::uint64_t item, std::uint64_t step) {
    return static_cast<float>(low + (1 - low) * random_uniform(seed, item, step));
  };
  problem.alpha = uniform(0, 2);
  problem.x.resize(count);
  problem.y.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    problem.x[i] = uniform(i, 0);
    problem.y[i] = uniform(i, 1);
  }
  return problem;
}

}  // namespace tandem::skeleton
