#include <algorithm>
#include <limits>
#include <memory>

#include "impl/unigram/automaton/automaton.hpp"
#include "impl/unigram/training.hpp"
#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {
namespace {

/// The best score of a piece's bytes without the piece itself.
double score_without(const Tables& tables, std::string_view piece) {
  const Automaton& automaton = tables.automaton();
  std::vector<std::uint32_t> lists(piece.size());
  automaton.match(piece, lists.data());
  std::vector<double> best(piece.size() + 1, -std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (std::size_t end = 1; end <= piece.size(); ++end) {
    const List list{lists[end - 1]};
    for (std::size_t i = 0; i < list.groups() * Automaton::group; ++i) {
      const std::size_t entry = list.first() * Automaton::group + i;
      const std::size_t size = automaton.lengths()[entry];
      if (Automaton::is_padding(automaton.keys()[entry]) || size == piece.size()) continue;
      const double score = tables.vocabulary().scores[automaton.tokens()[entry]];
      best[end] = std::max(best[end], best[end - size] + score);
    }
  }
  return best.back();
}

}  // namespace

std::vector<double> expected_counts(const Vocabulary& vocabulary, std::string_view text, const Execution& execution) {
  Expectation expectation;
  expect(Sampler(Tables(std::make_shared<const Vocabulary>(vocabulary)), 1), text, expectation, execution);
  return expectation.counts;
}

std::vector<double> losses(const Vocabulary& vocabulary, std::string_view text, const Execution& execution) {
  const Tables tables(std::make_shared<const Vocabulary>(vocabulary));
  Tokens tokens;
  decode(tables, text, tokens, execution);
  std::vector<double> loss(vocabulary.pieces.size());
  for (const std::uint32_t token : tokens) ++loss[token];
  for (std::size_t token = 0; token < loss.size(); ++token) {
    const std::string& piece = vocabulary.pieces[token];
    if (piece.size() == 1) loss[token] = 0;
    if (loss[token] > 0) loss[token] *= vocabulary.scores[token] - score_without(tables, piece);
  }
  return loss;
}

Vocabulary train(std::string_view text, const TrainingOptions& options, const Execution& execution,
                 const std::function<void(std::size_t)>& progress) {
  return train(
      text, options,
      {.candidates = candidates,
       .expected_counts = [&](const Vocabulary& vocabulary,
                              std::string_view of) { return expected_counts(vocabulary, of, execution); },
       .losses = [&](const Vocabulary& vocabulary, std::string_view of) { return losses(vocabulary, of, execution); },
       .progress = progress});
}

}  // namespace tandem::unigram
