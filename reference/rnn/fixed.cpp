#include "reference/rnn/fixed.hpp"

#include <cmath>
#include <vector>

namespace tandem::rnn {
namespace {

/// A x.
template <class Cell>
std::vector<double> product(const Problem<Cell>& network, const double* x) {
  const std::size_t d = network.hidden_size;
  std::vector<double> result(d);
  for (std::size_t i = 0; i < d; ++i) {
    if (Cell::dense) {
      for (std::size_t j = 0; j < d; ++j) result[i] += static_cast<double>(network.weights[i * d + j]) * x[j];
    } else {
      result[i] = static_cast<double>(network.weights[i]) * x[i];
    }
  }
  return result;
}

}  // namespace

template <class Cell>
void fixed_reference(const FixedProblem<Cell>& problem, Answer<>& answer) {
  const Problem<Cell>& network = problem.network;
  require_shapes(network, answer);
  const std::size_t d = network.hidden_size;
  const std::size_t length = network.length();
  std::vector<double> x((length + 1) * d);  // x_0, ..., x_T
  for (std::size_t i = 0; i < d; ++i) x[i] = static_cast<double>(network.initial_state[i]);
  for (std::size_t n = 0; n < problem.iterations; ++n) {
    std::vector<double> next = x;
    for (std::size_t t = 1; t <= length; ++t) {
      const std::vector<double> linear = product(network, next.data() + (t - 1) * d);
      const std::vector<double> old = product(network, x.data() + (t - 1) * d);
      for (std::size_t i = 0; i < d; ++i) {
        const double u = static_cast<double>(network.input[(t - 1) * d + i]);
        next[t * d + i] = linear[i] + std::tanh(old[i] + u) - old[i];
      }
    }
    x = next;
  }
  for (std::size_t i = 0; i < length * d; ++i) answer.states[i] = static_cast<float>(x[d + i]);
  answer.iterations = problem.iterations;
  answer.repeated_steps = 0;
}

template void fixed_reference(const FixedProblem<Tanh>&, Answer<>&);
template void fixed_reference(const FixedProblem<TanhDiagonal>&, Answer<>&);

}  // namespace tandem::rnn
