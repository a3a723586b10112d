// A recurrent layer with its input projection: u_t = W x_t + b for the features x_t of every step, then the recurrence
// of reference/rnn/rnn.hpp over u. This is what libraries call an RNN or GRU layer, and what is compared with theirs.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/rnn/rnn.hpp"

namespace tandem::rnn {

/// y = W x + b.
struct Projection {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::vector<float> weights;  ///< inputs x outputs, [from][to]
  std::vector<float> bias;     ///< outputs
};

/// One sequence of T steps.
template <class Cell>
struct ProjectedProblem {
  std::size_t hidden_size = 0;  ///< d
  std::size_t length = 0;       ///< T
  std::vector<float> features;  ///< T x projection.inputs
  Projection projection;        ///< to gates x d numbers, in the order of the cell's gates
  std::vector<float> weights;   ///< of the cell, as in Problem
  std::vector<float> initial_state;
};

/// W x + b in double; `y` holds projection.outputs numbers.
void project(const Projection& projection, const float* x, double* y);

/// The definition, in double, rounded to float when the states are stored.
/// Throws std::invalid_argument where `require_shapes` does.
template <class Cell>
void reference(const ProjectedProblem<Cell>& problem, Answer<>& answer);

/// As rnn::residual: the largest |x_t - f(x_{t-1}, W features_t + b)| over steps first, first + stride, ...
template <class Cell>
double residual(const ProjectedProblem<Cell>& problem, const Answer<>& answer, std::size_t first = 0,
                std::size_t stride = 1);

/// Throws std::invalid_argument if a vector does not have the length that the sizes say.
void require_shapes(const Projection& projection);
template <class Cell>
void require_shapes(const ProjectedProblem<Cell>& problem, const Answer<>& answer);

}  // namespace tandem::rnn
