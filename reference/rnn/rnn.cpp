#include "reference/rnn/rnn.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "reference/rnn/pieces.hpp"

namespace tandem::rnn {
namespace {

/// Row `i` of the matrix of one gate times `state`.
template <class Real>
double dot(const std::vector<Real>& weights, std::size_t d, std::size_t gate, std::size_t i, const double* state) {
  double sum = 0;
  for (std::size_t j = 0; j < d; ++j) sum += static_cast<double>(weights[(gate * d + i) * d + j]) * state[j];
  return sum;
}

// f of every cell, one overload each; `u` holds gates x d numbers.

template <class Real>
void apply(Tanh, const Problem<Tanh, Real>& problem, const double* x, const Real* u, double* next) {
  const std::size_t d = problem.hidden_size;
  for (std::size_t i = 0; i < d; ++i) next[i] = std::tanh(dot(problem.weights, d, 0, i, x) + u[i]);
}

template <class Real>
void apply(TanhDiagonal, const Problem<TanhDiagonal, Real>& problem, const double* x, const Real* u, double* next) {
  for (std::size_t i = 0; i < problem.hidden_size; ++i) next[i] = std::tanh(problem.weights[i] * x[i] + u[i]);
}

template <class Real>
void apply(Gru, const Problem<Gru, Real>& problem, const double* x, const Real* u, double* next) {
  const std::size_t d = problem.hidden_size;
  std::vector<double> reset_state(d);
  for (std::size_t i = 0; i < d; ++i) reset_state[i] = sigmoid(dot(problem.weights, d, 1, i, x) + u[d + i]) * x[i];
  for (std::size_t i = 0; i < d; ++i) {
    const double z = sigmoid(dot(problem.weights, d, 0, i, x) + u[i]);
    const double c = std::tanh(dot(problem.weights, d, 2, i, reset_state.data()) + u[2 * d + i]);
    next[i] = (1 - z) * x[i] + z * c;
  }
}

template <class Real>
void apply(GruDiagonal, const Problem<GruDiagonal, Real>& problem, const double* x, const Real* u, double* next) {
  const std::size_t d = problem.hidden_size;
  for (std::size_t i = 0; i < d; ++i) {
    const double z = sigmoid(problem.weights[i] * x[i] + u[i]);
    const double r = sigmoid(problem.weights[d + i] * x[i] + u[d + i]);
    const double c = std::tanh(problem.weights[2 * d + i] * (r * x[i]) + u[2 * d + i]);
    next[i] = (1 - z) * x[i] + z * c;
  }
}

}  // namespace

template <class Cell, class Real>
void step(const Problem<Cell, Real>& problem, const double* state, const Real* input, double* next) {
  apply(Cell{}, problem, state, input, next);
}

template <class Cell, class Real>
void reference(const Problem<Cell, Real>& problem, Answer<Real>& answer) {
  require_shapes(problem, answer);
  const std::size_t d = problem.hidden_size;
  std::vector<double> state(problem.initial_state.begin(), problem.initial_state.end());
  std::vector<double> next(d);
  for (std::size_t t = 0; t < problem.length(); ++t) {
    step(problem, state.data(), problem.input.data() + t * Cell::gates * d, next.data());
    std::swap(state, next);
    for (std::size_t i = 0; i < d; ++i) answer.states[t * d + i] = static_cast<Real>(state[i]);
  }
  answer.iterations = 1;
  answer.repeated_steps = 0;
}

template <class Cell, class Real>
double residual(const Problem<Cell, Real>& problem, const Answer<Real>& answer, std::size_t first, std::size_t stride) {
  const std::size_t d = problem.hidden_size;
  std::vector<double> state(d);
  std::vector<double> next(d);
  double worst = 0;
  for (std::size_t t = first; t < problem.length(); t += stride) {
    for (std::size_t i = 0; i < d; ++i) {
      state[i] = t == 0 ? problem.initial_state[i] : answer.states[(t - 1) * d + i];
    }
    step(problem, state.data(), problem.input.data() + t * Cell::gates * d, next.data());
    for (std::size_t i = 0; i < d; ++i) {
      const double actual = answer.states[t * d + i];
      if (std::isnan(actual) && std::isnan(next[i])) continue;
      const double difference = std::abs(actual - next[i]);
      if (std::isnan(difference)) return difference;
      worst = std::max(worst, difference);
    }
  }
  return worst;
}

template <class Cell, class Real>
double error_bound(const Problem<Cell, Real>& problem, double residual) {
  if (Cell::gates != 1) return std::numeric_limits<double>::infinity();
  const std::size_t d = problem.hidden_size;
  const std::size_t row_length = Cell::dense ? d : 1;
  double contraction = 0;
  for (std::size_t i = 0; i < d; ++i) {
    double row_sum = 0;
    for (std::size_t j = 0; j < row_length; ++j) row_sum += std::abs(problem.weights[i * row_length + j]);
    contraction = std::max(contraction, row_sum);
  }
  return contraction < 1 ? residual / (1 - contraction) : std::numeric_limits<double>::infinity();
}

template <class Cell, class Real>
void require_shapes(const Problem<Cell, Real>& problem) {
  const std::size_t d = problem.hidden_size;
  require_length("weights", problem.weights.size(), weight_count<Cell>(d));
  require_length("initial_state", problem.initial_state.size(), d);
  if (d == 0) {
    require_length("input", problem.input.size(), 0);
  } else if (problem.input.size() % (Cell::gates * d) != 0) {
    throw std::invalid_argument("input has " + std::to_string(problem.input.size()) +
                                " numbers, which is no multiple of the " + std::to_string(Cell::gates * d) +
                                " that one step takes");
  }
}

template <class Cell, class Real>
void require_shapes(const Problem<Cell, Real>& problem, const Answer<Real>& answer) {
  require_shapes(problem);
  require_length("the answer", answer.states.size(), problem.length() * problem.hidden_size);
}

#define TANDEM_RNN_INSTANTIATE(Cell, Real)                                                             \
  template void reference(const Problem<Cell, Real>&, Answer<Real>&);                                  \
  template void step(const Problem<Cell, Real>&, const double*, const Real*, double*);                 \
  template double residual(const Problem<Cell, Real>&, const Answer<Real>&, std::size_t, std::size_t); \
  template double error_bound(const Problem<Cell, Real>&, double);                                     \
  template void require_shapes(const Problem<Cell, Real>&);                                            \
  template void require_shapes(const Problem<Cell, Real>&, const Answer<Real>&);
TANDEM_RNN_INSTANTIATE(Tanh, float)
TANDEM_RNN_INSTANTIATE(Tanh, double)
TANDEM_RNN_INSTANTIATE(TanhDiagonal, float)
TANDEM_RNN_INSTANTIATE(TanhDiagonal, double)
TANDEM_RNN_INSTANTIATE(Gru, float)
TANDEM_RNN_INSTANTIATE(Gru, double)
TANDEM_RNN_INSTANTIATE(GruDiagonal, float)
TANDEM_RNN_INSTANTIATE(GruDiagonal, double)
#undef TANDEM_RNN_INSTANTIATE

}  // namespace tandem::rnn
