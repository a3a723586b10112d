#include "reference/nbce/answer.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <span>

namespace tandem::nbce {
namespace {

/// How far the greatest value lies above the second.
double lead(std::vector<double> values) {
  if (values.size() < 2) return std::numeric_limits<double>::infinity();
  std::ranges::partial_sort(values, values.begin() + 2, std::greater<>());
  return values[0] - values[1];
}

double margin_of(const Problem<double>& problem, const Answer<double>& answer) {
  if (answer.chosen < 0) return lead(answer.merged);
  std::vector<double> negative;
  for (std::size_t k = 0; k < problem.contexts(); ++k) {
    const bool before = static_cast<std::ptrdiff_t>(k) == problem.previous;
    negative.push_back((before ? problem.settings.eta : 0) - answer.entropies[k + 1]);
  }
  return std::min(lead(answer.merged), lead(negative));
}

}  // namespace

std::vector<std::vector<Token>> prompts_of(const Request& request) {
  std::vector<std::vector<Token>> prompts(request.rows(), {begin_of_sequence});
  for (std::size_t row = 0; row < prompts.size(); ++row) {
    std::vector<Token>& prompt = prompts[row];
    if (row > 0) prompt.insert(prompt.end(), request.contexts[row - 1].begin(), request.contexts[row - 1].end());
    prompt.insert(prompt.end(), request.question.begin(), request.question.end());
  }
  return prompts;
}

Request concatenated(const Request& request) {
  Request whole{.contexts = {}, .question = {}, .settings = request.settings, .uniforms = request.uniforms};
  for (const auto& context : request.contexts) {
    whole.question.insert(whole.question.end(), context.begin(), context.end());
  }
  whole.question.insert(whole.question.end(), request.question.begin(), request.question.end());
  return whole;
}

void reference_answer(const language_model::Model<float>& model, const Request& request, Generated& generated) {
  generated = {};
  const std::size_t vocabulary = model.shape.vocabulary;
  std::vector<std::vector<Token>> sequences = prompts_of(request);
  Problem<double> problem{.vocabulary = vocabulary, .logits = {}, .settings = request.settings};
  Answer<double> answer{.merged = std::vector<double>(vocabulary), .entropies = std::vector<double>(request.rows())};
  for (const double uniform : request.uniforms) {
    problem.uniform = uniform;
    problem.logits.clear();
    for (const std::vector<Token>& sequence : sequences) {
      std::vector<double> logits(sequence.size() * vocabulary);
      language_model::reference(model, std::span<const Token>(sequence), logits);
      problem.logits.insert(problem.logits.end(), logits.end() - static_cast<std::ptrdiff_t>(vocabulary), logits.end());
    }
    reference(problem, answer);
    generated.tokens.push_back(static_cast<Token>(answer.token));
    generated.chosen.push_back(answer.chosen);
    generated.entropies.insert(generated.entropies.end(), answer.entropies.begin(), answer.entropies.end());
    generated.margins.push_back(margin_of(problem, answer));
    problem.previous = answer.chosen;
    for (std::vector<Token>& sequence : sequences) sequence.push_back(static_cast<Token>(answer.token));
  }
}

}  // namespace tandem::nbce
