// NBCE as a whole: a language model answers a question from n contexts, token by token.
//
// n + 1 sequences are read: begin, question; and for every context begin, context, question. Each step merges what the
// model expects after them (reference/nbce/nbce.hpp) into one token, which is appended to all of them. The opponent is
// concatenation: one sequence of begin, all contexts, question; that is the case n = 0 with a longer question.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/language_model/language_model.hpp"
#include "reference/nbce/nbce.hpp"

namespace tandem::nbce {

using language_model::Token;

/// What every sequence begins with: token 1 of a llama2.c tokenizer.
inline constexpr Token begin_of_sequence = 1;

struct Request {
  std::vector<std::vector<Token>> contexts;
  std::vector<Token> question;
  Settings settings{};
  std::vector<double> uniforms;  ///< in [0, 1), one for each token that is wanted

  std::size_t rows() const { return contexts.size() + 1; }
};

struct Generated {
  std::vector<Token> tokens;
  std::vector<std::ptrdiff_t> chosen;  ///< for each token the context of least entropy, or -1
  std::vector<double> entropies;       ///< tokens x (n + 1)
  /// By the definition alone and for temperature 0: by how much the token, and the context, lead the next one.
  std::vector<double> margins;
};

/// The sequences that are read before the first token.
std::vector<std::vector<Token>> prompts_of(const Request& request);

/// The same contexts and question as one sequence, without contexts.
Request concatenated(const Request& request);

/// The definition: every sequence anew for every token, in double. O(k n T P) for P parameters.
/// Throws std::invalid_argument where the model or the merge does.
void reference_answer(const language_model::Model<float>& model, const Request& request, Generated& generated);

}  // namespace tandem::nbce
