// Decoding: what the model expects after n + 1 sequences, merged token by token.
#include <algorithm>
#include <cmath>

#include "impl/nbce/nbce.hpp"

namespace tandem::nbce {

using language_model::PackedModel;

Session::Session(const PackedModel& model, const Request& request, Execution execution)
    : decoder_(model, request.rows(), execution), execution_(execution) {
  const std::size_t vocabulary = model.shape().vocabulary;
  problem_.vocabulary = vocabulary;
  problem_.settings = request.settings;
  problem_.logits.resize(request.rows() * vocabulary);
  answer_.merged.resize(vocabulary);
  answer_.entropies.resize(request.rows());
  require_valid(problem_, answer_);  // before the work of reading
  decoder_.prefill(prompts_of(request), problem_.logits);
}

const Answer<float>& Session::merge(double uniform) {
  problem_.uniform = uniform;
  simd(problem_, answer_, execution_);
  problem_.previous = answer_.chosen;
  return answer_;
}

void Session::append(Token token) { decoder_.step(std::vector<Token>(decoder_.sequences(), token), problem_.logits); }

double Session::log_probability(Token token) const {
  const double largest = *std::ranges::max_element(answer_.merged);
  double sum = 0;
  for (const float value : answer_.merged) sum += std::exp(value - largest);
  return answer_.merged[static_cast<std::size_t>(token)] - largest - std::log(sum);
}

namespace {

void generate(const AnswerProblem& problem, const Request& request, const Execution& execution, Generated& generated) {
  generated = {};
  Session session(problem.packed, request, execution);
  for (std::size_t step = 0; step < request.uniforms.size(); ++step) {
    const Answer<float>& answer = session.merge(request.uniforms[step]);
    const auto token = static_cast<Token>(answer.token);
    generated.tokens.push_back(token);
    generated.chosen.push_back(answer.chosen);
    generated.entropies.insert(generated.entropies.end(), answer.entropies.begin(), answer.entropies.end());
    if (step + 1 < request.uniforms.size()) session.append(token);
  }
}

}  // namespace

void reference(const AnswerProblem& problem, BothAnswers& answers) {
  reference_answer(problem.model, problem.request, answers.nbce);
  reference_answer(problem.model, concatenated(problem.request), answers.concatenated);
}

void nbce_simd(const AnswerProblem& problem, BothAnswers& answers, const Execution& execution) {
  generate(problem, problem.request, execution, answers.nbce);
}
void concatenated_simd(const AnswerProblem& problem, BothAnswers& answers, const Execution& execution) {
  generate(problem, concatenated(problem.request), execution, answers.concatenated);
}

}  // namespace tandem::nbce
