// unigram_decode: the best segmentation of a text.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "benchmarks/unigram_support.hpp"

namespace tandem::unigram {
namespace {

// All tokens must be the same: scores are exact and ties have a rule. A peer that adds up floats may take another way
// where the scores are as near as its rounding: of k tokens each of the k sums is rounded by half a unit of 2^-24,
// relative to the sum, in each of both candidates, and so is every score once.
suite::Agreement compare(const Problem& problem, const Answer& expected, const Answer& actual) {
  if (actual.tokens == expected.tokens) return {};
  suite::Agreement agreement{.error = std::numeric_limits<double>::infinity(),
                             .message = first_difference(expected.tokens, actual.tokens)};
  if (!actual.in_float || not_the_text(problem, actual.tokens)) return agreement;
  const Vocabulary& vocabulary = *problem.prepared->vocabulary;
  const double best = score_of(vocabulary, expected.tokens);
  agreement.error = best - score_of(vocabulary, actual.tokens);
  // Lines are added up separately: the longest of them bounds the number of sums.
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < problem.text.size();) {
    const std::size_t end = end_of_line(problem.text, begin);
    longest = std::max(longest, end - begin);
    begin = end;
  }
  agreement.tolerance = 2 * static_cast<double>(longest + 1) * 0x1p-24 * std::abs(best);
  return agreement;
}

std::optional<std::string> certificate(const Problem& problem, const Answer& answer) {
  if (auto wrong = not_the_text(problem, answer.tokens)) return wrong;
  // Optimal in the small: no piece is worth more than the pieces that stand for its bytes now.
  const Vocabulary& vocabulary = *problem.prepared->vocabulary;
  if (answer.in_float) return std::nullopt;
  std::unordered_map<std::string_view, double> scores;
  for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) scores.emplace(vocabulary.pieces[i], vocabulary.scores[i]);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < answer.tokens.size(); ++i) {
    std::size_t size = 0;
    double score = 0;
    for (std::size_t j = i; j < answer.tokens.size() && size <= vocabulary.longest; ++j) {
      size += vocabulary.pieces[answer.tokens[j]].size();
      score += vocabulary.scores[answer.tokens[j]];
      const std::string_view whole = std::string_view(problem.text).substr(begin, size);
      const auto found = fits_a_line(whole) ? scores.find(whole) : scores.end();
      if (j > i && found != scores.end() && found->second >= score) {
        return "the piece at byte " + std::to_string(begin) + " of " + std::to_string(size) +
               " bytes is worth more than its parts";
      }
    }
    begin += vocabulary.pieces[answer.tokens[i]].size();
    if (begin > (std::size_t{1} << 20)) break;  // a part is enough
  }
  return std::nullopt;
}

using Row = suite::Variant<Problem, Answer>;

template <void (*run)(const Tables&, std::string_view, Tokens&, const Execution&)>
Row row(const char* name) {
  return {
      .name = name,
      .run = [](const Problem& problem, Answer& answer,
                const Execution& execution) { run(problem.prepared->tables, problem.text, answer.tokens, execution); },
      .growth = fast_growth};
}

std::vector<Row> variants() {
  std::vector<Row> rows = {
      {.name = "reference",
       .run = [](const Problem& problem, Answer& answer,
                 const Execution&) { answer.tokens = problem.prepared->reference.decode(problem.text); },
       .growth = slow_growth},
      row<decode>("automaton"),
      row<decode_omp>("automaton_omp"),
      row<decode_tbb>("automaton_tbb")};
#ifdef TANDEM_PEER_SENTENCEPIECE
  const auto peer = [](const char* name, auto library, auto encode) {
    return Row{.name = name,
               .run =
                   [=](const Problem& problem, Answer& answer, const Execution&) {
                     const auto& tokeniser = (*problem.prepared).*library;
                     ((*tokeniser).*encode)(problem.text, answer.tokens);
                     answer.in_float = true;
                   },
               .growth = fast_growth,
               .unsuited = unsuited_for_peer};
  };
  rows.push_back(peer("peer_sentencepiece", &Prepared::peer, &SentencePiece::encode));
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE
  rows.push_back(peer("peer_sentencepiece_core", &Prepared::peer_core, &SentencePieceCore::encode));
#endif
#endif
  return rows;
}

const suite::Registered<Problem, Answer> registered(
    {.name = "unigram_decode",
     .summary = "the best segmentation of a text into pieces of a vocabulary (tables prepared)",
     .source = "arXiv 1804.10959; kexue.fm 9752",
     .variants = variants(),
     .workloads = workloads(),
     .problem = [](std::size_t count, std::uint64_t seed) { return random_problem(count, seed, 0.1); },
     .hash = hash_of_problem,
     .poison = poison,
     .compare = compare,
     .certificate = certificate,
     .work = [](const Problem& problem, const Answer&) { return least_work(problem, 1); }});

}  // namespace
}  // namespace tandem::unigram
