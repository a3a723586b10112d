// Rectified flow: an ordinary differential equation that carries noise to data.
//
// One direction of time holds for the whole family, that of the post: t = 0 is data and t = 1 is noise. A pair
// (x_0, x_1) is joined by the line x_t = (1 - t) x_0 + t x_1, and the field is the least-squares fit of its slope,
//
//   v(x, t) = E[x_1 - x_0 | x_t = x].
//
// It points from data to noise. To generate is to follow it backwards, from noise at t = 1 to data at t = 0, so that a
// step of length h > 0 subtracts: x - h v. The paper counts the other way, from its X_0 = noise to its X_1 = data.
//
// Sources: kexue.fm 9497 (fields, marginals); Liu, Gong, Liu, arXiv 2209.03003 (straightness, reflow).
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace tandem::flow {

/// n points of d numbers each, one point after the other.
template <class Real>
struct Points {
  std::size_t dimension = 0;
  std::vector<Real> values;

  std::size_t size() const { return dimension == 0 ? 0 : values.size() / dimension; }
  std::span<const Real> operator[](std::size_t i) const { return std::span(values).subspan(i * dimension, dimension); }
  std::span<Real> operator[](std::size_t i) { return std::span(values).subspan(i * dimension, dimension); }
};

/// Writes v(x, t) for one point.
using Field = std::function<void(std::span<const double> x, double t, std::span<double> velocity)>;

/// Throws std::invalid_argument for points without dimensions, with a last point that is cut off, or with a coordinate
/// that is no finite number. No points at all are fine. `name` is plural: "the data".
template <class Real>
void require_points(const Points<Real>& points, const std::string& name);

/// The same, and at least one point.
template <class Real>
void require_some(const Points<Real>& points, const std::string& name);

/// Throws std::invalid_argument where two sets of points have different dimensions.
void require_same_dimension(std::size_t one, std::size_t other);

/// Throws std::invalid_argument for a time outside (0, 1], or outside [0, 1] where `zero_allowed`.
void require_time(double t, bool zero_allowed);

template <class Real>
Points<double> in_double(const Points<Real>& points) {
  return {points.dimension, std::vector<double>(points.values.begin(), points.values.end())};
}

}  // namespace tandem::flow
