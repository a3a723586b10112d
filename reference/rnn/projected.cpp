#include "reference/rnn/projected.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "reference/rnn/pieces.hpp"

namespace tandem::rnn {
namespace {

/// The recurrence alone, in double, for `steps` steps.
template <class Cell>
Problem<Cell, double> recurrence(const ProjectedProblem<Cell>& problem, std::size_t steps) {
  return {.hidden_size = problem.hidden_size,
          .weights = {problem.weights.begin(), problem.weights.end()},
          .initial_state = {problem.initial_state.begin(), problem.initial_state.end()},
          .input = std::vector<double>(steps * Cell::gates * problem.hidden_size)};
}

}  // namespace

void project(const Projection& projection, const float* x, double* y) {
  std::copy(projection.bias.begin(), projection.bias.end(), y);
  for (std::size_t from = 0; from < projection.inputs; ++from) {
    for (std::size_t to = 0; to < projection.outputs; ++to) {
      y[to] += static_cast<double>(projection.weights[from * projection.outputs + to]) * x[from];
    }
  }
}

template <class Cell>
void reference(const ProjectedProblem<Cell>& problem, Answer<>& answer) {
  require_shapes(problem, answer);
  Problem<Cell, double> recurrent = recurrence(problem, problem.length);
  for (std::size_t t = 0; t < problem.length; ++t) {
    project(problem.projection, problem.features.data() + t * problem.projection.inputs,
            recurrent.input.data() + t * problem.projection.outputs);
  }
  Answer<double> exact{.states = std::vector<double>(answer.states.size())};
  reference(recurrent, exact);
  for (std::size_t i = 0; i < exact.states.size(); ++i) answer.states[i] = static_cast<float>(exact.states[i]);
  answer.iterations = 1;
  answer.repeated_steps = 0;
}

template <class Cell>
double residual(const ProjectedProblem<Cell>& problem, const Answer<>& answer, std::size_t first, std::size_t stride) {
  const std::size_t d = problem.hidden_size;
  if (d == 0) return 0;
  Problem<Cell, double> recurrent = recurrence(problem, 1);
  std::vector<double> state(d);
  std::vector<double> next(d);
  double worst = 0;
  for (std::size_t t = first; t < problem.length; t += stride) {
    project(problem.projection, problem.features.data() + t * problem.projection.inputs, recurrent.input.data());
    for (std::size_t i = 0; i < d; ++i) {
      state[i] = t == 0 ? problem.initial_state[i] : answer.states[(t - 1) * d + i];
    }
    step(recurrent, state.data(), recurrent.input.data(), next.data());
    for (std::size_t i = 0; i < d; ++i) {
      const double difference = std::abs(answer.states[t * d + i] - next[i]);
      if (std::isnan(difference)) return difference;
      worst = std::max(worst, difference);
    }
  }
  return worst;
}

void require_shapes(const Projection& projection) {
  require_length("the projection", projection.weights.size(), projection.inputs * projection.outputs);
  require_length("the bias", projection.bias.size(), projection.outputs);
}

template <class Cell>
void require_shapes(const ProjectedProblem<Cell>& problem, const Answer<>& answer) {
  const std::size_t d = problem.hidden_size;
  require_shapes(problem.projection);
  require_length("a projected step", problem.projection.outputs, Cell::gates * d);
  require_length("features", problem.features.size(), problem.length * problem.projection.inputs);
  require_length("weights", problem.weights.size(), weight_count<Cell>(d));
  require_length("initial_state", problem.initial_state.size(), d);
  require_length("the answer", answer.states.size(), problem.length * d);
}

#define TANDEM_RNN_INSTANTIATE(Cell)                                                                  \
  template void reference(const ProjectedProblem<Cell>&, Answer<>&);                                  \
  template double residual(const ProjectedProblem<Cell>&, const Answer<>&, std::size_t, std::size_t); \
  template void require_shapes(const ProjectedProblem<Cell>&, const Answer<>&);
TANDEM_RNN_INSTANTIATE(Tanh)
TANDEM_RNN_INSTANTIATE(Gru)
#undef TANDEM_RNN_INSTANTIATE

}  // namespace tandem::rnn
