// Random logits of language-model shape.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/support/random.hpp"
#include "reference/nbce/nbce.hpp"

namespace tandem::nbce {

/// How probability falls with rank: p ~ rank^-exponent with normal noise in the logarithm. With 1.7 some 50 tokens of a
/// large vocabulary make 95 %, with 1.5 some 300, with 1.1 (a word without any context) nearly half of all.
struct Shape {
  double question = 1.5;  ///< row 0
  double contexts = 1.7;
  double noise = 1;
};

/// n contexts over one vocabulary, each with likely tokens of its own.
template <class Logit>
Problem<Logit> random_problem(std::size_t vocabulary, std::size_t contexts, std::uint64_t seed,
                              const Shape& shape = {}) {
  Problem<Logit> problem{.vocabulary = vocabulary, .logits = {}};
  problem.logits.reserve((contexts + 1) * vocabulary);
  for (std::size_t row = 0; row <= contexts; ++row) {
    const double exponent = row == 0 ? shape.question : shape.contexts;
    // Ranks are the bits of a random permutation: id -> id * odd + offset, modulo the vocabulary where they are
    // coprime.
    const std::uint64_t offset = random_bits(seed, row, 1);
    for (std::size_t id = 0; id < vocabulary; ++id) {
      const auto rank = static_cast<double>((id * 2654435761U + offset) % vocabulary);
      const double logit = 10 - exponent * std::log(1 + rank) + shape.noise * random_normal(seed, id, 2 + row);
      problem.logits.push_back(Logit(static_cast<float>(logit)));
    }
  }
  problem.previous = contexts > 1 ? 1 : -1;
  problem.uniform = random_uniform(seed, 0, 1);
  return problem;
}

/// `count` tokens; the seed decides the rest: contexts, pool, settings at their edges, ties.
template <class Logit>
Problem<Logit> awkward_problem(std::size_t count, std::uint64_t seed) {
  const std::size_t vocabulary = count == 0 ? 1 : count > 1000 ? count : 37 * count;
  const auto pick = [&](std::uint64_t step, std::uint64_t choices) { return random_bits(seed, count, step) % choices; };
  Problem<Logit> problem = random_problem<Logit>(vocabulary, pick(1, 5), seed, {1.2, 1.4, 1});
  if (pick(2, 3) == 0) {  // ties
    for (Logit& logit : problem.logits) logit = Logit(std::round(static_cast<float>(logit)));
  }
  Settings& settings = problem.settings;
  settings.pool = static_cast<Pool>(pick(3, 3));
  settings.beta = std::array{0.25, 0.0, -1.0, 1.5}[pick(4, 4)];
  settings.top_p = std::array{0.95, 0.5, 0.0, 1.0}[pick(5, 4)];
  settings.temperature = std::array{1.0, 0.1, 0.0}[pick(6, 3)];
  settings.renormalise = pick(7, 2) == 0;
  return problem;
}

}  // namespace tandem::nbce
