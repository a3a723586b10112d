#include "reference/unigram_expectation.hpp"

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
    const std::vector<double> sums = reference.log_sums(ends, alpha);
    // The probability that a piece ends at a position, from the end of the line on.
    std::vector<double> boundary(line.size() + 1);
    boundary.back() = 1;
    for (std::size_t end = line.size(); end > 0; --end) {
      for (const Reference::Match& match : ends[end]) {
        const double score = vocabulary.scores[match.token];
        const double probability = boundary[end] * std::exp(sums[match.begin] + alpha * score - sums[end]);
        boundary[match.begin] += probability;
        expectation.counts[match.token] += probability;
        expectation.tokens += probability;
        expectation.score += probability * score;
      }
    }
    expectation.log_sum += sums.back();
    at += line.size();
  }
  expectation.entropy = expectation.log_sum - alpha * expectation.score;
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

Tokens sample_by_sigmoids(const Reference& reference, std::string_view line, double alpha,
                          const std::function<double()>& uniform) {
  const auto ends = reference.matches(line);
  std::vector<double> kept(line.size() + 1);
  std::vector<Reference::Match> last(line.size() + 1);
  for (std::size_t end = 1; end <= line.size(); ++end) {
    bool first = true;
    for (const Reference::Match& match : ends[end]) {
      const double score = kept[match.begin] + reference.vocabulary().scores[match.token];
      if (first || uniform() < 1 / (1 + std::exp(alpha * (kept[end] - score)))) {
        kept[end] = score;
        last[end] = match;
      }
      first = false;
    }
  }
  Tokens tokens;
  for (std::size_t end = line.size(); end > 0; end = last[end].begin) tokens.push_back(last[end].token);
  std::ranges::reverse(tokens);
  return tokens;
}

Tokens sample_forward(const Reference& reference, std::string_view line, double alpha,
                      const std::function<double()>& uniform) {
  const auto ends = reference.matches(line);
  Tokens tokens;
  for (std::size_t at = 0; at < line.size();) {
    std::vector<std::pair<double, std::uint32_t>> sums;  // of the weights so far, and the token
    double sum = 0;
    for (const auto& matches : ends) {
      for (const Reference::Match& match : matches) {
        if (match.begin != at) continue;
        sum += std::exp(alpha * reference.vocabulary().scores[match.token]);
        sums.emplace_back(sum, match.token);
      }
    }
    const double bound = uniform() * sum;
    const auto chosen = std::ranges::find_if(sums, [bound](const auto& entry) { return bound < entry.first; });
    tokens.push_back(chosen->second);
    at += reference.vocabulary().pieces[tokens.back()].size();
  }
  return tokens;
}

}  // namespace tandem::unigram
