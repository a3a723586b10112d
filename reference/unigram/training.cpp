#include "reference/unigram/training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <stdexcept>

#include "reference/unigram/expectation.hpp"

namespace tandem::unigram {
namespace {

/// The end of the character that begins at `begin`.
std::size_t end_of_character(std::string_view text, std::size_t begin) {
  std::size_t end = begin + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
  return end;
}

/// Less than this often expected: not a piece. Next to a half, so that rounding decides nothing where a half is exact.
constexpr double rare = 0.5 - 1e-9;
/// What a round of pruning leaves.
constexpr double kept_share = 0.8;

struct Model {
  std::vector<std::string> pieces;
  std::vector<double> scores;
  std::size_t characters = 0;  ///< the first pieces: they stay

  Vocabulary vocabulary() const { return make_vocabulary(pieces, scores); }

  void set_scores(const std::vector<double>& counts) {
    double sum = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) sum += std::max(counts[i], rare);
    for (std::size_t i = 0; i < pieces.size(); ++i) scores[i] = std::log(std::max(counts[i], rare) / sum);
  }

  /// Keeps the pieces that `keep` says, in their order.
  template <class Keep>
  void filter(Keep keep) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (i >= characters && !keep(i)) continue;
      if (kept != i) pieces[kept] = std::move(pieces[i]);
      scores[kept++] = scores[i];
    }
    pieces.resize(kept);
    scores.resize(kept);
  }
};

Model first_model(const std::vector<Candidate>& candidates) {
  Model model;
  std::vector<double> counts;
  for (const Candidate& candidate : candidates) {
    model.pieces.push_back(candidate.piece);
    counts.push_back(static_cast<double>(candidate.count));
    if (candidate.count == 1) ++model.characters;  // found ones occur more often
  }
  model.scores.resize(model.pieces.size());
  model.set_scores(counts);
  return model;
}

void prune(Model& model, const std::vector<double>& losses, std::size_t wanted) {
  std::vector<std::size_t> order;
  for (std::size_t i = model.characters; i < model.pieces.size(); ++i) order.push_back(i);
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return losses[i]; });
  const auto left = static_cast<std::size_t>(kept_share * static_cast<double>(model.pieces.size()));
  order.resize(std::min(order.size(), std::max(wanted, left) - model.characters));
  std::vector<bool> kept(model.pieces.size());
  for (const std::size_t i : order) kept[i] = true;
  model.filter([&](std::size_t i) { return kept[i]; });
}

/// The best score of a piece's bytes without the piece itself.
double score_without(const Reference& reference, std::string_view piece) {
  const auto ends = reference.matches(piece);
  std::vector<double> best(piece.size() + 1, -std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (std::size_t end = 1; end <= piece.size(); ++end) {
    for (const Reference::Match& match : ends[end]) {
      if (end - match.begin == piece.size()) continue;
      best[end] = std::max(best[end], best[match.begin] + reference.vocabulary().scores[match.token]);
    }
  }
  return best.back();
}

}  // namespace

std::vector<Candidate> candidates_by_counting(std::string_view text, const TrainingOptions& options) {
  struct Count {
    std::size_t begins = 0;
    std::string without_last{};  // character
  };
  std::set<std::string> characters;
  std::map<std::string, Count> counts;
  for (std::size_t begin = 0; begin < text.size(); begin = end_of_character(text, begin)) {
    const std::size_t line_end = begin + end_of_line(text.substr(begin), 0);
    characters.emplace(text.substr(begin, end_of_character(text, begin) - begin));
    std::string piece;
    for (std::size_t at = begin; at < line_end;) {
      const std::size_t end = end_of_character(text, at);
      if (end - begin > options.longest) break;
      if (options.within_words && at > begin && (text[at] == ' ' || text[at] == '\n')) break;
      Count& count = counts[std::string(text.substr(begin, end - begin))];
      ++count.begins;
      count.without_last = piece;
      piece = text.substr(begin, end - begin);
      at = end;
    }
  }
  std::set<std::string> contained;  // in one that is as frequent
  for (const auto& [piece, count] : counts) {
    const auto shorter = counts.find(count.without_last);
    if (shorter != counts.end() && shorter->second.begins == count.begins) contained.insert(count.without_last);
  }
  std::vector<Candidate> found;
  for (const auto& [piece, count] : counts) {
    if (count.begins > 1 && !contained.contains(piece) && !characters.contains(piece)) {
      found.push_back({.piece = piece, .count = count.begins});
    }
  }
  std::ranges::stable_sort(found, std::ranges::greater(),
                           [](const Candidate& one) { return one.count * one.piece.size(); });
  if (found.size() > options.candidates) found.resize(options.candidates);
  std::vector<Candidate> all;
  for (const std::string& character : characters) all.push_back({.piece = character, .count = 1});
  all.insert(all.end(), found.begin(), found.end());
  return all;
}

std::vector<double> expected_counts(const Vocabulary& vocabulary, std::string_view text) {
  Expectation expectation;
  expect(Reference(vocabulary), text, 1, expectation);
  return expectation.counts;
}

std::vector<double> losses(const Vocabulary& vocabulary, std::string_view text) {
  const Reference reference(vocabulary);
  std::vector<double> loss(vocabulary.pieces.size());
  for (const std::uint32_t token : reference.decode(text)) ++loss[token];
  for (std::size_t token = 0; token < loss.size(); ++token) {
    const std::string& piece = vocabulary.pieces[token];
    if (piece.size() == 1) loss[token] = 0;
    if (loss[token] > 0) loss[token] *= vocabulary.scores[token] - score_without(reference, piece);
  }
  return loss;
}

Vocabulary train(std::string_view text, const TrainingOptions& options, const TrainingParts& parts) {
  if (text.empty()) throw std::invalid_argument("the text is empty");
  if (text.size() > std::size_t{1} << 31) throw std::invalid_argument("the text has more than 2^31 bytes");
  if (options.longest < 4 || options.longest > longest_allowed) {
    throw std::invalid_argument("the longest piece must have 4 to 255 bytes");
  }
  if (options.candidates > most_pieces / 2) throw std::invalid_argument("there are at most 524288 candidates");
  Model model = first_model(parts.candidates(text, options));
  if (model.characters > options.pieces) {
    throw std::invalid_argument("the text has " + std::to_string(model.characters) + " characters, more than the " +
                                std::to_string(options.pieces) + " pieces that are wanted");
  }
  parts.progress(model.pieces.size());
  for (;;) {
    for (int step = 0; step < 2; ++step) {
      const std::vector<double> counts = parts.expected_counts(model.vocabulary(), text);
      model.set_scores(counts);
      model.filter([&](std::size_t i) { return counts[i] >= rare; });
    }
    parts.progress(model.pieces.size());
    if (model.pieces.size() <= options.pieces) return model.vocabulary();
    prune(model, parts.losses(model.vocabulary(), text), options.pieces);
  }
}

}  // namespace tandem::unigram
