// Seeded inputs of attention: used by benchmarks, claims, tests and `solve`.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "impl/support/random.hpp"
#include "reference/attention/attention.hpp"

namespace tandem::attention {

/// `count` normal numbers of that standard deviation; `what` tells the draws of one seed apart.
inline std::vector<float> normal_numbers(std::size_t count, double deviation, std::uint64_t seed, std::uint64_t what) {
  std::vector<float> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(deviation * random_normal(seed, i, what));
  return numbers;
}

/// Queries, keys and values by numbers(count, what), `what` being 0, 1 and 2.
template <class Numbers>
Problem problem_of(const Shape& shape, const Numbers& numbers) {
  Problem problem;
  problem.shape = shape;
  problem.queries = numbers(shape.heads * shape.queries * shape.width, 0);
  problem.keys = numbers(shape.key_heads * shape.keys * shape.width, 1);
  problem.values = numbers(shape.key_heads * shape.keys * shape.width, 2);
  return problem;
}

/// Unit amplitude: queries, keys and values with independent numbers, uniform in [-1, 1).
inline Problem unit_problem(const Shape& shape, std::uint64_t seed) {
  return problem_of(shape, [&](std::size_t count, std::uint64_t what) {
    std::vector<float> numbers(count);
    for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<float>(2 * random_uniform(seed, i, what) - 1);
    return numbers;
  });
}

/// Queries, keys and values with independent normal numbers. With deviation 1 scores have about unit variance.
inline Problem random_problem(const Shape& shape, std::uint64_t seed, double deviation = 1) {
  return problem_of(shape, [&](std::size_t count, std::uint64_t what) {
    return normal_numbers(count, what == 2 ? 1 : deviation, seed, what);
  });
}

/// An answer of the problem's size.
inline Answer room_for(const Problem& problem) {
  const std::size_t rows = problem.shape.heads * problem.shape.queries;
  return {std::vector<float>(rows * problem.shape.width, std::nanf("")), std::vector<float>(rows, std::nanf(""))};
}

/// About `count` queries and keys, or few queries where the keys are thousands; the seed decides the rest: heads,
/// width, mask, scale, rotation, biases, hidden keys.
inline Problem awkward_problem(std::size_t count, std::uint64_t seed) {
  const auto pick = [&](std::uint64_t step, std::uint64_t choices) {
    return static_cast<std::size_t>(random_bits(seed, count, step) % choices);
  };
  Shape shape;
  shape.key_heads = 1 + pick(0, 2);
  shape.heads = shape.key_heads * (1 + pick(1, 3));
  shape.keys = count;
  shape.queries =
      count > 1000 ? 1 + pick(2, 6) : std::array{count, count, count, std::size_t{1}, count / 3, count + 5}[pick(2, 6)];
  shape.width = std::array<std::size_t, 8>{1, 2, 3, 8, 17, 32, 64, 80}[pick(3, 8)];
  Problem problem = random_problem(shape, seed);

  problem.mask.causal = pick(4, 3) > 0;
  if (problem.mask.causal && pick(5, 2) == 0) problem.mask.window = 1 + pick(6, 100);
  problem.scaling.policy = static_cast<Scale>(pick(7, 5));
  problem.scaling.per_row = pick(8, 2) == 0;

  Rotation& rotation = problem.rotation;
  if (pick(9, 2) == 0) {
    rotation.width = (pick(10, 2) == 0 ? shape.width : shape.width / 2) / 2 * 2;
    rotation.layout = static_cast<Layout>(pick(11, 2));
    rotation.first_position = 1000 * static_cast<double>(pick(12, 3));
    if (pick(13, 2) == 0) rotation.window = static_cast<double>(pick(14, 60));
    if (pick(15, 2) == 0) rotation.stretch = 4;
  }
  problem.relative.kind = static_cast<Relative>(pick(16, 2) * pick(17, 5));
  if (problem.relative.kind == Relative::sandwich) problem.relative = {Relative::sandwich, 0.1, 10000};
  if (problem.relative.kind == Relative::kerple_power) problem.relative.second = 0.5;

  if (pick(18, 2) == 0) problem.query_bias = normal_numbers(shape.heads * shape.width, 1, seed, 3);
  if (pick(19, 2) == 0) problem.key_bias = normal_numbers(shape.key_heads * shape.width, 1, seed, 4);
  if (pick(20, 3) == 0) {
    problem.addend = normal_numbers(shape.keys, 1, seed, 5);
    for (std::size_t j = 0; j < shape.keys; ++j) {
      if (random_bits(seed, j, 21) % 4 == 0) problem.addend[j] = -std::numeric_limits<float>::infinity();
    }
  }
  return problem;
}

/// Pairs of a query and a key that the mask lets it see, of all heads.
inline double pairs_of(const Problem& problem) {
  double pairs = 0;
  for (std::size_t query = 0; query < problem.shape.queries; ++query) {
    const Span span = visible(problem, query);
    pairs += static_cast<double>(span.last - span.first);
  }
  return pairs * static_cast<double>(problem.shape.heads);
}

}  // namespace tandem::attention
