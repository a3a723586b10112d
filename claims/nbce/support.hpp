// What the experiments about NBCE share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "impl/nbce/nbce.hpp"
#include "impl/support/random.hpp"
#include "problems/nbce/bayes.hpp"

namespace tandem::claims {

inline nbce::Answer<double> exact_answer(const nbce::Problem<double>& problem) {
  nbce::Answer<double> answer{.merged = std::vector<double>(problem.vocabulary),
                              .entropies = std::vector<double>(problem.rows())};
  reference(problem, answer);
  return answer;
}

inline nbce::Answer<float> fast_answer(const nbce::Problem<float>& problem) {
  nbce::Answer<float> answer{.merged = std::vector<float>(problem.vocabulary),
                             .entropies = std::vector<double>(problem.rows())};
  simd(problem, answer, {});
  return answer;
}

template <class Real>
std::vector<double> softmax(const std::vector<Real>& logits) {
  const double largest = *std::ranges::max_element(logits);
  std::vector<double> result;
  double sum = 0;
  for (const double logit : logits) {
    result.push_back(std::exp(logit - largest));
    sum += result.back();
  }
  for (double& value : result) value /= sum;
  return result;
}

/// Half the sum of the absolute differences: what one distribution has and the other lacks.
inline double total_variation(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]) / 2;
  return sum;
}

/// Contexts of which one knows the answer. A prior over 8192 tokens falls as rank^-1.1; every row is the prior with
/// normal noise of deviation `sigma` in the logarithm, and the row of the true context, the last, gives the answer, a
/// token of low rank, e^3.5 times the prior's greatest weight. Token ids are ranks.
struct AnswerGame {
  static constexpr std::size_t vocabulary = 8192;
  nbce::Problem<float> problem;
  std::int64_t answer;

  AnswerGame(std::size_t contexts, double sigma, std::uint64_t seed)
      : problem{.vocabulary = vocabulary, .logits = {}},
        answer(static_cast<std::int64_t>(200 + random_bits(seed, 0, 1) % 2000)) {
    for (std::size_t row = 0; row <= contexts; ++row) {
      for (std::size_t rank = 0; rank < vocabulary; ++rank) {
        const double prior = -1.1 * std::log(1 + static_cast<double>(rank));
        problem.logits.push_back(static_cast<float>(prior + sigma * random_normal(seed, rank, 2 + row)));
      }
    }
    problem.logits[contexts * vocabulary + static_cast<std::size_t>(answer)] = 3.5;
    problem.settings.temperature = 0;
  }

  bool correct(std::int64_t token) const { return token == answer; }
  /// Neither the answer nor one of the 200 likeliest tokens of the prior.
  bool garbled(std::int64_t token) const { return token != answer && token >= 200; }
};

}  // namespace tandem::claims
