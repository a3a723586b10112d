// Contexts that are independent given the answer, of which Bayes' rule says everything.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/support/random.hpp"
#include "reference/nbce/nbce.hpp"

namespace tandem::nbce {

/// p(T) and p(S_k | T) at random: row 0 is log p(T), row k log p(T | S_k). Nothing of it is normalised.
struct BayesTables {
  Problem<double> problem;
  std::vector<double> log_joint;  ///< Bayes' rule the long way: log of p(T) prod_k p(S_k | T)
};

inline BayesTables bayes_tables(std::size_t contexts, std::size_t vocabulary, std::uint64_t seed) {
  BayesTables tables{.problem = {.vocabulary = vocabulary, .logits = {}}, .log_joint = {}};
  std::vector<double>& logits = tables.problem.logits;
  for (std::size_t id = 0; id < vocabulary; ++id) logits.push_back(std::log(0.05 + random_uniform(seed, id, 0)));
  tables.log_joint = logits;
  for (std::size_t k = 1; k <= contexts; ++k) {
    for (std::size_t id = 0; id < vocabulary; ++id) {
      const double log_likelihood = std::log(0.05 + random_uniform(seed, id, k));
      logits.push_back(logits[id] + log_likelihood);
      tables.log_joint[id] += log_likelihood;
    }
  }
  return tables;
}

/// The average that is Bayes' rule.
inline Settings bayes_settings(std::size_t contexts) {
  return {.pool = Pool::average, .beta = static_cast<double>(contexts) - 1, .top_p = 1, .temperature = 0};
}

}  // namespace tandem::nbce
