#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>

#include "impl/unigram/automaton.hpp"
#include "impl/unigram/unigram.hpp"
#include "impl/unigram/unigram_training.hpp"

namespace tandem::unigram {
namespace {

/// Less than this often expected: not a piece.
constexpr double rare = 0.5;
/// What a round of pruning leaves.
constexpr double kept_share = 0.8;

struct Model {
  std::vector<std::string> pieces;
  std::vector<double> scores;
  std::size_t characters = 0;  ///< the first pieces: they stay
};

/// Scores from counts. A character has at least `rare`, so that every text keeps a segmentation.
void set_scores(Model& model, const std::vector<double>& counts) {
  double sum = 0;
  for (std::size_t i = 0; i < model.pieces.size(); ++i) sum += std::max(counts[i], rare);
  for (std::size_t i = 0; i < model.pieces.size(); ++i) model.scores[i] = std::log(std::max(counts[i], rare) / sum);
}

/// Keeps the pieces that `keep` says, in their order.
template <class Keep>
void filter(Model& model, Keep keep) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < model.pieces.size(); ++i) {
    if (i >= model.characters && !keep(i)) continue;
    if (kept != i) model.pieces[kept] = std::move(model.pieces[i]);
    model.scores[kept++] = model.scores[i];
  }
  model.pieces.resize(kept);
  model.scores.resize(kept);
}

Tables tables_of(const Model& model) {
  return Tables(std::make_shared<const Vocabulary>(make_vocabulary(model.pieces, model.scores)));
}

/// Two steps of expectation maximisation. Returns the counts that belong to the pieces that are left.
void maximise(Model& model, std::string_view text, const Execution& execution) {
  for (int step = 0; step < 2; ++step) {
    Expectation expectation;
    expect_omp(Sampler(tables_of(model), 1), text, expectation, execution);
    set_scores(model, expectation.counts);
    filter(model, [&](std::size_t i) { return expectation.counts[i] >= rare; });
  }
}

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
      const std::int64_t key = automaton.keys()[entry];
      const std::size_t size = automaton.lengths()[entry];
      if (Automaton::is_padding(key) || size == piece.size()) continue;
      const double score = tables.vocabulary().scores[automaton.token(Automaton::rank(key))];
      best[end] = std::max(best[end], best[end - size] + score);
    }
  }
  return best.back();
}

/// Leaves the pieces without which the text's likelihood would fall most: how often the piece is used in the best
/// segmentation, times what its bytes lose without it.
void prune(Model& model, std::string_view text, std::size_t wanted, const Execution& execution) {
  const Tables tables = tables_of(model);
  Tokens tokens;
  decode_omp(tables, text, tokens, execution);
  std::vector<double> loss(tables.vocabulary().pieces.size());
  for (const std::uint32_t token : tokens) ++loss[token];
  loss.resize(model.pieces.size());
  for (std::size_t i = model.characters; i < loss.size(); ++i) {
    if (loss[i] > 0) loss[i] *= model.scores[i] - score_without(tables, model.pieces[i]);
  }
  std::vector<std::size_t> order;
  for (std::size_t i = model.characters; i < loss.size(); ++i) order.push_back(i);
  std::ranges::stable_sort(order, std::ranges::greater(), [&](std::size_t i) { return loss[i]; });
  const auto left = static_cast<std::size_t>(kept_share * static_cast<double>(model.pieces.size()));
  order.resize(std::min(order.size(), std::max(wanted, left) - model.characters));
  std::vector<char> keep(loss.size());
  for (const std::size_t i : order) keep[i] = 1;
  filter(model, [&](std::size_t i) { return keep[i] != 0; });
}

}  // namespace

Vocabulary train(std::string_view text, const TrainingOptions& options, const Execution& execution,
                 const std::function<void(std::size_t)>& progress) {
  if (text.empty()) throw std::invalid_argument("the text is empty");
  if (text.size() > std::size_t{1} << 31) throw std::invalid_argument("the text has more than 2^31 bytes");
  if (options.longest < 4 || options.longest > longest_allowed) {
    throw std::invalid_argument("the longest piece must have 4 to 255 bytes");
  }
  if (options.candidates > most_pieces / 2) throw std::invalid_argument("there are at most 524288 candidates");
  const std::vector<Candidate> first = candidates(text, options);
  Model model;
  std::vector<double> counts;
  for (const Candidate& candidate : first) {
    model.pieces.push_back(candidate.piece);
    counts.push_back(static_cast<double>(candidate.count));
    if (candidate.count == 1) ++model.characters;  // found ones occur more often
  }
  if (model.characters > options.pieces) {
    throw std::invalid_argument("the text has " + std::to_string(model.characters) + " characters, more than the " +
                                std::to_string(options.pieces) + " pieces that are wanted");
  }
  model.scores.resize(model.pieces.size());
  set_scores(model, counts);
  progress(model.pieces.size());
  for (;;) {
    maximise(model, text, execution);
    progress(model.pieces.size());
    if (model.pieces.size() <= options.pieces) break;
    prune(model, text, options.pieces, execution);
  }
  return make_vocabulary(std::move(model.pieces), std::move(model.scores));
}

}  // namespace tandem::unigram
