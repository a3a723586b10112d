// What a flow does to couplings: cost, straightness, and what one fit leaves.
//
// With Z_t the flow of a field and X_t the straight paths that the field was fitted to (arXiv 2209.03003):
//
//   cost                E|Z_1 - Z_0|^p                                    never above E|X_1 - X_0|^p for p >= 1
//   (theorem 3.5) straightness        S = integral over t of E|(Z_1 - Z_0) - v(Z_t, t)|^2     0 where all paths are
//   straight loss at the optimum V = integral over t of E|(X_1 - X_0) - v(X_t, t)|^2
//
// and for the exact field E|X_1 - X_0|^2 - E|Z_1 - Z_0|^2 = S + V.
#pragma once

#include <cstddef>
#include <span>

#include "reference/flow/flow.hpp"
#include "reference/flow/integrate.hpp"

namespace tandem::flow {

/// The mean of |x_i - y_i|^power. Throws for malformed or no points, other dimensions or numbers of points, or a power
/// that is not at least 1. O(n d).
double mean_cost(const Points<double>& x, const Points<double>& y, double power);

struct Straightness {
  Points<double> ends;          ///< the flow's, in the order of the starts
  double straightness = 0;      ///< S, by the midpoint rule over `steps` stretches
  double cost = 0;              ///< mean |Z_1 - Z_0|^2
  std::size_t evaluations = 0;  ///< of the field per sample
};

/// Carries every start from t = 1 to t = end >= 0 by 2 steps steps of `scheme`, and looks at the field halfway through
/// each of `steps` equal stretches. The ends come of the same states, so that S has no error but the integrator's and
/// the rule's, O(steps^-2). Where end > 0, paths are those from t = 1 to t = end. Throws for malformed input.
Straightness straightness(const Field& field, const Points<double>& starts, double end, std::size_t steps,
                          Scheme scheme = Scheme::runge_kutta_4);

/// V for pairs (x_0^i, x_1^i): the mean over pairs and the midpoints of `nodes` equal stretches of [0, 1] of the
/// squared distance between slope and field. O(n nodes) evaluations. The field is not asked at t = 0 or t = 1.
double loss(const Field& field, const Points<double>& data, const Points<double>& noise, std::size_t nodes);

}  // namespace tandem::flow
