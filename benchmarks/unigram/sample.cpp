// unigram_sample, unigram_sample_sharp: one segmentation, drawn with probability proportional to exp(alpha * score), at
// the alpha that the posts use (0.1) and at that of the model itself (1).
#include "benchmarks/unigram/support.hpp"
#include "impl/unigram/automaton/blocks.hpp"

namespace tandem::unigram {
namespace {

// A draw falls otherwise than the reference's only where its number is within the rounding of its bound, 1e-13 of the
// whole interval, which the seeds that are used do not meet: the same tokens may be asked for.

using Row = suite::Variant<Problem, Tokens>;

Row reference_row() {
  return {.name = "reference",
          .run =
              [](const Problem& problem, Tokens& tokens, const Execution&) {
                const auto uniform = [&](std::size_t position) { return draw_uniform(problem.seed, position); };
                const Prepared& prepared = *problem.prepared;
                tokens = prepared.reference.sample(problem.text, prepared.sampler.alpha(), uniform);
              },
          .growth = slow_growth};
}

Row automaton_row() {
  return {.name = suite::scheduled("automaton"),
          .run =
              [](const Problem& problem, Tokens& tokens, const Execution& execution) {
                sample(problem.prepared->sampler, problem.text, problem.seed, tokens, execution);
              },
          .growth = fast_growth,
          // A sum waits for the one before it, which is multiplied with the weight of the last byte and added.
          .work = [](const Problem& problem,
                     const Tokens& tokens) { return automaton_work(problem, tokens.size(), {.fma = 1}); }};
}

suite::Method<Problem, Tokens> method(std::string name, double alpha) {
  std::vector<Row> rows = {reference_row(), automaton_row()};
#ifdef TANDEM_PEER_SENTENCEPIECE
  const auto peer = [](const char* peer_name, auto library, auto draw) {
    return Row{.name = peer_name,
               .run =
                   [=](const Problem& problem, Tokens& tokens, const Execution&) {
                     const auto& tokeniser = (*problem.prepared).*library;
                     ((*tokeniser).*draw)(problem.text, problem.prepared->sampler.alpha(), tokens);
                   },
               .growth = peer_sampling_growth,
               .unsuited = unsuited_for_peer,
               .fields = describe_drawn_by_peer};
  };
  rows.push_back(peer("peer_sentencepiece", &Prepared::peer, &SentencePiece::sample));
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE
  rows.push_back(peer("peer_sentencepiece_core", &Prepared::peer_core, &SentencePieceCore::sample));
#endif
#endif
  return {.name = std::move(name),
          .summary = "one segmentation drawn by its probability, alpha = " + std::string(alpha < 1 ? "0.1" : "1"),
          .source = "arXiv 1804.10959; kexue.fm 9768, 9811",
          .variants = std::move(rows),
          .workloads = alpha < 1 ? workloads(alpha) : workloads_quick_where_small(alpha),
          .headlines = {{"line_6k", std::string("a random split of 6 kB, alpha = ") + (alpha < 1 ? "0.1" : "1")}},
          .problem = [alpha](std::size_t count,
                             std::uint64_t seed) { return random_problem(count, seed, alpha < 1 ? alpha : 5 * alpha); },
          .structural_counts = {block_bytes},
          .hash = hash_of_problem,
          .fields = describe_tokens,
          .certificate = [](const Problem& problem, const Tokens& tokens) { return not_the_text(problem, tokens); }};
}

const suite::Registered<Problem, Tokens> registered(method("unigram_sample", 0.1));
const suite::Registered<Problem, Tokens> registered_sharp(method("unigram_sample_sharp", 1));

}  // namespace
}  // namespace tandem::unigram
