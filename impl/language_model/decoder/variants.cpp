// The registered variants: Decoder on whole sequences of known tokens.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "impl/language_model/language_model.hpp"

namespace tandem::language_model {
namespace {

std::size_t length_of(const Problem& problem) {
  return problem.sequences.empty() ? 0 : problem.sequences.front().size();
}

void require_shapes(const Problem& problem, const Answer& answer) {
  const std::size_t length = length_of(problem);
  for (const auto& tokens : problem.sequences) {
    require_valid(problem.model, tokens);
    if (tokens.size() != length) throw std::invalid_argument("the sequences must have one length");
  }
  const std::size_t expected = problem.sequences.size() * length * problem.model.shape.vocabulary;
  if (answer.size() != expected) {
    throw std::invalid_argument("there is room for " + std::to_string(answer.size()) + " logits, not " +
                                std::to_string(expected));
  }
}

/// The sequences [first, last), one token of each at a time.
void by_steps(const Problem& problem, Answer& answer, const Execution& execution, std::size_t first, std::size_t last) {
  const std::size_t length = length_of(problem);
  const std::size_t vocabulary = problem.model.shape.vocabulary;
  const std::size_t count = last - first;
  Decoder decoder(problem.packed, count, execution);
  std::vector<Token> tokens(count);
  std::vector<float> logits(count * vocabulary);
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t s = 0; s < count; ++s) tokens[s] = problem.sequences[first + s][t];
    decoder.step(tokens, logits);
    for (std::size_t s = 0; s < count; ++s) {
      std::copy_n(logits.data() + s * vocabulary, vocabulary, answer.data() + ((first + s) * length + t) * vocabulary);
    }
  }
}

}  // namespace

void reference(const Problem& problem, Answer& answer) {
  require_shapes(problem, answer);
  auto to = answer.begin();
  for (const auto& tokens : problem.sequences) {
    std::vector<double> logits(tokens.size() * problem.model.shape.vocabulary);
    reference(problem.model, tokens, logits);
    for (const double logit : logits) *to++ = static_cast<float>(logit);
  }
}

void prefill_simd(const Problem& problem, Answer& answer, const Execution& execution) {
  require_shapes(problem, answer);
  const std::size_t size = length_of(problem) * problem.model.shape.vocabulary;
  Decoder decoder(problem.packed, 1, execution);
  for (std::size_t s = 0; s < problem.sequences.size(); ++s) {
    decoder.truncate(0, 0);
    decoder.prefill(0, problem.sequences[s], std::span(answer).subspan(s * size, size));
  }
}

void one_by_one_simd(const Problem& problem, Answer& answer, const Execution&) {
  require_shapes(problem, answer);
  for (std::size_t s = 0; s < problem.sequences.size(); ++s) by_steps(problem, answer, {}, s, s + 1);
}

void batch_simd(const Problem& problem, Answer& answer, const Execution& execution) {
  require_shapes(problem, answer);
  by_steps(problem, answer, execution, 0, problem.sequences.size());
}

}  // namespace tandem::language_model
