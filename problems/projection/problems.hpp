// Seeded projections: used by benchmarks, claims and tests.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impl/support/random.hpp"
#include "reference/projection/projection.hpp"

namespace tandem::projection {

/// The random numbers of a projection of `width` into `dimensions`, without vectors.
inline Problem random_projection(Kind kind, std::size_t width, std::size_t dimensions, std::uint64_t seed) {
  Problem problem{.kind = kind,
                  .count = 0,
                  .width = width,
                  .dimensions = dimensions,
                  .vectors = {},
                  .matrix = {},
                  .signs = {},
                  .rows = {}};
  const std::size_t entries = width * dimensions;
  if (kind == Kind::gaussian) {
    for (std::size_t i = 0; i < entries; ++i) problem.matrix.push_back(static_cast<float>(random_normal(seed, i, 20)));
  } else if (kind == Kind::sparse) {
    for (std::size_t i = 0; i < entries; ++i) {
      const auto draw = random_bits(seed, i, 21) % 6;
      problem.signs.push_back(static_cast<std::int8_t>(draw == 0 ? -1 : (draw == 1 ? 1 : 0)));
    }
  } else {
    for (std::size_t i = 0; i < width; ++i) {
      problem.signs.push_back(static_cast<std::int8_t>(random_bits(seed, i, 22) % 2 == 0 ? -1 : 1));
    }
    for (std::size_t k = 0; k < dimensions; ++k) {
      problem.rows.push_back(static_cast<std::uint32_t>(random_bits(seed, k, 23) % padded(width)));
    }
  }
  return problem;
}

/// The same with `count` vectors of independent normal numbers.
inline Problem random_problem(Kind kind, std::size_t count, std::size_t width, std::size_t dimensions,
                              std::uint64_t seed) {
  Problem problem = random_projection(kind, width, dimensions, seed);
  problem.count = count;
  for (std::size_t i = 0; i < count * width; ++i) {
    problem.vectors.push_back(static_cast<float>(random_normal(seed, i, 24)));
  }
  return problem;
}

}  // namespace tandem::projection
