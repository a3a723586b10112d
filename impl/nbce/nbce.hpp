// The fast variants of one NBCE step, and what decoding with it needs. Definition: reference/nbce/nbce.hpp.
//
// The chosen context and the kept tokens of the rows that go into `merged` are those of the definition: where float
// does not tell, the row is looked at again in double, and where the rounding of doubles decides, by the definition's
// own code. Rows that are not merged are read once and written nowhere.
//
// Logits are float or Bfloat16. Bad input is refused as by the reference.
#pragma once

#include <cstdint>

#include "impl/language_model/language_model.hpp"
#include "impl/support/execution.hpp"
#include "reference/nbce/answer.hpp"
#include "reference/nbce/nbce.hpp"

namespace tandem::nbce {

/// What a user of Eigen would write first: a log-softmax of every row, a sort of every row.
void eigen(const Problem<float>& problem, Answer<float>& answer, const Execution& execution);

/// Highway: one pass per row; selection in place of sorting. What is divided are the rows, and then blocks of tokens;
/// the answer is the same to the bit for every execution.
template <class Logit>
void simd(const Problem<Logit>& problem, Answer<float>& answer, const Execution& execution);

/// The uniform number in [0, 1) that draws the token of a step of a request: a function of its arguments alone.
double uniform_for(std::uint64_t seed, std::uint64_t request, std::uint64_t step);

// ---- The whole method ----

/// n + 1 sequences that a model reads together: prompts once, then token by token, keys and values kept. Not for two
/// threads at once; it uses as many as the execution says by itself.
class Session {
 public:
  /// Reads the prompts. Refuses settings as the merge step does, and what the model's Decoder refuses.
  Session(const language_model::PackedModel& model, const Request& request, Execution execution = {});

  /// What is expected next: the merge step on the rows as they stand. The context that it chooses gets the bonus of the
  /// next call. O(n V).
  const Answer<float>& merge(double uniform);

  /// Appends a token to every sequence: the one that was drawn, or the one that really follows.
  void append(Token token);

  /// log p(token) by what `merge` found, normalised over all tokens; -inf where the token is impossible.
  double log_probability(Token token) const;

  std::size_t cache_bytes() const { return decoder_.cache_bytes(); }  ///< of keys and values

 private:
  language_model::Decoder decoder_;
  Execution execution_;
  Problem<float> problem_;
  Answer<float> answer_;
};

struct AnswerProblem {
  language_model::Model<float> model;
  language_model::PackedModel packed;  ///< prepared: packing is not part of a run
  Request request;
};

/// The two ways to an answer; a variant fills one of them, the reference both.
struct BothAnswers {
  Generated nbce;
  Generated concatenated;
};

void reference(const AnswerProblem& problem, BothAnswers& answers);
void nbce_simd(const AnswerProblem& problem, BothAnswers& answers, const Execution& execution);
void concatenated_simd(const AnswerProblem& problem, BothAnswers& answers, const Execution& execution);

}  // namespace tandem::nbce
