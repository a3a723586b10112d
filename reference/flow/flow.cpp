#include "reference/flow/flow.hpp"

#include <cmath>
#include <stdexcept>

namespace tandem::flow {

template <class Real>
void require_points(const Points<Real>& points, const std::string& name) {
  if (points.dimension == 0) throw std::invalid_argument(name + " have no dimensions");
  if (points.values.size() % points.dimension != 0) {
    throw std::invalid_argument(name + " hold " + std::to_string(points.values.size()) +
                                " numbers, which are no points of " + std::to_string(points.dimension));
  }
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
