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

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/nbce/nbce.hpp"
#include "problems/language_model/models.hpp"
#include "problems/nbce/requests.hpp"

namespace tandem::nbce {
namespace {

using language_model::Model;
using language_model::PackedModel;
using language_model::Shape;

AnswerProblem random_problem(const Shape& shape, const Lengths& lengths, std::uint64_t seed) {
  Model<float> model = language_model::random_model(shape, seed);
  PackedModel packed(model);
  return {std::move(model), std::move(packed), random_request(lengths, shape.vocabulary, seed)};
}

std::uint64_t hash_of_problem(const AnswerProblem& problem) {
  std::uint64_t hash = suite::hash_of(problem.model.parameters);
  for (const auto& prompt : prompts_of(problem.request)) hash = hash * 31 + suite::hash_of(prompt);
  return hash;
}

/// The least lead of a token or a context at which another one is a mistake. A logit is off by a share of a few 1e-4 at
/// most of the largest, about 10 for these models; merging multiplies that by 1 + 2 beta.
constexpr double decisive_lead = 0.02;

/// What a step merges after the tokens before it: the sequences one after the other, each anew from its first token,
/// without a batch and without anything kept. With `context` that one is chosen, whatever the entropies say.
Answer<float> merged_anew(const AnswerProblem& problem, const Request& request, const Generated& generated,
                          std::size_t step, std::optional<std::ptrdiff_t> context = {}) {
  const std::size_t vocabulary = problem.model.shape.vocabulary;
  Problem<float> merging{.vocabulary = vocabulary, .logits = {}, .settings = request.settings};
  for (std::vector<Token> sequence : prompts_of(request)) {
    sequence.insert(sequence.end(), generated.tokens.begin(),
                    generated.tokens.begin() + static_cast<std::ptrdiff_t>(step));
    std::vector<float> logits(vocabulary);
    language_model::Decoder(problem.packed).prefill(0, sequence, logits);
    merging.logits.insert(merging.logits.end(), logits.begin(), logits.end());
  }
  merging.previous = step == 0 ? -1 : generated.chosen[step - 1];
  if (context) {
    merging.previous = *context;
    merging.settings.eta = 1e6;  // above any entropy
  }
  merging.uniform = request.uniforms[step];
  Answer<float> answer{.merged = std::vector<float>(vocabulary), .entropies = std::vector<double>(request.rows())};
  reference(merging, answer);
  return answer;
}

/// Whether a token is as likely as the likeliest, to within `lead`.
bool likely(const Answer<float>& answer, Token token, double lead) {
  const auto id = static_cast<std::size_t>(token);
  return token >= 0 && id < answer.merged.size() &&
         answer.merged[id] >= *std::ranges::max_element(answer.merged) - static_cast<float>(lead);
}

/// Whether the context and the token that were chosen at a step are as good as those expected.
bool as_good(const AnswerProblem& problem, const Request& request, const Generated& expected, const Generated& actual,
             std::size_t step) {
  const std::ptrdiff_t context = actual.chosen[step];
  if (context == expected.chosen[step]) {
    return likely(merged_anew(problem, request, expected, step), actual.tokens[step], decisive_lead);
  }
  if (std::min(context, expected.chosen[step]) < 0 || context >= static_cast<std::ptrdiff_t>(request.contexts.size())) {
    return false;
  }
  const Answer<float> answer = merged_anew(problem, request, expected, step, context);
  const auto entropy = [&](std::ptrdiff_t k) {
    const bool before = step > 0 && expected.chosen[step - 1] == k;
    return answer.entropies[static_cast<std::size_t>(k) + 1] - (before ? request.settings.eta : 0);
  };
  return entropy(context) <= entropy(expected.chosen[step]) + decisive_lead &&
         likely(answer, actual.tokens[step], decisive_lead);
}

/// How many steps can be compared: what follows a close decision that fell otherwise cannot.
std::size_t comparable_steps(const AnswerProblem& problem, const Request& request, const Generated& expected,
                             const Generated& actual) {
  const std::size_t steps = expected.tokens.size();
  for (std::size_t step = 0; step < std::min({steps, actual.tokens.size(), actual.chosen.size()}); ++step) {
    if (actual.tokens[step] == expected.tokens[step] && actual.chosen[step] == expected.chosen[step]) continue;
    const bool close = !expected.margins.empty() && expected.margins[step] < decisive_lead;
    return close && as_good(problem, request, expected, actual, step) ? step : steps;
  }
  return steps;
}

/// The same up to a close decision.
template <class Values>
suite::Agreement same_steps(std::size_t steps, const Values& expected, const Values& actual) {
  const bool same = actual.size() == expected.size() &&
                    std::equal(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(steps), actual.begin());
  if (same) return {};
  return {.error = std::numeric_limits<double>::infinity(), .message = "no close decision explains it"};
}

/// One way to the answer; `taken`: the variant goes it.
void describe_way(const std::string& name, Generated BothAnswers::*way, const AnswerProblem& problem,
                  const Request& request, bool taken, suite::Fields<BothAnswers>& fields) {
  const auto of = [way](auto member) {
    return [=](auto& answers) -> auto& { return answers.*way.*member; };
  };
  const auto tokens = of(&Generated::tokens);
  const auto chosen = of(&Generated::chosen);
  const auto entropies = of(&Generated::entropies);
  fields.ignored(name + " margins", of(&Generated::margins), "of the definition alone");
  if (!taken) {
    constexpr const char* why = "the variant goes the other way";
    fields.ignored(name + " tokens", tokens, why);
    fields.ignored(name + " chosen", chosen, why);
    fields.ignored(name + " entropies", entropies, why);
    return;
  }
  const auto comparable = [&problem, &request, way](const BothAnswers& right, const BothAnswers& answers) {
    return comparable_steps(problem, request, right.*way, answers.*way);
  };
  const auto up_to_close_decision = [&comparable](auto place) {
    return [&comparable, place](const BothAnswers& right, const BothAnswers& answers) {
      return same_steps(comparable(right, answers), place(right), place(answers));
    };
  };
  const std::size_t steps = request.uniforms.size();
  const std::size_t rows = request.rows();
  fields.equal_or(name + " tokens", tokens, steps, up_to_close_decision(tokens));
  fields.equal_or(name + " chosen", chosen, steps, up_to_close_decision(chosen));
  fields.relative(name + " entropies", entropies, steps * rows, decisive_lead,
                  [&](const BothAnswers& right, const BothAnswers& answers) {
                    return [rows, count = comparable(right, answers)](std::size_t i) {
                      return i / rows < count ? 1 : std::numeric_limits<double>::infinity();
                    };
                  });
}

template <bool nbce, bool concatenation>
void describe(const AnswerProblem& problem, suite::Fields<BothAnswers>& fields) {
  describe_way("nbce", &BothAnswers::nbce, problem, problem.request, nbce, fields);
  describe_way("concatenated", &BothAnswers::concatenated, problem, concatenated(problem.request), concatenation,
               fields);
}

/// The answer's first, second and last token once more. Logits must then be the same bits, and only the rounding of the
/// merge is left: temperature 0 in double may differ where two tokens are a float apart.
std::optional<std::string> recheck(const AnswerProblem& problem, const Request& request, const Generated& generated) {
  if (generated.tokens.empty()) return std::nullopt;
  const std::size_t last = generated.tokens.size() - 1;
  for (const std::size_t step : {std::size_t{0}, std::min<std::size_t>(1, last), last}) {
    const Answer<float> answer = merged_anew(problem, request, generated, step);
    if (!likely(answer, generated.tokens[step], 1e-4) || answer.chosen != generated.chosen[step]) {
      return "token " + std::to_string(step) + " is not what the model expects there";
    }
  }
  return std::nullopt;
}

template <bool nbce, bool concatenation>
std::optional<std::string> certificate(const AnswerProblem& problem, const BothAnswers& answers) {
  std::optional<std::string> wrong;
  if (nbce) wrong = recheck(problem, problem.request, answers.nbce);
  if (concatenation && !wrong) wrong = recheck(problem, concatenated(problem.request), answers.concatenated);
  return wrong;
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

/// Sizes are in contexts with their questions, of so many tokens.
constexpr double sequence = 112;

suite::Workload<AnswerProblem> workload(const std::string& name, const Lengths& lengths, bool quick, bool fitted) {
  return {.name = name + "_n" + std::to_string(lengths.contexts),
          .size = static_cast<double>(lengths.contexts * (lengths.context + lengths.question)) / sequence,
          .fitted = fitted,
          .quick = quick,
          .make = [=](std::uint64_t seed) { return random_problem(language_model::shipped_shape, lengths, seed); }};
}

/// Contexts of 96 tokens and a question of 16: the prompt alone, up to its first token, whose cost is fitted over n;
/// and answers of 16 tokens. The short one is what the definition can afford.
std::vector<suite::Workload<AnswerProblem>> workloads() {
  std::vector<suite::Workload<AnswerProblem>> all;
  for (std::size_t contexts = 1; contexts <= 64; contexts *= 2) {
    all.push_back(workload("prompt", {contexts, 96, 16, 1}, contexts == 4, true));
  }
  for (std::size_t contexts = 1; contexts <= 64; contexts *= 2) {
    all.push_back(workload("answer", {contexts, 96, 16, 16}, contexts == 4, false));
  }
  all.push_back(workload("short", {4, 16, 8, 1}, false, false));
  return all;
}

AnswerProblem awkward_problem(std::size_t count, std::uint64_t seed) {
  const Lengths lengths{.contexts = count % 6, .context = count % 11, .question = count % 3, .answer = 1 + count % 4};
  AnswerProblem problem = random_problem(language_model::awkward_shape(seed), lengths, seed);
  problem.request.settings.pool = static_cast<Pool>(count % 3);
  return problem;
}

// Steps are multiplications. The definition reads all anew for every token, in double.
constexpr double per_sequence = sequence * 1e6;
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
                 {.name = suite::scheduled("concatenated_simd"),
                  .run = concatenated_simd,
                  .growth = quadratic,
                  .work = concatenated_work,
                  .fields = describe<false, true>,
                  .certificate = certificate<false, true>},
                 {.name = suite::scheduled("nbce_simd"),
                  .run = nbce_simd,
                  .growth = linear,
                  .work = nbce_work,
                  .fields = describe<true, false>,
                  .certificate = certificate<true, false>}},
    .workloads = workloads(),
    .headlines = {{"short_n4", "4 contexts of 16 tokens up to the first token"}},
    .problem = awkward_problem,
    .hash = hash_of_problem,
    .fields = describe<true, true>,
    .certificate = certificate<true, true>,
});

}  // namespace
}  // namespace tandem::nbce
