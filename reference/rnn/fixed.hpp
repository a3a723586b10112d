// The post's other contract: a fixed number of iterations of the constant-Jacobian scheme is the model.
//
// kexue.fm 9783 proposes not to iterate until the recurrent network is found, but to take the result of k iterations
//   x_t^(n) = A x_{t-1}^(n) + tanh(A x_{t-1}^(n-1) + u_t) - A x_{t-1}^(n-1),   x_0^(n) = x_0,   x_t^(0) = 0 (t >= 1)
// as it is: k linear recurrences that share their weights. There is nothing to converge to, and the definition is this
// iteration done naively.
#pragma once

#include <cstddef>

#include "reference/rnn/rnn.hpp"

namespace tandem::rnn {

/// The network (its `stopping` is not used) and k. Tanh and TanhDiagonal alone.
template <class Cell>
struct FixedProblem {
  Problem<Cell> network;
  std::size_t iterations = 3;
};

/// x^(k), in double, rounded when stored. O(k T d^2), for the diagonal cell O(k T d). Throws std::invalid_argument
/// where `require_shapes` does.
template <class Cell>
void fixed_reference(const FixedProblem<Cell>& problem, Answer<>& answer);

}  // namespace tandem::rnn
