// Random contexts and a question.
#pragma once

#include <cstddef>
#include <cstdint>

#include "problems/language_model/models.hpp"
#include "reference/nbce/answer.hpp"

namespace tandem::nbce {

struct Lengths {
  std::size_t contexts;  ///< how many
  std::size_t context;   ///< tokens of each
  std::size_t question;
  std::size_t answer;
};

/// Tokens are keyed by (seed, item): the question has `first_item`, the contexts those behind it.
inline Request random_request(const Lengths& lengths, std::size_t vocabulary, std::uint64_t seed,
                              std::uint64_t first_item = 1000) {
  Request request{};
  request.question = language_model::random_tokens(lengths.question, vocabulary, seed, first_item);
  for (std::size_t k = 1; k <= lengths.contexts; ++k) {
    request.contexts.push_back(language_model::random_tokens(lengths.context, vocabulary, seed, first_item + k));
  }
  request.settings.temperature = 0;
  request.uniforms.assign(lengths.answer, 0.5);
  return request;
}

}  // namespace tandem::nbce
