// Fixed steps for many points at once. A velocity is a function (x, t, out) over the numbers of all of them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "reference/flow/integrate.hpp"

namespace tandem::flow {

/// As `integrate` of the reference does for one point, with the same order of operations.
template <class Real, class Velocity>
void carry(Scheme scheme, std::span<const double> times, std::span<Real> x, const Velocity& velocity) {
  const bool several = scheme != Scheme::euler;
  const std::size_t size = x.size();
  std::vector<Real> slope(size), place(several ? size : 0), sum(several ? size : 0);
  const auto move = [&](Real length) {
    for (std::size_t i = 0; i < size; ++i) place[i] = x[i] + length * slope[i];
  };
  const auto add = [&](Real factor) {
    for (std::size_t i = 0; i < size; ++i) sum[i] += factor * slope[i];
  };
  for (std::size_t k = 0; k + 1 < times.size(); ++k) {
    const double t = times[k], s = times[k + 1];
    const Real h = static_cast<Real>(s - t);
    velocity(x.data(), t, slope.data());
    if (scheme == Scheme::midpoint) {
      move(h / 2);
      velocity(place.data(), t + (s - t) / 2, slope.data());
    } else if (scheme == Scheme::heun) {
      sum = slope;
      move(h);
      velocity(place.data(), s, slope.data());
      for (std::size_t i = 0; i < size; ++i) slope[i] = (sum[i] + slope[i]) / 2;
    } else if (scheme == Scheme::runge_kutta_4) {
      sum = slope;
      move(h / 2);
      velocity(place.data(), t + (s - t) / 2, slope.data());
      add(2);
      move(h / 2);
      velocity(place.data(), t + (s - t) / 2, slope.data());
      add(2);
      move(h);
      velocity(place.data(), s, slope.data());
      for (std::size_t i = 0; i < size; ++i) slope[i] = (sum[i] + slope[i]) / 6;
    }
    for (std::size_t i = 0; i < size; ++i) x[i] += h * slope[i];
  }
}

}  // namespace tandem::flow
