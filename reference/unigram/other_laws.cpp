#include "reference/unigram/other_laws.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace tandem::unigram {
namespace {

using Matches = std::vector<std::vector<Reference::Match>>;

/// The probability that a candidate replaces the one that is kept.
double replaces(double alpha, double score, double kept) { return 1 / (1 + std::exp(alpha * (kept - score))); }

/// The pieces up to the end of the line, by the last piece of every position.
Tokens walk_back(const std::vector<Reference::Match>& last) {
  Tokens tokens;
  for (std::size_t end = last.size() - 1; end > 0; end = last[end].begin) tokens.push_back(last[end].token);
  std::ranges::reverse(tokens);
  return tokens;
}

}  // namespace

void require_best(std::size_t n) {
  if (n < 1 || n > most_best) {
    throw std::invalid_argument("the best " + std::to_string(n) + " segmentations: it must be a number from 1 to " +
                                std::to_string(most_best));
  }
}

std::vector<Segmentation> n_best(const Reference& reference, std::string_view line, std::size_t n) {
  require_best(n);
  struct Partial {
    double score = 0;
    Reference::Match last{};
    std::size_t rank = 0;  // of what is before the last piece
  };
  const auto ends = reference.matches(line);
  std::vector<std::vector<Partial>> best(line.size() + 1);
  best[0].emplace_back();
  for (std::size_t end = 1; end <= line.size(); ++end) {
    for (const Reference::Match& match : ends[end]) {
      for (std::size_t rank = 0; rank < best[match.begin].size(); ++rank) {
        best[end].push_back({best[match.begin][rank].score + reference.vocabulary().scores[match.token], match, rank});
      }
    }
    // Equals stay in their order: the longest last piece first.
    std::ranges::stable_sort(best[end], std::ranges::greater(), &Partial::score);
    if (best[end].size() > n) best[end].resize(n);
  }
  std::vector<Segmentation> all;
  for (const Partial& whole : best.back()) {
    Segmentation one{.tokens = {}, .score = whole.score};
    const Partial* at = &whole;
    for (std::size_t end = line.size(); end > 0;) {
      one.tokens.push_back(at->last.token);
      end = at->last.begin;
      at = &best[end][at->rank];
    }
    std::ranges::reverse(one.tokens);
    all.push_back(std::move(one));
  }
  return all;
}

Tokens sample_n_best(const Reference& reference, std::string_view text, std::size_t n, double alpha,
                     const Uniform& uniform) {
  require_alpha(alpha);
  require_best(n);
  Tokens tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = text.substr(at, end_of_line(text, at) - at);
    at += line.size();
    const std::vector<Segmentation> best = n_best(reference, line, n);
    std::vector<double> sums;
    double sum = 0;
    for (const Segmentation& one : best) {
      sums.push_back(sum += std::exp(alpha * (one.score - best.front().score)));
    }
    const double bound = uniform(at) * sum;
    const Tokens& chosen = best[static_cast<std::size_t>(std::ranges::upper_bound(sums, bound) - sums.begin())].tokens;
    tokens.insert(tokens.end(), chosen.begin(), chosen.end());
  }
  return tokens;
}

Tokens sample_biased(const Reference& reference, std::string_view text, double alpha,
                     const UniformOfCandidate& uniform) {
  require_alpha(alpha);
  Tokens tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = text.substr(at, end_of_line(text, at) - at);
    const Matches ends = reference.matches(line);
    std::vector<double> kept(line.size() + 1);
    std::vector<Reference::Match> last(line.size() + 1);
    for (std::size_t end = 1; end <= line.size(); ++end) {
      for (std::size_t candidate = 0; candidate < ends[end].size(); ++candidate) {
        const Reference::Match& match = ends[end][candidate];
        const double score = kept[match.begin] + reference.vocabulary().scores[match.token];
        if (candidate == 0 || uniform(at + end, candidate) < replaces(alpha, score, kept[end])) {
          kept[end] = score;
          last[end] = match;
        }
      }
    }
    const Tokens drawn = walk_back(last);
    tokens.insert(tokens.end(), drawn.begin(), drawn.end());
    at += line.size();
  }
  return tokens;
}

std::map<Tokens, double> law_of_biased(const Reference& reference, std::string_view line, double alpha) {
  const Matches ends = reference.matches(line);
  std::vector<double> kept(line.size() + 1);
  std::vector<Reference::Match> last(line.size() + 1);
  std::map<Tokens, double> law;
  const std::function<void(std::size_t, double)> decide = [&](std::size_t end, double probability) {
    if (end > line.size()) {
      law[walk_back(last)] += probability;
      return;
    }
    // The scores of the candidates, given what was kept before, and the probabilities that they are kept.
    std::vector<double> scores;
    std::vector<double> stays;
    for (const Reference::Match& match : ends[end]) {
      const double score = kept[match.begin] + reference.vocabulary().scores[match.token];
      double replaced = scores.empty() ? 1 : 0;
      for (std::size_t i = 0; i < scores.size(); ++i) {
        const double share = stays[i] * replaces(alpha, score, scores[i]);
        stays[i] -= share;
        replaced += share;
      }
      scores.push_back(score);
      stays.push_back(replaced);
    }
    for (std::size_t i = 0; i < scores.size(); ++i) {
      kept[end] = scores[i];
      last[end] = ends[end][i];
      decide(end + 1, probability * stays[i]);
    }
  };
  decide(1, 1);
  return law;
}

Tokens sample_forward(const Reference& reference, std::string_view line, double alpha,
                      const std::function<double()>& uniform) {
  const Matches ends = reference.matches(line);
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
