// What the methods of the language model share: problems, agreement, certificate, declared work.
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

#include "benchmarks/language_model/shapes.hpp"
#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/language_model/language_model.hpp"
#include "impl/support/random.hpp"

namespace tandem::language_model {

/// Weights normal / sqrt(columns), norms around 1: every part of the model then counts about the same. Embeddings are
/// small, as trained ones are: there the epsilon of the first norm matters.
inline Model<float> random_model(const Shape& shape, std::uint64_t seed) {
  const Layout layout(shape);
  Model<float> model{shape, std::vector<float>(layout.size)};
  const auto draw = [&](std::size_t begin, std::size_t count, double mean, double deviation) {
    for (std::size_t i = begin; i < begin + count; ++i) {
      model.parameters[i] = static_cast<float>(mean + deviation * random_normal(seed, i));
    }
  };
  draw(0, layout.size, 0, 1 / std::sqrt(static_cast<double>(shape.dim)));
  draw(layout.down, shape.layers * shape.dim * shape.hidden_dim, 0,
       1 / std::sqrt(static_cast<double>(shape.hidden_dim)));
  draw(layout.token_embedding, shape.vocabulary * shape.dim, 0, 0.05);
  draw(layout.attention_norm, shape.layers * shape.dim, 1, 0.1);
  draw(layout.feed_forward_norm, shape.layers * shape.dim, 1, 0.1);
  draw(layout.final_norm, shape.dim, 1, 0.1);
  return model;
}

inline Problem random_sequences(const Model<float>& model, std::size_t count, std::size_t length, std::uint64_t seed) {
  Problem problem{model, PackedModel(model), {}};
  for (std::size_t s = 0; s < count; ++s) {
    std::vector<Token> tokens;
    for (std::size_t t = 0; t < length; ++t) {
      tokens.push_back(static_cast<Token>(random_bits(seed, s, t) % model.shape.vocabulary));
    }
    problem.sequences.push_back(std::move(tokens));
  }
  return problem;
}

/// Small shapes that are multiples of nothing: heads of 2, 6 and 20 numbers, 1 to 3 of them for one key head.
inline Shape awkward_shape(std::uint64_t seed) {
  constexpr Shape shapes[] = {
      {6, 7, 2, 3, 1, 5, 4, true}, {24, 33, 1, 4, 2, 21, 8, false}, {20, 16, 3, 1, 1, 37, 2000, true}};
  return shapes[seed % std::size(shapes)];
}

inline std::uint64_t hash_of_problem(const Problem& problem) {
  std::uint64_t hash = suite::hash_of(problem.model.parameters);
  for (const auto& tokens : problem.sequences) hash = hash * 31 + suite::hash_of(tokens);
  return hash;
}

inline std::size_t token_count(const Problem& problem) {
  return problem.sequences.empty() ? 0 : problem.sequences.size() * problem.sequences.front().size();
}

/// The largest difference of a logit as a share of the largest logit of its position; NaN where there is one.
template <class Expected>
double logit_error(const Expected* expected, const float* actual, std::size_t vocabulary) {
  double largest = 0;
  double difference = 0;
  for (std::size_t i = 0; i < vocabulary; ++i) {
    const double error = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    if (std::isnan(error)) return error;
    difference = std::max(difference, error);
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  return difference / std::max<double>(largest, std::numeric_limits<float>::min());
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

/// Multiplications with addition for one token at position t, all products and the attention.
inline double fma_per_token(const Shape& shape, double position) {
  const auto d = [](std::size_t size) { return static_cast<double>(size); };
  const double dim = d(shape.dim);
  const double layer = 2 * dim * (dim + d(shape.kv_dim())) + 3 * dim * d(shape.hidden_dim) + 2 * dim * (position + 1);
  return d(shape.layers) * layer + dim * d(shape.vocabulary);
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
      [=](std::uint64_t seed) { return random_sequences(random_model(shape, seed), count, length, seed); }, quick);
}

/// Steps are multiplications. The fast variants do eight or more at a time.
inline constexpr suite::Growth reference_growth{1, 1};
inline constexpr suite::Growth simd_growth{1, 1.0 / 16};

using Variants = std::vector<suite::Variant<Problem, Answer>>;

/// A method of inference; its variants beside the reference are given.
inline suite::Method<Problem, Answer> method(std::string name, std::string summary, std::string baseline,
                                             Variants variants, std::vector<suite::Workload<Problem>> workloads,
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
          .problem = std::move(awkward_problem),
          .hash = hash_of_problem,
          .fields = describe,
          .certificate = certificate,
          .work = work};
}

}  // namespace tandem::language_model
