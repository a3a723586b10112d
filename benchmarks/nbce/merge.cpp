// nbce_merge, nbce_merge_bfloat16: one step of NBCE from logits to the token.
#include "reference/nbce/nbce.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/nbce/merge/merge.hpp"
#include "impl/nbce/nbce.hpp"
#include "impl/nbce/row/row.hpp"
#include "impl/support/random.hpp"
#include "problems/nbce/logits.hpp"

namespace tandem::nbce {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Of one merged log-probability: log p = (logit - maximum) - log Z rounds three times to 2^-24 of at most 2^5 (1e-5),
/// and log Z itself is right to 4e-6; beta + 1 and beta times that, once more rounded each: 1e-4 is enough for beta <=
/// 2 and grows with it.
template <class Logit>
double merged_tolerance(const Problem<Logit>& problem) {
  return 1e-4 * std::max(1.0, std::abs(problem.settings.beta) / 2);
}

constexpr double entropy_tolerance = 4e-4;  // twice entropy_rounding of the variants: the rounding of either side

/// Whether the token is the one that the random number draws, or its neighbour in the cumulated weights where the
/// number is within 1e-4 of their border: each weight is as uncertain as its exponent.
template <class Logit>
std::optional<std::string> wrong_token(const Problem<Logit>& problem, const Answer<float>& expected,
                                       std::int64_t token) {
  if (token == expected.token) return std::nullopt;
  const auto size = static_cast<std::int64_t>(problem.vocabulary);
  if (token < 0 || token >= size) return "token " + std::to_string(token) + " does not exist";
  const double temperature = problem.settings.temperature;
  const double largest = *std::ranges::max_element(expected.merged);
  const double tolerance = merged_tolerance(problem);
  if (temperature == 0) {
    if (expected.merged[static_cast<std::size_t>(token)] >= largest - 2 * tolerance) return std::nullopt;
    return "token " + std::to_string(token) + " is not the likeliest";
  }
  double sum = 0;
  double before = 0;
  for (std::int64_t id = 0; id < size; ++id) {
    if (id == token) before = sum;
    sum += std::exp((expected.merged[static_cast<std::size_t>(id)] - largest) / temperature);
  }
  const double weight = std::exp((expected.merged[static_cast<std::size_t>(token)] - largest) / temperature);
  const double uncertain = sum * std::expm1(2 * tolerance / temperature);
  const double target = problem.uniform * sum;
  if (weight > 0 && target >= before - uncertain && target <= before + weight + uncertain) return std::nullopt;
  return "token " + std::to_string(token) + " is not what the random number draws, " + std::to_string(expected.token);
}

/// The chosen context and the set of possible tokens must be the same.
template <class Logit>
void describe(const Problem<Logit>& problem, suite::Fields<Answer<float>>& fields) {
  fields.absolute("merged", &Answer<float>::merged, problem.vocabulary, merged_tolerance(problem));
  fields.absolute("entropies", &Answer<float>::entropies, problem.rows(), entropy_tolerance);
  fields.equal("chosen", &Answer<float>::chosen);
  fields.equal_or("token", &Answer<float>::token, {},
                  [&problem](const Answer<float>& right, const Answer<float>& answer) -> suite::Agreement {
                    if (auto wrong = wrong_token(problem, right, answer.token)) return {infinity, 0, std::move(*wrong)};
                    return {};
                  });
}

/// What can be seen without the reference: no NaN, no +inf, a possible token that merged finds likely enough, entropies
/// between 0 and log V, and the chosen context as the entropies say.
template <class Logit>
std::optional<std::string> certificate(const Problem<Logit>& problem, const Answer<float>& answer) {
  for (const float value : answer.merged) {
    if (std::isnan(value) || value == infinity) return "merged has a NaN or +inf";
  }
  if (answer.token < 0 || answer.token >= static_cast<std::int64_t>(problem.vocabulary) ||
      std::isinf(answer.merged[static_cast<std::size_t>(answer.token)])) {
    return "the token is impossible";
  }
  const double most = std::log(static_cast<double>(problem.vocabulary)) + entropy_tolerance;
  for (const double entropy : answer.entropies) {
    if (!(entropy >= -entropy_tolerance && entropy <= most)) return "an entropy is out of range";
  }
  if (problem.settings.pool == Pool::minimum_entropy &&
      answer.chosen != choose(answer.entropies, problem.previous, problem.settings.eta)) {
    return "the chosen context has not the least entropy";
  }
  return std::nullopt;
}

/// One exponential for every logit, each logit read and each merged value written once.
template <class Logit>
suite::Work work(const Problem<Logit>& problem, const Answer<float>&) {
  const auto logits = static_cast<double>(problem.logits.size());
  const double written = sizeof(float) * static_cast<double>(problem.vocabulary);
  return {.exp_float = logits,
          .bytes_read = sizeof(Logit) * logits,
          .bytes_written = written,
          .footprint = sizeof(Logit) * logits + written};
}

template <class Logit>
using Workload = suite::Workload<Problem<Logit>>;

template <class Logit>
Workload<Logit> workload(const std::string& name, std::size_t vocabulary, std::size_t contexts, const Shape& shape = {},
                         bool quick = true, bool fitted = false) {
  return {.name = name,
          .size = static_cast<double>((contexts + 1) * vocabulary),
          .fitted = fitted,
          .quick = quick,
          .make = [=](std::uint64_t seed) { return random_problem<Logit>(vocabulary, contexts, seed, shape); }};
}

template <class Logit>
std::vector<Workload<Logit>> workloads() {
  std::vector<Workload<Logit>> all = {
      workload<Logit>("V32000_n12", 32000, 12), workload<Logit>("V65024_n12", 65024, 12, {}, false),
      workload<Logit>("V151936_n12", 151936, 12), workload<Logit>("V151936_n12_flat", 151936, 12, {1.1, 1.1, 1}, false),
      workload<Logit>("V151936_n64", 151936, 64, {}, false)};
  for (std::size_t contexts = 1; contexts <= 64; contexts *= 2) {
    all.push_back(workload<Logit>("growth_n" + std::to_string(contexts), 32000, contexts, {}, false, true));
  }
  return all;
}

template <class Logit>
std::uint64_t hash_of_problem(const Problem<Logit>& problem) {
  std::vector<float> logits(problem.logits.begin(), problem.logits.end());
  return suite::hash_of(logits);
}

template <class Logit>
suite::Method<Problem<Logit>, Answer<float>> method(const std::string& name, const std::string& summary,
                                                    const std::string& width) {
  // Steps are logits; sorting takes a hundred times as long as one pass.
  const suite::Growth sorted{1.05, 8};
  const suite::Growth pass{1, 1.0 / 8};
  std::vector<suite::Variant<Problem<Logit>, Answer<float>>> variants = {
      {"reference",
       [](const Problem<Logit>& problem, Answer<float>& answer, const Execution&) { reference(problem, answer); },
       sorted}};
  if constexpr (std::is_same_v<Logit, float>) variants.push_back({"eigen", eigen, sorted});
  variants.push_back({suite::scheduled("simd"), simd<Logit>, pass});
  return {.name = name,
          .summary = summary,
          .source = "kexue.fm 9617, 9632; arXiv 2403.17552",
          .variants = std::move(variants),
          .workloads = workloads<Logit>(),
          .headlines = {{"V32000_n12", "merging 13 x 32,000 logits" + width}},
          .problem = awkward_problem<Logit>,
          .structural_counts = {merge_block_size, long_row},
          .hash = hash_of_problem<Logit>,
          .fields = describe<Logit>,
          .certificate = certificate<Logit>,
          .work = work<Logit>};
}

const suite::Registered<Problem<float>, Answer<float>> registered(
    method<float>("nbce_merge", "one token from the logits of n contexts and of the question alone", ""));
const suite::Registered<Problem<Bfloat16>, Answer<float>> registered_bfloat16(
    method<Bfloat16>("nbce_merge_bfloat16", "the same from logits of two bytes", " of two bytes"));

}  // namespace
}  // namespace tandem::nbce
