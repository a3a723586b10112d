// nbce_answer: an answer from n contexts, by NBCE (n + 1 sequences side by side) and by concatenation (one long
// sequence). The two give different answers; each is held against its own definition, and the race compares their cost.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/language_model_support.hpp"
#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/nbce/nbce.hpp"

namespace tandem::nbce {
namespace {

using language_model::Model;
using language_model::PackedModel;
using language_model::Shape;

std::vector<Token> random_tokens(std::size_t count, std::size_t vocabulary, std::uint64_t seed, std::uint64_t item) {
  std::vector<Token> tokens;
  for (std::size_t t = 0; t < count; ++t) {
    tokens.push_back(static_cast<Token>(random_bits(seed, item, t) % vocabulary));
  }
  return tokens;
}

struct Lengths {
  std::size_t contexts;  ///< how many
  std::size_t context;   ///< tokens of each
  std::size_t question;
  std::size_t answer;
};

AnswerProblem random_answer_problem(const Shape& shape, const Lengths& lengths, std::uint64_t seed) {
  Model<float> model = language_model::random_model(shape, seed);
  Request request{};
  request.question = random_tokens(lengths.question, shape.vocabulary, seed, 1000);
  for (std::size_t k = 0; k < lengths.contexts; ++k) {
    request.contexts.push_back(random_tokens(lengths.context, shape.vocabulary, seed, 1001 + k));
  }
  request.settings.temperature = 0;
  request.uniforms.assign(lengths.answer, 0.5);
  PackedModel packed(model);
  return {std::move(model), std::move(packed), std::move(request)};
}

std::uint64_t hash_of_problem(const AnswerProblem& problem) {
  std::uint64_t hash = suite::hash_of(problem.model.parameters);
  for (const auto& prompt : prompts_of(problem.request)) hash = hash * 31 + suite::hash_of(prompt);
  return hash;
}

/// The least lead of a token or a context at which another one is a mistake. A logit is off by a share of a few 1e-4 at
/// most of the largest, about 10 for these models; merging multiplies that by 1 + 2 beta.
constexpr double decisive_lead = 0.02;

/// The first difference that rounding does not explain. What follows a close decision cannot be compared.
std::optional<std::string> difference(const Generated& expected, const Generated& actual) {
  if (actual.tokens.size() != expected.tokens.size()) return "has the wrong number of tokens";
  for (std::size_t step = 0; step < expected.tokens.size(); ++step) {
    if (actual.tokens[step] == expected.tokens[step] && actual.chosen[step] == expected.chosen[step]) continue;
    if (!expected.margins.empty() && expected.margins[step] < decisive_lead) return std::nullopt;
    return "differs at token " + std::to_string(step);
  }
  return std::nullopt;
}

/// Each way that was taken against the expected one, where that is known; the certificate sees to the rest.
suite::Agreement compare(const AnswerProblem& problem, const BothAnswers& expected, const BothAnswers& actual) {
  suite::Agreement agreement{.error = 0, .tolerance = 0, .message = {}};
  const auto check = [&](const Generated& want, const Generated& have, const char* name) {
    if (want.tokens.empty() || have.tokens.empty()) return;
    if (const auto wrong = difference(want, have)) {
      agreement.error = std::numeric_limits<double>::infinity();
      agreement.message = std::string(name) + " " + *wrong;
    }
  };
  check(expected.nbce, actual.nbce, "nbce");
  check(expected.concatenated, actual.concatenated, "the concatenated answer");
  if (!problem.request.uniforms.empty() && actual.nbce.tokens.empty() && actual.concatenated.tokens.empty()) {
    agreement.error = std::numeric_limits<double>::infinity();
    agreement.message = "there is no answer";
  }
  return agreement;
}

/// The answer's first, second and last token once more: the sequences one after the other, each anew from its first
/// token, without a batch and without anything kept. Logits must then be the same bits.
std::optional<std::string> recheck(const AnswerProblem& problem, const Request& request, const Generated& generated) {
  if (generated.tokens.empty()) return std::nullopt;
  const std::size_t vocabulary = problem.model.shape.vocabulary;
  const std::size_t last = generated.tokens.size() - 1;
  for (const std::size_t step : {std::size_t{0}, std::min<std::size_t>(1, last), last}) {
    Problem<float> merging{.vocabulary = vocabulary, .logits = {}, .settings = request.settings};
    for (std::vector<Token> sequence : prompts_of(request)) {
      sequence.insert(sequence.end(), generated.tokens.begin(),
                      generated.tokens.begin() + static_cast<std::ptrdiff_t>(step));
      std::vector<float> logits(vocabulary);
      language_model::Decoder(problem.packed).prefill(0, sequence, logits);
      merging.logits.insert(merging.logits.end(), logits.begin(), logits.end());
    }
    merging.previous = step == 0 ? -1 : generated.chosen[step - 1];
    merging.uniform = request.uniforms[step];
    Answer<float> answer{.merged = std::vector<float>(vocabulary), .entropies = std::vector<double>(request.rows())};
    reference(merging, answer);
    // Only the rounding of the merge is left: temperature 0 in double may differ where two tokens are a float apart.
    const auto merged_of = [&](std::int64_t token) { return answer.merged[static_cast<std::size_t>(token)]; };
    const bool same_token = merged_of(generated.tokens[step]) >= merged_of(answer.token) - 1e-4F;
    if (!same_token || answer.chosen != generated.chosen[step]) {
      return "token " + std::to_string(step) + " is not what the model expects there";
    }
  }
  return std::nullopt;
}

std::optional<std::string> certificate(const AnswerProblem& problem, const BothAnswers& answers) {
  if (auto wrong = recheck(problem, problem.request, answers.nbce)) return "nbce: " + *wrong;
  if (auto wrong = recheck(problem, concatenated(problem.request), answers.concatenated)) {
    return "concatenated: " + *wrong;
  }
  return std::nullopt;
}

/// The products and the attention of every token of every sequence.
suite::Work work_of(const AnswerProblem& problem, const Request& request) {
  const Shape& shape = problem.model.shape;
  suite::Work work;
  for (const auto& prompt : prompts_of(request)) {
    const auto length = static_cast<double>(prompt.size() + request.uniforms.size()) - 1;
    // Logits are needed after the prompt and after each token alone.
    const auto logits = static_cast<double>(shape.dim * shape.vocabulary);
    const double unneeded = static_cast<double>(prompt.size()) - 1;
    work.fma_float += length * language_model::fma_per_token(shape, (length - 1) / 2) - unneeded * logits;
  }
  return work;
}

suite::Work nbce_work(const AnswerProblem& problem, const BothAnswers&) { return work_of(problem, problem.request); }
suite::Work concatenated_work(const AnswerProblem& problem, const BothAnswers&) {
  return work_of(problem, concatenated(problem.request));
}

suite::Workload<AnswerProblem> workload(const std::string& name, const Lengths& lengths, bool quick, bool fitted) {
  return {
      .name = name + "_n" + std::to_string(lengths.contexts),
      .size = static_cast<double>(lengths.contexts),
      .fitted = fitted,
      .quick = quick,
      .make = [=](std::uint64_t seed) { return random_answer_problem(language_model::shipped_shape, lengths, seed); }};
}

/// Contexts of 96 tokens and a question of 16: the prompt alone, up to its first token, whose cost is fitted over n;
/// and answers of 16 tokens.
std::vector<suite::Workload<AnswerProblem>> workloads() {
  std::vector<suite::Workload<AnswerProblem>> all;
  for (std::size_t contexts = 1; contexts <= 64; contexts *= 2) {
    all.push_back(workload("prompt", {contexts, 96, 16, 1}, contexts == 4, true));
  }
  for (std::size_t contexts = 1; contexts <= 64; contexts *= 2) {
    all.push_back(workload("answer", {contexts, 96, 16, 16}, contexts == 4, false));
  }
  return all;
}

AnswerProblem awkward_problem(std::size_t count, std::uint64_t seed) {
  const Lengths lengths{.contexts = count % 6, .context = count % 11, .question = count % 3, .answer = 1 + count % 4};
  AnswerProblem problem = random_answer_problem(language_model::awkward_shape(seed), lengths, seed);
  problem.request.settings.pool = static_cast<Pool>(count % 3);
  return problem;
}

// Steps are multiplications, of a sequence of 112 tokens for each context. The definition reads all anew for every
// token, in double.
constexpr double per_sequence = 112 * 1e6;
const suite::Growth definition{2, per_sequence};
const suite::Growth linear{1, per_sequence / 16};
const suite::Growth quadratic{1.3, per_sequence / 16};

const suite::Registered<AnswerProblem, BothAnswers> registered({
    .name = "nbce_answer",
    .summary = "answers from n contexts of 96 tokens: side by side, or one after the other in one long prompt",
    .source = "kexue.fm 9617, 9632; arXiv 2403.17552",
    .baseline = "concatenated_simd",
    .variants = {{"reference",
                  [](const AnswerProblem& problem, BothAnswers& answers, const Execution&) {
                    reference(problem, answers);
                  },
                  definition},
                 {"concatenated_simd", concatenated_simd, quadratic, concatenated_work},
                 {"concatenated_simd_omp", concatenated_simd_omp, quadratic, concatenated_work},
                 {"concatenated_simd_tbb", concatenated_simd_tbb, quadratic, concatenated_work},
                 {"nbce_simd", nbce_simd, linear, nbce_work},
                 {"nbce_simd_omp", nbce_simd_omp, linear, nbce_work},
                 {"nbce_simd_tbb", nbce_simd_tbb, linear, nbce_work}},
    .workloads = workloads(),
    .problem = awkward_problem,
    .hash = hash_of_problem,
    .poison = [](const AnswerProblem&, BothAnswers& answers) { answers = {}; },
    .compare = compare,
    .certificate = certificate,
});

}  // namespace
}  // namespace tandem::nbce
