// unigram_expect: expected counts and entropy of the law that the samplers draw from, which is also a step of training.
#include <cmath>
#include <limits>

#include "benchmarks/unigram/support.hpp"
#include "impl/unigram/automaton/blocks.hpp"

namespace tandem::unigram {
namespace {

// The reference works with logarithms of sums: at position n of a line they are up to |score| n in magnitude and
// rounded n times, the probabilities they give are off by as much, and a count is a sum of at most n of them. Lines
// have at most 10^5 bytes here and scores up to 30 nats: 10^5 * 30 * 2^-53 in one logarithm, of which the roundings of
// a line mostly cancel; 1e-9 relative to the number of tokens is asked for, where a wrong weight would show in the
// first digits.
void describe(const Problem& problem, suite::Fields<Expectation>& fields) {
  constexpr double tolerance = 1e-9;
  const auto magnitude = [](const Expectation& right) {
    return std::max(1.0, std::abs(right.score) + std::abs(right.log_sum) + right.tokens);
  };
  const auto tokens = [](const Expectation& right) { return std::max(1.0, right.tokens); };
  fields.relative("log_sum", &Expectation::log_sum, {}, tolerance, magnitude);
  fields.relative("tokens", &Expectation::tokens, {}, tolerance, tokens);
  fields.relative("score", &Expectation::score, {}, tolerance, magnitude);
  fields.relative("entropy", &Expectation::entropy, {}, tolerance, magnitude);
  fields.relative("counts", &Expectation::counts, problem.prepared->vocabulary->pieces.size(), tolerance, tokens);
}

/// Every byte is in one piece: the counts' bytes add up to the text's.
std::optional<std::string> certificate(const Problem& problem, const Expectation& answer) {
  double bytes = 0;
  for (std::size_t token = 0; token < answer.counts.size(); ++token) {
    bytes += answer.counts[token] * static_cast<double>(problem.prepared->vocabulary->pieces[token].size());
  }
  const auto size = static_cast<double>(problem.text.size());
  if (!(std::abs(bytes - size) <= 1e-9 * size)) return "the pieces have " + std::to_string(bytes) + " bytes";
  if (!(answer.entropy >= -1e-6 * size)) return "the entropy is negative";
  return std::nullopt;
}

const suite::Registered<Problem, Expectation> registered(
    {.name = "unigram_expect",
     .summary = "expected counts of all pieces and entropy of the segmentations of a text, alpha = 1",
     .source = "arXiv 1804.10959",
     .variants = {{.name = "reference",
                   .run =
                       [](const Problem& problem, Expectation& answer, const Execution&) {
                         expect(problem.prepared->reference, problem.text, problem.prepared->sampler.alpha(), answer);
                       },
                   .growth = slow_growth},
                  {.name = suite::scheduled("automaton"),
                   .run =
                       [](const Problem& problem, Expectation& answer, const Execution& execution) {
                         expect(problem.prepared->sampler, problem.text, answer, execution);
                       },
                   .growth = fast_growth,
                   // A sum as in sampling; on the way back a probability that has just been written is divided and
                   // multiplied.
                   .work = [](const Problem& problem,
                              const Expectation&) { return automaton_work(problem, 0, {.fma = 3, .lookups = 1}); }}},
     .workloads = workloads_quick_where_small(1),
     .headlines = {{"line_6k", "counts expected of every piece in 6 kB"}},
     .problem = [](std::size_t count, std::uint64_t seed) { return random_problem(count, seed, 1); },
     .structural_counts = {block_bytes},
     .hash = hash_of_problem,
     .fields = describe,
     .certificate = certificate});

}  // namespace
}  // namespace tandem::unigram
