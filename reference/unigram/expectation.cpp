#include "reference/unigram/expectation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tandem::unigram {

void expect(const Reference& reference, std::string_view text, double alpha, Expectation& expectation) {
  require_alpha(alpha);
  const Vocabulary& vocabulary = reference.vocabulary();
  expectation = {};
  expectation.counts.assign(vocabulary.pieces.size(), 0);
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = text.substr(at, end_of_line(text, at) - at);
    const auto ends = reference.matches(line);
    const std::vector<Reference::LogSum> sums = reference.log_sums(ends, alpha);
    // The probability that a piece ends at a position, from the end of the line on.
    std::vector<double> boundary(line.size() + 1);
    boundary.back() = 1;
    for (std::size_t end = line.size(); end > 0; --end) {
      for (const Reference::Match& match : ends[end]) {
        const double log_share = reference.log_share(sums, match, end, alpha);
        const double probability = boundary[end] * std::exp(log_share);
        if (probability == 0) continue;
        boundary[match.begin] += probability;
        expectation.counts[match.token] += probability;
        expectation.tokens += probability;
        expectation.score += probability * vocabulary.scores[match.token];
        expectation.entropy -= probability * log_share;
      }
    }
    expectation.log_sum += sums.back().value(alpha);
    at += line.size();
  }
}

std::vector<Segmentation> enumerate(const Vocabulary& vocabulary, std::string_view line) {
  if (line.empty()) return {{}};
  std::vector<Segmentation> all;
  for (std::uint32_t token = 0; token < vocabulary.pieces.size(); ++token) {
    if (!line.ends_with(vocabulary.pieces[token])) continue;
    for (Segmentation& segmentation :
         enumerate(vocabulary, line.substr(0, line.size() - vocabulary.pieces[token].size()))) {
      segmentation.tokens.push_back(token);
      segmentation.score += vocabulary.scores[token];
      all.push_back(std::move(segmentation));
    }
  }
  return all;
}

}  // namespace tandem::unigram
