// unigram_expect: expected counts and entropy of the law that the samplers draw from, which is also a step of training.
#include <cmath>
#include <limits>

#include "benchmarks/unigram_support.hpp"

namespace tandem::unigram {
namespace {

void poison(const Problem& problem, Expectation& answer) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  answer = {.log_sum = nan, .tokens = nan, .score = nan, .entropy = nan, .counts = {}};
  answer.counts.assign(problem.prepared->vocabulary->pieces.size(), nan);
}

// The reference works with logarithms of sums: at position n of a line they are up to |score| n in magnitude and
// rounded n times, the probabilities they give are off by as much, and a count is a sum of at most n of them. Lines
// have at most 10^5 bytes here and scores up to 30 nats: 10^5 * 30 * 2^-53 in one logarithm, of which the roundings of
// a line mostly cancel; 1e-9 relative to the number of tokens is asked for, where a wrong weight would show in the
// first digits.
suite::Agreement compare(const Problem&, const Expectation& expected, const Expectation& actual) {
  suite::Agreement agreement{.error = 0, .tolerance = 1e-9};
  const auto check = [&](double want, double have, double scale, const std::string& what) {
    const double error = std::abs(want - have) / std::max(1.0, scale);
    if (error <= agreement.error) return;
    agreement.error = error;
    if (!agreement.agrees())
      agreement.message = what + " is " + std::to_string(have) + ", expected " + std::to_string(want);
  };
  if (expected.counts.size() != actual.counts.size()) return {.error = 1, .message = "a count is missing"};
  const double magnitude = std::abs(expected.score) + std::abs(expected.log_sum) + expected.tokens;
  check(expected.log_sum, actual.log_sum, magnitude, "the log of the sum");
  check(expected.tokens, actual.tokens, expected.tokens, "the number of tokens");
  check(expected.score, actual.score, magnitude, "the score");
  check(expected.entropy, actual.entropy, magnitude, "the entropy");
  for (std::size_t token = 0; token < expected.counts.size() && agreement.agrees(); ++token) {
    check(expected.counts[token], actual.counts[token], expected.tokens, "the count of token " + std::to_string(token));
  }
  return agreement;
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

using Row = suite::Variant<Problem, Expectation>;

template <void (*run)(const Sampler&, std::string_view, Expectation&, const Execution&)>
Row row(const char* name) {
  return {.name = name,
          .run = [](const Problem& problem, Expectation& answer,
                    const Execution& execution) { run(problem.prepared->sampler, problem.text, answer, execution); },
          .growth = fast_growth};
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
                  row<expect>("automaton"),
                  row<expect_omp>("automaton_omp"),
                  row<expect_tbb>("automaton_tbb")},
     .workloads = workloads_quick_where_small(1),
     .problem = [](std::size_t count, std::uint64_t seed) { return random_problem(count, seed, 1); },
     .hash = hash_of_problem,
     .poison = poison,
     .compare = compare,
     .certificate = certificate,
     .work = [](const Problem& problem, const Expectation&) { return least_work(problem, 0); }});

}  // namespace
}  // namespace tandem::unigram
