// What the law of sampled segmentations says on average, without drawing: by forward and backward sums.
#pragma once

#include <vector>

#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

/// Of the law exp(alpha * score) / Z over all segmentations of a text.
struct Expectation {
  double log_sum = 0;          ///< log Z
  double tokens = 0;           ///< expected number of pieces
  double score = 0;            ///< expected score
  double entropy = 0;          ///< nats: log Z - alpha * score, by decisions, as that difference rounds at large alpha
  std::vector<double> counts;  ///< by token: how often it is expected
};

/// In the domain of logarithms, line by line. O(n * longest * log(pieces)).
void expect(const Reference& reference, std::string_view text, double alpha, Expectation& expectation);

struct Segmentation {
  Tokens tokens;
  double score = 0;
};

/// All segmentations of a short line, by recursion over the last piece: the reference of the reference.
std::vector<Segmentation> enumerate(const Vocabulary& vocabulary, std::string_view line);

}  // namespace tandem::unigram
