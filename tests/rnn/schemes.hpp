// What the tests of the recurrent networks' schemes share.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "impl/rnn/rnn.hpp"
#include "problems/rnn/networks.hpp"

namespace tandem::rnn {

inline constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A network of seed 1 unless another is given.
template <class Cell, class Real>
Problem<Cell, Real> network_of(std::size_t d, std::size_t length, double gain, double input_scale,
                               std::uint64_t seed = 1) {
  auto problem = random_problem<Cell, Real>(d, length, seed, {.gain = gain, .input_scale = input_scale});
  problem.stopping = {};
  return problem;
}

/// A dense tanh network with this matrix.
inline Problem<Tanh, double> network(std::size_t d, std::vector<double> matrix, std::size_t length,
                                     double input_scale) {
  auto problem = network_of<Tanh, double>(d, length, 1, input_scale);
  problem.weights = std::move(matrix);
  return problem;
}

template <class Cell, class Real>
Answer<Real> expected(const Problem<Cell, Real>& problem) {
  Answer<Real> answer{.states = std::vector<Real>(problem.length() * problem.hidden_size)};
  reference(problem, answer);
  return answer;
}

template <class Cell, class Real>
using Variant = void (*)(const Problem<Cell, Real>&, Answer<Real>&, const Execution&);

struct Result {
  bool converged;
  std::size_t iterations;
  std::string message;
};

/// Runs the variant; a failure leaves its last iterate in the answer.
template <class Cell, class Real>
Result run(Variant<Cell, Real> variant, const Problem<Cell, Real>& problem, Answer<Real>& answer,
           const Execution& execution = {}) {
  answer.states.assign(problem.length() * problem.hidden_size, static_cast<Real>(nan));
  try {
    variant(problem, answer, execution);
  } catch (const NotConverged& failure) {
    return {false, failure.iterations, failure.what()};
  }
  return {true, answer.iterations, ""};
}

/// The largest difference in [first, last); a NaN counts unless both are.
template <class Real>
double error(const Answer<Real>& actual, const Answer<Real>& wanted, std::size_t first, std::size_t last) {
  double worst = 0;
  for (std::size_t i = first; i < last; ++i) {
    if (std::isnan(actual.states[i]) && std::isnan(wanted.states[i])) continue;
    const double difference = std::abs(static_cast<double>(actual.states[i]) - wanted.states[i]);
    if (!(difference <= worst)) worst = difference;
    if (std::isnan(worst)) return worst;
  }
  return worst;
}

template <class Real>
double error(const Answer<Real>& actual, const Answer<Real>& wanted) {
  return error(actual, wanted, 0, wanted.states.size());
}

template <class Cell, class Real>
struct Named {
  const char* name;
  Variant<Cell, Real> variant;
};

template <class Cell, class Real>
std::vector<Named<Cell, Real>> schemes() {
  return {{"jacobi", iterate_simd<Scheme::jacobi, Cell, Real>},
          {"picard", iterate_simd<Scheme::picard, Cell, Real>},
          {"constant_jacobian", iterate_simd<Scheme::constant_jacobian, Cell, Real>},
          {"input_linearised", iterate_simd<Scheme::input_linearised, Cell, Real>},
          {"newton", iterate_simd<Scheme::newton, Cell, Real>},
          {"quasi_newton", iterate_simd<Scheme::quasi_newton, Cell, Real>}};
}

}  // namespace tandem::rnn
