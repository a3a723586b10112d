#include "reference/unigram/unigram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <stdexcept>

namespace tandem::unigram {
namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

/// log(exp(a) + exp(b)).
double log_sum(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == nothing ? a : a + std::log1p(std::exp(b - a));
}

void refuse(std::size_t piece, const std::string& what) {
  throw std::invalid_argument("piece " + std::to_string(piece) + " of the vocabulary " + what);
}

}  // namespace

Vocabulary make_vocabulary(std::vector<std::string> pieces, std::vector<double> scores) {
  if (pieces.size() != scores.size()) throw std::invalid_argument("a vocabulary has one score for every piece");
  if (pieces.empty()) throw std::invalid_argument("the vocabulary has no pieces");
  if (pieces.size() > most_pieces - 256) {
    throw std::invalid_argument("the vocabulary has " + std::to_string(pieces.size()) + " pieces, more than " +
                                std::to_string(most_pieces - 256));
  }
  Vocabulary vocabulary{.pieces = std::move(pieces), .scores = std::move(scores)};
  vocabulary.given = vocabulary.pieces.size();
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < vocabulary.given; ++i) {
    const std::string& piece = vocabulary.pieces[i];
    double& score = vocabulary.scores[i];
    if (piece.empty()) refuse(i, "is empty");
    if (piece.size() > longest_allowed) {
      refuse(i, "has " + std::to_string(piece.size()) + " bytes, more than " + std::to_string(longest_allowed));
    }
    if (!seen.insert(piece).second) refuse(i, "is there twice");
    if (!(std::abs(score) <= largest_score)) {
      refuse(i, "has the score " + std::to_string(score) + ": a logarithm of a probability lies between -256 and 256");
    }
    score = std::nearbyint(score / score_unit) * score_unit;
    vocabulary.longest = std::max(vocabulary.longest, piece.size());
  }
  const double unknown = *std::ranges::min_element(vocabulary.scores) - 10;
  std::vector<std::string> missing;
  for (int byte = 0; byte < 256; ++byte) {
    std::string piece(1, static_cast<char>(byte));
    if (!seen.contains(piece)) missing.push_back(std::move(piece));
  }
  for (std::string& piece : missing) {
    vocabulary.pieces.push_back(std::move(piece));
    vocabulary.scores.push_back(unknown);
  }
  return vocabulary;
}

std::size_t end_of_line(std::string_view text, std::size_t begin) {
  const std::size_t line_break = text.find('\n', begin);
  return std::min(text.find_first_not_of('\n', line_break), text.size());
}

bool fits_a_line(std::string_view piece) { return end_of_line(piece, 0) == piece.size(); }

std::string text_of(const Vocabulary& vocabulary, const Tokens& tokens) {
  std::string text;
  for (const std::uint32_t token : tokens) text += vocabulary.pieces.at(token);
  return text;
}

double score_of(const Vocabulary& vocabulary, const Tokens& tokens) {
  double score = 0;
  for (const std::uint32_t token : tokens) score += vocabulary.scores.at(token);
  return score;
}

Tokens with_prefix(const Vocabulary& vocabulary, std::string_view prefix) {
  Tokens tokens;
  for (std::uint32_t token = 0; token < vocabulary.pieces.size(); ++token) {
    const std::string& piece = vocabulary.pieces[token];
    if (piece.starts_with(prefix) && fits_a_line(piece)) tokens.push_back(token);
  }
  std::ranges::sort(tokens, {}, [&](std::uint32_t token) -> const std::string& { return vocabulary.pieces[token]; });
  return tokens;
}

void require_alpha(double alpha) {
  if (!(alpha >= 0 && alpha <= 1e12)) {
    throw std::invalid_argument("alpha is " + std::to_string(alpha) + ": it must be a number from 0 to 1e12");
  }
}

Reference::Reference(const Vocabulary& vocabulary) : vocabulary_(vocabulary) {
  for (std::uint32_t token = 0; token < vocabulary.pieces.size(); ++token) {
    tokens_.emplace(vocabulary.pieces[token], token);
  }
}

std::vector<std::vector<Reference::Match>> Reference::matches(std::string_view line) const {
  std::vector<std::vector<Match>> ends(line.size() + 1);
  for (std::size_t end = 1; end <= line.size(); ++end) {
    for (std::size_t begin = end - std::min(end, vocabulary_.longest); begin < end; ++begin) {
      const auto found = tokens_.find(line.substr(begin, end - begin));
      if (found != tokens_.end()) ends[end].push_back({begin, found->second});
    }
  }
  return ends;
}

Tokens Reference::decode(std::string_view text) const {
  Tokens tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = text.substr(at, end_of_line(text, at) - at);
    const auto ends = matches(line);
    std::vector<double> best(line.size() + 1, nothing);
    std::vector<Match> last(line.size() + 1);
    best[0] = 0;
    for (std::size_t end = 1; end <= line.size(); ++end) {
      for (const Match& match : ends[end]) {
        const double score = best[match.begin] + vocabulary_.scores[match.token];
        if (score > best[end]) {  // not >=: of equals the first, the longest
          best[end] = score;
          last[end] = match;
        }
      }
    }
    const auto first = static_cast<std::ptrdiff_t>(tokens.size());
    for (std::size_t end = line.size(); end > 0; end = last[end].begin) tokens.push_back(last[end].token);
    std::reverse(tokens.begin() + first, tokens.end());
    at += line.size();
  }
  return tokens;
}

std::vector<Reference::LogSum> Reference::log_sums(const std::vector<std::vector<Match>>& ends, double alpha) const {
  std::vector<LogSum> sums(ends.size(), {.best = nothing, .rest = 0});
  sums[0].best = 0;
  for (std::size_t end = 1; end < ends.size(); ++end) {
    for (const Match& match : ends[end]) {
      sums[end].best = std::max(sums[end].best, sums[match.begin].best + vocabulary_.scores[match.token]);
    }
    double rest = nothing;  // as shares of exp(alpha * best)
    for (const Match& match : ends[end]) rest = log_sum(rest, log_share(sums, match, end, alpha));
    sums[end].rest = rest;
  }
  return sums;
}

double Reference::log_share(const std::vector<LogSum>& sums, const Match& match, std::size_t end, double alpha) const {
  const double behind = sums[match.begin].best + vocabulary_.scores[match.token] - sums[end].best;
  return alpha * behind + sums[match.begin].rest - sums[end].rest;
}

Tokens Reference::sample(std::string_view text, double alpha, const Uniform& uniform) const {
  require_alpha(alpha);
  Tokens tokens;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = text.substr(at, end_of_line(text, at) - at);
    const auto ends = matches(line);
    const std::vector<LogSum> sums = log_sums(ends, alpha);
    const auto first = static_cast<std::ptrdiff_t>(tokens.size());
    for (std::size_t end = line.size(); end > 0;) {
      const double bound = uniform(at + end);
      double sum = 0;
      Match chosen = ends[end].front();
      for (auto match = ends[end].rbegin(); match != ends[end].rend(); ++match) {  // the shortest first
        sum += std::exp(log_share(sums, *match, end, alpha));
        if (bound < sum) {
          chosen = *match;
          break;
        }
      }
      tokens.push_back(chosen.token);
      end = chosen.begin;
    }
    std::reverse(tokens.begin() + first, tokens.end());
    at += line.size();
  }
  return tokens;
}

}  // namespace tandem::unigram
