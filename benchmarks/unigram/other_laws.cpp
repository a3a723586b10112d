// unigram_sample_n_best, unigram_sample_biased: random segmentations with other laws than unigram_sample's, reported as
// what they are. One is cut off to the n best segmentations of a line, as SentencePiece does it where nbest_size is
// above 1; the other is the first Viterbi sampling of kexue.fm 9768, whose bias claims C2 to C4 and
// tests/unigram/law_test.cpp show.
#include "benchmarks/unigram/support.hpp"

namespace tandem::unigram {
namespace {

constexpr std::size_t best = 64;  // what Kudo's paper takes

// The reference decides by the same numbers and by the same expressions of the same exact scores: nothing is rounded
// otherwise, and the same tokens may be asked for.

using Row = suite::Variant<Problem, Tokens>;

std::vector<Row> n_best_variants() {
  std::vector<Row> rows = {
      {.name = "reference",
       .run =
           [](const Problem& problem, Tokens& tokens, const Execution&) {
             tokens = sample_n_best(problem.prepared->reference, problem.text, best, problem.prepared->sampler.alpha(),
                                    [&](std::size_t position) { return draw_uniform(problem.seed, position); });
           },
       .growth = {1, 40'000}},
      {.name = suite::scheduled("enumeration"),
       .run =
           [](const Problem& problem, Tokens& tokens, const Execution& execution) {
             const Prepared& prepared = *problem.prepared;
             sample_n_best(prepared.tables, problem.text, best, prepared.sampler.alpha(), problem.seed, tokens,
                           execution);
           },
       .growth = {1, 1}}};
#ifdef TANDEM_PEER_SENTENCEPIECE
  rows.push_back({.name = "peer_sentencepiece",
                  .run =
                      [](const Problem& problem, Tokens& tokens, const Execution&) {
                        problem.prepared->peer->sample_n_best(problem.text, best, problem.prepared->sampler.alpha(),
                                                              tokens);
                      },
                  .growth = {1, 200},
                  .unsuited = [](const Problem& problem) -> std::optional<std::string> {
                    for (std::size_t begin = 0, end = 0; begin < problem.text.size(); begin = end) {
                      end = end_of_line(problem.text, begin);
                      if (end - begin > 4096) return "a line is too long for its list of open ways";
                    }
                    return unsuited_for_peer(problem);
                  },
                  .fields = describe_drawn_by_peer});
#endif
  return rows;
}

std::vector<Row> biased_variants() {
  return {{.name = "reference",
           .run =
               [](const Problem& problem, Tokens& tokens, const Execution&) {
                 tokens = sample_biased(problem.prepared->reference, problem.text, problem.prepared->sampler.alpha(),
                                        [&](std::size_t position, std::size_t candidate) {
                                          return draw_uniform_of_candidate(problem.seed, position, candidate);
                                        });
               },
           .growth = slow_growth},
          {.name = suite::scheduled("automaton"),
           .run =
               [](const Problem& problem, Tokens& tokens, const Execution& execution) {
                 const Prepared& prepared = *problem.prepared;
                 sample_biased(prepared.tables, problem.text, prepared.sampler.alpha(), problem.seed, tokens,
                               execution);
               },
           .growth = fast_growth,
           // As in decoding, the score that was kept for a byte is read by the next.
           .work = [](const Problem& problem,
                      const Tokens& tokens) { return automaton_work(problem, tokens.size(), {.lookups = 1}); }}};
}

suite::Method<Problem, Tokens> method(std::string name, std::string summary, std::string source,
                                      std::vector<Row> variants, std::size_t bytes_per_element, std::string headline) {
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = std::move(source),
          .variants = std::move(variants),
          .workloads = workloads_quick_where_small(0.1),
          .headlines = {{"line_6k", std::move(headline)}},
          .problem = [=](std::size_t count,
                         std::uint64_t seed) { return random_problem(count * bytes_per_element / 20, seed, 0.5); },
          .hash = hash_of_problem,
          .fields = describe_tokens,
          .certificate = [](const Problem& problem, const Tokens& tokens) { return not_the_text(problem, tokens); }};
}

const suite::Registered<Problem, Tokens> n_best(method(
    "unigram_sample_n_best", "one of the 64 best segmentations of every line, alpha = 0.1: not unigram_sample's law",
    "arXiv 1804.10959", n_best_variants(), 1, "one of the 64 best splits of 6 kB"));
const suite::Registered<Problem, Tokens> biased(
    method("unigram_sample_biased", "one segmentation by the first Viterbi sampling, alpha = 0.1: biased",
           "kexue.fm 9768; 9811 on its bias", biased_variants(), 20, "a biased random split of 6 kB"));

}  // namespace
}  // namespace tandem::unigram
