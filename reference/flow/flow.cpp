#include "reference/flow/flow.hpp"

#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace tandem::flow {

namespace {

/// Whether all numbers are: 0 times another number is no 0. Sums stand side by side, so that none waits for the last,
/// since every variant asks this of all its data.
template <class Real>
bool are_finite(const std::vector<Real>& numbers) {
  std::array<Real, 16> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= numbers.size(); i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += 0 * numbers[i + k];
  }
  for (; i < numbers.size(); ++i) sums[0] += 0 * numbers[i];
  return std::accumulate(sums.begin(), sums.end(), Real{0}) == 0;
}

}  // namespace

template <class Real>
void require_points(const Points<Real>& points, const std::string& name) {
  if (points.dimension == 0) throw std::invalid_argument(name + " have no dimensions");
  if (points.values.size() % points.dimension != 0) {
    throw std::invalid_argument(name + " hold " + std::to_string(points.values.size()) +
                                " numbers, which are no points of " + std::to_string(points.dimension));
  }
  if (are_finite(points.values)) return;
  for (std::size_t i = 0; i < points.values.size(); ++i) {
    if (!std::isfinite(points.values[i])) {
      throw std::invalid_argument("coordinate " + std::to_string(i % points.dimension) + " of point " +
                                  std::to_string(i / points.dimension) + " of " + name + " is no finite number");
    }
  }
}

template <class Real>
void require_some(const Points<Real>& points, const std::string& name) {
  require_points(points, name);
  if (points.size() == 0) throw std::invalid_argument(name + " are empty");
}

void require_same_dimension(std::size_t one, std::size_t other) {
  if (one != other) {
    throw std::invalid_argument("points of " + std::to_string(one) + " dimensions do not go with points of " +
                                std::to_string(other));
  }
}

void require_time(double t, bool zero_allowed) {
  if (t > 0 && t <= 1) return;
  if (zero_allowed && t == 0) return;
  throw std::invalid_argument("the time is " + std::to_string(t) + ", not within " + (zero_allowed ? "[" : "(") +
                              "0, 1]");
}

template void require_points(const Points<float>&, const std::string&);
template void require_points(const Points<double>&, const std::string&);
template void require_some(const Points<float>&, const std::string&);
template void require_some(const Points<double>&, const std::string&);

}  // namespace tandem::flow
