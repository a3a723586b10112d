#include "reference/rnn/backward.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

#include "reference/rnn/pieces.hpp"

namespace tandem::rnn {
namespace {

/// Sums that end up in the gradient, in double.
struct Sums {
  std::vector<double> weights;
  std::vector<double> input;  ///< of the step at hand: gates x d
};

/// w x for row i of one gate's weights, and its transpose: what the pre-activation gradient `delta` of all rows sends
/// back to state j. Dense and diagonal weights differ only here.
template <class Cell, class Real>
struct Weights {
  const std::vector<Real>& numbers;
  std::size_t d;

  double times(std::size_t gate, std::size_t i, const double* x) const {
    if (!Cell::dense) return numbers[gate * d + i] * x[i];
    double sum = 0;
    for (std::size_t j = 0; j < d; ++j) sum += numbers[(gate * d + i) * d + j] * x[j];
    return sum;
  }
  double transposed_times(std::size_t gate, std::size_t j, const double* delta) const {
    if (!Cell::dense) return numbers[gate * d + j] * delta[j];
    double sum = 0;
    for (std::size_t i = 0; i < d; ++i) sum += numbers[(gate * d + i) * d + j] * delta[i];
    return sum;
  }
  /// gradient += delta x^T
  void add_outer(std::vector<double>& gradient, std::size_t gate, const double* delta, const double* x) const {
    for (std::size_t i = 0; i < d; ++i) {
      if (!Cell::dense) gradient[gate * d + i] += delta[i] * x[i];
      for (std::size_t j = 0; Cell::dense && j < d; ++j) gradient[(gate * d + i) * d + j] += delta[i] * x[j];
    }
  }
};

/// One step back for tanh cells: from lambda = dL/dx' to dL/dx, where x' = f(x, u).
template <class Cell, class Real>
requires(Cell::gates == 1) void step_back(const Weights<Cell, Real>& weights, const Real*, const double* x,
                                          const double* next, const std::vector<double>& lambda,
                                          std::vector<double>& result, Sums& sums) {
  double* delta = sums.input.data();
  for (std::size_t i = 0; i < weights.d; ++i) delta[i] = lambda[i] * (1 - next[i] * next[i]);
  weights.add_outer(sums.weights, 0, delta, x);
  for (std::size_t j = 0; j < weights.d; ++j) result[j] = weights.transposed_times(0, j, delta);
}

/// The same for GRU cells; the gates are computed again from the state and the input.
template <class Cell, class Real>
requires(Cell::gates == 3) void step_back(const Weights<Cell, Real>& weights, const Real* u, const double* x,
                                          const double*, const std::vector<double>& lambda, std::vector<double>& result,
                                          Sums& sums) {
  const std::size_t d = weights.d;
  std::vector<double> z(d);
  std::vector<double> r(d);
  std::vector<double> reset_state(d);
  for (std::size_t i = 0; i < d; ++i) {
    z[i] = sigmoid(weights.times(0, i, x) + u[i]);
    r[i] = sigmoid(weights.times(1, i, x) + u[d + i]);
    reset_state[i] = r[i] * x[i];
  }
  double* delta_z = sums.input.data();
  double* delta_r = delta_z + d;
  double* delta_c = delta_r + d;
  for (std::size_t i = 0; i < d; ++i) {
    const double c = std::tanh(weights.times(2, i, reset_state.data()) + u[2 * d + i]);
    delta_z[i] = lambda[i] * (c - x[i]) * z[i] * (1 - z[i]);
    delta_c[i] = lambda[i] * z[i] * (1 - c * c);
  }
  std::vector<double> reset_gradient(d);
  for (std::size_t j = 0; j < d; ++j) {
    reset_gradient[j] = weights.transposed_times(2, j, delta_c);
    delta_r[j] = reset_gradient[j] * x[j] * r[j] * (1 - r[j]);
  }
  for (std::size_t j = 0; j < d; ++j) {
    result[j] = lambda[j] * (1 - z[j]) + reset_gradient[j] * r[j] + weights.transposed_times(0, j, delta_z) +
                weights.transposed_times(1, j, delta_r);
  }
  weights.add_outer(sums.weights, 0, delta_z, x);
  weights.add_outer(sums.weights, 1, delta_r, x);
  weights.add_outer(sums.weights, 2, delta_c, reset_state.data());
}

}  // namespace

template <class Cell, class Real>
void reference_backward(const BackwardProblem<Cell, Real>& problem, Gradient<Real>& gradient) {
  require_shapes(problem, gradient);
  const std::size_t d = problem.forward.hidden_size;
  const std::size_t width = Cell::gates * d;
  const Weights<Cell, Real> weights{problem.forward.weights, d};
  Sums sums{std::vector<double>(gradient.weights.size()), std::vector<double>(width)};
  std::vector<double> lambda(d);
  std::vector<double> previous(d);
  std::vector<double> x(d);
  std::vector<double> next(d);
  for (std::size_t t = problem.length(); t-- > 0;) {
    for (std::size_t i = 0; i < d; ++i) {
      lambda[i] += problem.state_gradient[t * d + i];
      x[i] = t == 0 ? problem.forward.initial_state[i] : problem.states[(t - 1) * d + i];
      next[i] = problem.states[t * d + i];
    }
    step_back<Cell, Real>(weights, problem.forward.input.data() + t * width, x.data(), next.data(), lambda, previous,
                          sums);
    for (std::size_t i = 0; i < width; ++i) gradient.input[t * width + i] = static_cast<Real>(sums.input[i]);
    std::swap(lambda, previous);
  }
  for (std::size_t i = 0; i < d; ++i) gradient.initial_state[i] = static_cast<Real>(lambda[i]);
  for (std::size_t i = 0; i < sums.weights.size(); ++i) gradient.weights[i] = static_cast<Real>(sums.weights[i]);
}

template <class Cell, class Real>
void require_shapes(const BackwardProblem<Cell, Real>& problem, const Gradient<Real>& gradient) {
  const std::size_t d = problem.forward.hidden_size;
  require_shapes(problem.forward);
  require_length("states", problem.states.size(), problem.length() * d);
  require_length("state_gradient", problem.state_gradient.size(), problem.length() * d);
  require_length("the gradient of initial_state", gradient.initial_state.size(), d);
  require_length("the gradient of input", gradient.input.size(), problem.forward.input.size());
  require_length("the gradient of weights", gradient.weights.size(), problem.forward.weights.size());
}

#define TANDEM_RNN_INSTANTIATE(Cell, Real)                                               \
  template void reference_backward(const BackwardProblem<Cell, Real>&, Gradient<Real>&); \
  template void require_shapes(const BackwardProblem<Cell, Real>&, const Gradient<Real>&);
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
