// unigram_decode: the best segmentation of a text.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <unordered_map>

#include "benchmarks/unigram/support.hpp"
#include "impl/unigram/automaton/blocks.hpp"

namespace tandem::unigram {
namespace {

// All tokens must be the same: scores are exact and ties have a rule. A peer that adds up floats may take another way
// where the scores are as near as its rounding: of k tokens each of the k sums is rounded by half a unit of 2^-24,
// relative to the sum, in each of both candidates, and so is every score once.
suite::Agreement as_good(const Problem& problem, const Tokens& right, const Tokens& tokens) {
  if (auto wrong = not_the_text(problem, tokens)) {
    return {.error = std::numeric_limits<double>::infinity(), .message = std::move(*wrong)};
  }
  const Vocabulary& vocabulary = *problem.prepared->vocabulary;
  const double best = score_of(vocabulary, right);
  // Lines are added up separately: the longest of them bounds the number of sums.
  std::size_t longest = 0;
  for (std::size_t begin = 0; begin < problem.text.size();) {
    const std::size_t end = end_of_line(problem.text, begin);
    longest = std::max(longest, end - begin);
    begin = end;
  }
  return {.error = best - score_of(vocabulary, tokens),
          .tolerance = 2 * static_cast<double>(longest + 1) * 0x1p-24 * std::abs(best),
          .message = "the score is lower"};
}

[[maybe_unused]] void describe_in_float(const Problem& problem, suite::Fields<Tokens>& fields) {
  fields.statistical("tokens", suite::itself, suite::up_to(problem.text.size()),
                     [&](const Tokens& right, const Tokens& tokens) { return as_good(problem, right, tokens); });
}

std::optional<std::string> certificate(const Problem& problem, const Tokens& tokens) {
  if (auto wrong = not_the_text(problem, tokens)) return wrong;
  // Optimal in the small: no piece is worth more than the pieces that stand for its bytes now.
  const Vocabulary& vocabulary = *problem.prepared->vocabulary;
  std::unordered_map<std::string_view, double> scores;
  for (std::size_t i = 0; i < vocabulary.pieces.size(); ++i) scores.emplace(vocabulary.pieces[i], vocabulary.scores[i]);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    std::size_t size = 0;
    double score = 0;
    for (std::size_t j = i; j < tokens.size() && size <= vocabulary.longest; ++j) {
      size += vocabulary.pieces[tokens[j]].size();
      score += vocabulary.scores[tokens[j]];
      const std::string_view whole = std::string_view(problem.text).substr(begin, size);
      const auto found = fits_a_line(whole) ? scores.find(whole) : scores.end();
      if (j > i && found != scores.end() && found->second >= score) {
        return "the piece at byte " + std::to_string(begin) + " of " + std::to_string(size) +
               " bytes is worth more than its parts";
      }
    }
    begin += vocabulary.pieces[tokens[i]].size();
    if (begin > (std::size_t{1} << 20)) break;  // a part is enough
  }
  return std::nullopt;
}

using Row = suite::Variant<Problem, Tokens>;

std::vector<Row> variants() {
  std::vector<Row> rows = {
      {.name = "reference",
       .run = [](const Problem& problem, Tokens& tokens,
                 const Execution&) { tokens = problem.prepared->reference.decode(problem.text); },
       .growth = slow_growth},
      {.name = suite::scheduled("automaton"),
       .run = [](const Problem& problem, Tokens& tokens,
                 const Execution& execution) { decode(problem.prepared->tables, problem.text, tokens, execution); },
       .growth = fast_growth,
       // The best score up to a byte is read where the step before has just written it.
       .work = [](const Problem& problem,
                  const Tokens& tokens) { return automaton_work(problem, tokens.size(), {.lookups = 1}); }}};
#ifdef TANDEM_PEER_SENTENCEPIECE
  const auto peer = [](const char* name, auto library, auto encode) {
    return Row{
        .name = name,
        .run =
            [=](const Problem& problem, Tokens& tokens, const Execution&) {
              const auto& tokeniser = (*problem.prepared).*library;
              ((*tokeniser).*encode)(problem.text, tokens);
            },
        .growth = fast_growth,
        .unsuited = unsuited_for_peer,
        .fields = describe_in_float,
        .certificate = [](const Problem& problem, const Tokens& tokens) { return not_the_text(problem, tokens); }};
  };
  rows.push_back(peer("peer_sentencepiece", &Prepared::peer, &SentencePiece::encode));
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE
  rows.push_back(peer("peer_sentencepiece_core", &Prepared::peer_core, &SentencePieceCore::encode));
#endif
#endif
  return rows;
}

const suite::Registered<Problem, Tokens> registered(
    {.name = "unigram_decode",
     .summary = "the best segmentation of a text into pieces of a vocabulary (tables prepared)",
     .source = "arXiv 1804.10959; kexue.fm 9752",
     .variants = variants(),
     .workloads = workloads(),
     .headlines = {{"line_6k", "a line of 6 kB into its best pieces"}},
     .problem = [](std::size_t count, std::uint64_t seed) { return random_problem(count, seed, 0.1); },
     .structural_counts = {block_bytes},
     .hash = hash_of_problem,
     .fields = describe_tokens,
     .certificate = certificate});

}  // namespace
}  // namespace tandem::unigram
