// What the variants that hold a whole matrix of scores share: turned copies of one head's queries and keys, and what is
// done to a row of scores before softmax.
#pragma once

#include <cstddef>
#include <vector>

#include "impl/attention/head.hpp"
#include "reference/attention/attention.hpp"

namespace tandem::attention {

/// One head. Rows are scaled, and biased and turned where the problem says so.
struct WholeHead {
  std::vector<float> queries;      ///< n_q x d
  std::vector<float> keys;         ///< n_k x d
  std::vector<float> far_queries;  ///< the same for bent positions, or nothing
  std::vector<float> far_keys;
  std::vector<float> relative;  ///< r(D) at index D + reach, or nothing
  const float* values = nullptr;
  float* output = nullptr;
  float* entropy = nullptr;
};

WholeHead whole_head(const Preparation& preparation, std::size_t head, Answer& answer);

/// Takes the far scores where they belong, adds what is to be added, and -inf where the query does not see the key.
/// Returns the keys that it sees.
Span finish_scores(const Preparation& preparation, const WholeHead& head, std::size_t query, const float* far,
                   float* scores);

}  // namespace tandem::attention
