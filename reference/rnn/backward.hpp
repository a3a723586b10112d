// The backward pass of the recurrent networks of reference/rnn/rnn.hpp: the gradient of a loss L with respect to x_0,
// the inputs and the weights, given the trajectory and the direct gradients g_t = dL/dx_t of all states.
//
// With J_t = df/dx at (x_{t-1}, u_t) the total gradients of the states obey a linear recurrence that runs backward,
//   lambda_T = g_T,   lambda_{t-1} = g_{t-1} + J_t^T lambda_t,   lambda_0 = J_1^T lambda_1,
// and all else follows from lambda step by step: dL/du_t = (df/du_t)^T lambda_t, dL/dw = sum_t (df/dw)^T lambda_t.
// Source: back-propagation through time (Werbos, Proc. IEEE 78(10), 1990); as one linear recurrence: arXiv 2309.12252.
#pragma once

#include <vector>

#include "reference/rnn/rnn.hpp"

namespace tandem::rnn {

template <class Cell, class Real = float>
struct BackwardProblem {
  Problem<Cell, Real> forward;
  std::vector<Real> states;          ///< T x d: the trajectory that the forward pass gave
  std::vector<Real> state_gradient;  ///< T x d: g_1, ..., g_T

  std::size_t length() const { return forward.length(); }
};

/// The gradient, in the shapes of what it belongs to. The caller gives it its sizes.
template <class Real = float>
struct Gradient {
  std::vector<Real> initial_state;  ///< d
  std::vector<Real> input;          ///< T x gates x d
  std::vector<Real> weights;        ///< gates x d x d, or gates x d
};

/// The definition: textbook back-propagation through time, in double. O(T d^2) for dense cells, O(T d) for diagonal.
/// Throws std::invalid_argument where `require_shapes` does.
template <class Cell, class Real>
void reference_backward(const BackwardProblem<Cell, Real>& problem, Gradient<Real>& gradient);

/// Throws std::invalid_argument if a length does not fit the forward problem, or that one is refused.
template <class Cell, class Real>
void require_shapes(const BackwardProblem<Cell, Real>& problem, const Gradient<Real>& gradient);

}  // namespace tandem::rnn
