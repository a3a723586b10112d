// What the methods of the language model share: agreement, certificate, declared work.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/language_model/decoder/decoder.hpp"
#include "impl/language_model/language_model.hpp"
#include "problems/language_model/logits.hpp"
#include "problems/language_model/models.hpp"

namespace tandem::language_model {

inline Problem random_problem(const Model<float>& model, std::size_t count, std::size_t length, std::uint64_t seed) {
  return {model, PackedModel(model), random_sequences(count, length, model.shape.vocabulary, seed)};
}

inline std::uint64_t hash_of_problem(const Problem& problem) {
  std::uint64_t hash = suite::hash_of(problem.model.parameters);
  for (const auto& tokens : problem.sequences) hash = hash * 31 + suite::hash_of(tokens);
  return hash;
}

inline std::size_t token_count(const Problem& problem) {
  return problem.sequences.empty() ? 0 : problem.sequences.size() * problem.sequences.front().size();
}

/// The largest logit of every position.
inline std::vector<double> largest_logits(const Answer& logits, std::size_t vocabulary) {
  std::vector<double> largest(logits.size() / vocabulary, std::numeric_limits<float>::min());
  for (std::size_t i = 0; i < logits.size(); ++i) {
    double& of_position = largest[i / vocabulary];
    of_position = std::max(of_position, std::abs(static_cast<double>(logits[i])));
  }
  return largest;
}

/// Every logit as a share of the largest of its position.
inline void describe(const Problem& problem, suite::Fields<Answer>& fields) {
  const std::size_t vocabulary = problem.model.shape.vocabulary;
  fields.relative("the logits", suite::itself, token_count(problem) * vocabulary, logit_tolerance(problem.model.shape),
                  [vocabulary](const Answer& right) {
                    return [vocabulary, largest = largest_logits(right, vocabulary)](std::size_t i) {
                      return largest[i / vocabulary];
                    };
                  });
}

/// No position knows what follows: the first ones of a sequence are those of the definition on a short one. The later
/// ones are held against each other by the tests alone, which find prompt and steps equal bit by bit.
inline std::optional<std::string> certificate(const Problem& problem, const Answer& answer) {
  const std::size_t vocabulary = problem.model.shape.vocabulary;
  const std::size_t count = problem.sequences.size();
  if (answer.size() != token_count(problem) * vocabulary) return "the answer has the wrong length";
  if (!std::ranges::all_of(answer, [](float logit) { return std::isfinite(logit); })) return "a logit is not finite";
  if (answer.empty()) return std::nullopt;
  const std::size_t length = problem.sequences.front().size();
  for (const std::size_t s : {std::size_t{0}, count - 1}) {
    const auto tokens = std::span(problem.sequences[s]).first(std::min<std::size_t>(length, 5));
    std::vector<double> expected(tokens.size() * vocabulary);
    reference(problem.model, std::span<const Token>(tokens), expected);
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      const float* actual = answer.data() + (s * length + t) * vocabulary;
      if (!(logit_error(expected.data() + t * vocabulary, actual, vocabulary) <=
            logit_tolerance(problem.model.shape))) {
        return "position " + std::to_string(t) + " of sequence " + std::to_string(s) + " is not the definition's";
      }
    }
  }
  return std::nullopt;
}

/// Every parameter is read, every logit written; one exp for each SwiGLU number and each score.
inline suite::Work work(const Problem& problem, const Answer& answer) {
  const Shape& shape = problem.model.shape;
  const auto tokens = static_cast<double>(token_count(problem));
  const double length = problem.sequences.empty() ? 0 : static_cast<double>(problem.sequences.front().size());
  const double mean_position = (length - 1) / 2;
  const double scores = static_cast<double>(shape.heads) * (mean_position + 1);
  const double read = sizeof(float) * static_cast<double>(problem.model.parameters.size());
  const double written = sizeof(float) * static_cast<double>(answer.size());
  return {.fma_float = tokens * fma_per_token(shape, mean_position),
          .exp_float = tokens * static_cast<double>(shape.layers) * (static_cast<double>(shape.hidden_dim) + scores),
          .bytes_read = read,
          .bytes_written = written,
          .footprint = read + written};
}

/// Times are per token.
inline suite::Workload<Problem> workload(std::string name, const Shape& shape, std::size_t count, std::size_t length,
                                         std::function<Problem(std::uint64_t)> make, bool quick = true) {
  return {.name = std::move(name),
          .size = fma_per_token(shape, static_cast<double>(length) / 2),
          .items = static_cast<double>(count * length),
          .fitted = false,
          .quick = quick,
          .make = std::move(make)};
}

inline suite::Workload<Problem> random_workload(std::string name, const Shape& shape, std::size_t count,
                                                std::size_t length, bool quick = true) {
  return workload(
      std::move(name), shape, count, length,
      [=](std::uint64_t seed) { return random_problem(random_model(shape, seed), count, length, seed); }, quick);
}

/// Steps are multiplications. The fast variants do eight or more at a time.
inline constexpr suite::Growth reference_growth{1, 1};
inline constexpr suite::Growth simd_growth{1, 1.0 / 16};

using Variants = std::vector<suite::Variant<Problem, Answer>>;

/// A method of inference; its variants beside the reference are given.
inline suite::Method<Problem, Answer> method(std::string name, std::string summary, std::string baseline,
                                             Variants variants, std::vector<suite::Workload<Problem>> workloads,
                                             suite::Headline headline,
                                             std::function<Problem(std::size_t, std::uint64_t)> awkward_problem) {
  variants.insert(
      variants.begin(),
      {"reference", [](const Problem& problem, Answer& answer, const Execution&) { reference(problem, answer); },
       reference_growth});
  return {.name = std::move(name),
          .summary = std::move(summary),
          .source = "arXiv 2302.13971",
          .baseline = std::move(baseline),
          .variants = std::move(variants),
          .workloads = std::move(workloads),
          .headlines = {std::move(headline)},
          .problem = std::move(awkward_problem),
          .structural_counts = {largest_block, stretch},
          .hash = hash_of_problem,
          .fields = describe,
          .certificate = certificate,
          .work = work};
}

}  // namespace tandem::language_model
