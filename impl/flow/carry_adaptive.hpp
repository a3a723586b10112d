// Steps of adaptive size for many points at once. A velocity is a function (x, t, out) over the numbers of all of them.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "reference/flow/dormand_prince.hpp"
#include "reference/flow/integrate.hpp"

namespace tandem::flow {

/// As `integrate_adaptive` of the reference does for one point of `dimension` numbers, but for points that share their
/// steps: each is taken where all of the points keep the tolerance. `keep(i, states)` is called with the states of all
/// at the dense time i. The evaluations are counted for one point.
template <class Real, class Velocity, class Keep>
AdaptiveResult carry_adaptive(double begin, double end, std::span<Real> x, std::size_t dimension,
                              const AdaptiveOptions& options, const Velocity& velocity, std::span<const double> at,
                              const Keep& keep) {
  using namespace dormand_prince;
  require_valid(begin, end, options, at);
  const std::size_t size = x.size();
  AdaptiveResult result;
  std::array<std::vector<Real>, stages> slopes;
  for (auto& slope : slopes) slope.resize(size);
  std::vector<Real> place(size), state(at.empty() ? 0 : size);
  const auto evaluate = [&](const Real* where, double t, std::size_t stage) {
    require_evaluations_left(t, result.evaluations, options);
    velocity(where, t, slopes[stage].data());
    ++result.evaluations;
  };
  const auto add = [&](double factor, const std::vector<Real>& slope, std::vector<Real>& sum) {
    const Real length = static_cast<Real>(factor);
    for (std::size_t i = 0; i < size; ++i) sum[i] += length * slope[i];
  };
  /// The largest error of a point, in tolerances.
  const auto error_of = [&](double h) {
    double most = 0;
    for (std::size_t point = 0; point < size; point += dimension) {
      double squares = 0;
      for (std::size_t i = point; i < point + dimension; ++i) {
        double error = 0;
        for (std::size_t k = 0; k < stages; ++k) error += h * errors[k] * slopes[k][i];
        const double largest = std::max(std::abs(x[i]), std::abs(place[i]));
        const double share = error / (options.absolute + options.relative * largest);
        squares += share * share;
      }
      if (squares > most || std::isnan(squares)) most = squares;  // nothing is larger than NaN
    }
    return std::sqrt(most / static_cast<double>(dimension));
  };
  double t = begin;
  double h = (end - begin) / 100;
  std::size_t asked = 0;  // of the dense times
  evaluate(x.data(), t, 0);
  while (t != end) {
    h = std::copysign(std::min(std::abs(h), options.longest_step), h);
    const bool last = std::abs(h) >= std::abs(end - t);
    if (last) h = end - t;
    require_progress(t, h);
    for (std::size_t stage = 1; stage < stages; ++stage) {
      std::ranges::copy(x, place.begin());
      for (std::size_t k = 0; k < stage; ++k) add(h * weights[stage][k], slopes[k], place);
      evaluate(place.data(), last && nodes[stage] == 1 ? end : t + nodes[stage] * h, stage);
    }
    const double error = error_of(h);
    if (error <= 1) {
      const double next = last ? end : t + h;
      for (; asked < at.size() && (end > begin ? at[asked] <= next : at[asked] >= next); ++asked) {
        const double share = (at[asked] - t) / h;
        for (std::size_t i = 0; i < size; ++i) {
          state[i] = static_cast<Real>(between(
              x[i], place[i], h, share, [&](std::size_t stage) { return static_cast<double>(slopes[stage][i]); }));
        }
        keep(asked, std::span<const Real>(state));
      }
      std::ranges::copy(place, x.begin());
      t = next;
      std::swap(slopes[0], slopes[stages - 1]);
      ++result.accepted;
    } else {
      ++result.rejected;
    }
    h *= change_of_step(error);
  }
  return result;
}

}  // namespace tandem::flow
