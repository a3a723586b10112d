// Seeded inputs of attention: used by benchmarks, claims, tests and `solve`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "reference/attention/attention.hpp"

namespace tandem::attention {

/// `count` normal numbers of that standard deviation; `what` tells the draws of one seed apart.
std::vector<float> normal_numbers(std::size_t count, double deviation, std::uint64_t seed, std::uint64_t what);

/// Queries, keys and values with independent normal numbers. With deviation 1 scores have about unit variance.
Problem random_problem(const Shape& shape, std::uint64_t seed, double deviation = 1);

/// An answer of the problem's size.
Answer room_for(const Problem& problem);

/// About `count` queries and keys; the seed decides the rest: heads, width, mask, scale, rotation, biases, hidden keys.
Problem awkward_problem(std::size_t count, std::uint64_t seed);

/// Pairs of a query and a key that the mask lets it see, of all heads.
double pairs_of(const Problem& problem);

}  // namespace tandem::attention
