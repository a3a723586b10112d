// Room for an answer of the merge step.
#pragma once

#include <vector>

#include "impl/nbce/nbce.hpp"

namespace tandem::nbce {

/// Room for an answer, full of what no variant may leave there.
template <class Logit>
Answer<float> shaped(const Problem<Logit>& problem) {
  return {.merged = std::vector<float>(problem.vocabulary, 7), .entropies = std::vector<double>(problem.rows(), 7)};
}

}  // namespace tandem::nbce
