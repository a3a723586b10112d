// How integrators come near a flow that is known: between normals with mean 0 and independent coordinates.
//
// There the field is linear. Of data with deviations s and noise with deviations r, the path that starts r_j away from
// 0 in every coordinate j ends s_j away, and its S in that coordinate is the mean over all paths,
//
//   s_j r_j (2 - pi / 2).
//
// Source: kexue.fm 9497 and arXiv 2209.03003, section 3, by hand.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reference/flow/integrate.hpp"

namespace tandem::flow {

struct ConvergenceProblem {
  std::vector<double> data;   ///< standard deviations, one per coordinate, at least one
  std::vector<double> noise;  ///< as many
  Scheme scheme = Scheme::runge_kutta_4;
  std::size_t steps = 256;  ///< even, at least 2
};

struct ConvergenceAnswer {
  std::vector<double> ends;          ///< of the path, coordinate by coordinate, after all steps
  std::vector<double> straightness;  ///< S of the path, as many, by Simpson's rule over its steps
  double order = 0;                  ///< log2 of how many times as far from the exact end half as many steps end
  std::size_t evaluations = 0;       ///< of the field on the way of all steps (NFE)
};

/// Throws std::invalid_argument for no coordinates, other numbers of them, deviations that are not positive and finite,
/// or steps that are no even number above 0.
void require_valid(const ConvergenceProblem& problem);

/// Coordinate by coordinate. O(d steps).
void reference(const ConvergenceProblem& problem, ConvergenceAnswer& answer);

/// The answer's order, from the ends of all steps and of half as many.
double order_found(std::span<const double> exact, std::span<const double> ends, std::span<const double> ends_of_half);

}  // namespace tandem::flow
