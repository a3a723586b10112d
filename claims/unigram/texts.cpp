// What the posts and papers on unigram tokenisation say of whole texts: how many pieces, and that they are the text.
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "claims/suite/claim.hpp"
#include "claims/unigram/support.hpp"

namespace tandem::claims {
namespace {

using namespace unigram;

Outcome tokens_by_alpha(bool) {
  const std::vector<double> alphas = {1.0, 0.5, 0.2, 0.1, 0.01};
  std::string figures;
  double before = 0;
  bool rises = true;
  for (const double alpha : alphas) {
    const Problem problem = *problem_named("english_117k", alpha);
    Expectation expectation;
    expect(problem.prepared->sampler, problem.text, expectation, suite::all_cores());
    rises = rises && expectation.tokens > before;
    before = expectation.tokens;
    figures += fmt::format("{}{}: {:.3f}", figures.empty() ? "" : ", ", alpha,
                           static_cast<double>(problem.text.size()) / expectation.tokens);
  }
  return {"bytes per token at alpha " + figures, confirmed_if(rises), alphas.size()};
}

Outcome lossless(bool full) {
  std::size_t wrong = 0;
  std::size_t texts = 0;
  for (std::uint64_t seed = 0; seed < (full ? 1000U : 100U); ++seed) {
    for (const NamedProblem& named : named_problems()) {
      if (named.size > 10'000) continue;
      const Problem problem = named.make(seed);
      Tokens tokens;
      decode(problem.prepared->tables, problem.text, tokens, {});
      wrong += not_the_text(problem, tokens) ? 1 : 0;
      sample(problem.prepared->sampler, problem.text, {.seed = seed}, tokens, {});
      wrong += not_the_text(problem, tokens) ? 1 : 0;
      texts += 2;
    }
    if (!full && texts > 200) break;
  }
  return {
      fmt::format("{} of {} segmentations of English, Chinese, runs and random bytes are not the text", wrong, texts),
      confirmed_if(wrong == 0), texts};
}

Outcome expectation_is_the_mean(bool full) {
  const Problem problem = *problem_named("line_6k");
  Expectation expectation;
  expect(problem.prepared->sampler, problem.text, expectation, {});
  std::vector<Tokens> samples(full ? 10'000 : 1000);
  samples_simd(problem.prepared->sampler, problem.text, {}, samples, suite::all_cores());
  double sum = 0;
  double squares = 0;
  double surprise = 0;
  for (const Tokens& tokens : samples) {
    const auto size = static_cast<double>(tokens.size());
    sum += size;
    squares += size * size;
    surprise +=
        expectation.log_sum - problem.prepared->sampler.alpha() * score_of(*problem.prepared->vocabulary, tokens);
  }
  const auto count = static_cast<double>(samples.size());
  const double mean = sum / count;
  const double deviation = std::sqrt((squares / count - mean * mean) / count);
  return {fmt::format("tokens {:.2f} expected, {:.2f} +- {:.2f} drawn; entropy {:.2f}, {:.2f} drawn",
                      expectation.tokens, mean, deviation, expectation.entropy, surprise / count),
          confirmed_if(std::abs(mean - expectation.tokens) < 3 * deviation &&
                       std::abs(surprise / count - expectation.entropy) < 1e-3 * expectation.entropy),
          samples.size()};
}

const RegisteredClaims unigram_texts_registered(
    {unigram_claim("C8", "The smaller alpha, the more tokens", "kexue.fm 9768", "at every step", tokens_by_alpha),
     unigram_claim("C13", "The pieces are always the text", "kexue.fm 9752", "every text", lossless),
     unigram_claim("C14", "Expected number of tokens and entropy follow without drawing", of_this_project,
                   "3 standard deviations", expectation_is_the_mean)});

}  // namespace
}  // namespace tandem::claims
