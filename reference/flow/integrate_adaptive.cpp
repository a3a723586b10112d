// Dormand and Prince's pair, its step size control, and its continuous extension.
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "reference/flow/integrate.hpp"

namespace tandem::flow {
namespace {

constexpr std::size_t stages = 7;
constexpr double nodes[stages] = {0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1};
/// The last row is the solution of order 5: the last stage of a step is the first of the next.
constexpr double weights[stages][stages - 1] = {{},
                                                {1. / 5},
                                                {3. / 40, 9. / 40},
                                                {44. / 45, -56. / 15, 32. / 9},
                                                {19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
                                                {9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
                                                {35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84}};
/// Order 5 minus order 4.
constexpr double errors[stages] = {71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40};
/// Of the continuous extension (Hairer, Norsett, Wanner, II.6, formula 6.12).
constexpr double dense[stages] = {-12715105075. / 11282082432,  0,
                                  87487479700. / 32700410799,   -10690763975. / 1880347072,
                                  701980252875. / 199316789632, -1453857185. / 822651844,
                                  69997945. / 29380423};

using Slopes = std::array<std::vector<double>, stages>;

/// The state a share of the way through a step from x to y of signed length h.
std::vector<double> between(std::span<const double> x, std::span<const double> y, const Slopes& slopes, double h,
                            double share) {
  std::vector<double> state(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double way = y[i] - x[i];
    const double first = h * slopes[0][i] - way;
    const double second = way - h * slopes[stages - 1][i] - first;
    double third = 0;
    for (std::size_t k = 0; k < stages; ++k) third += h * dense[k] * slopes[k][i];
    state[i] = x[i] + share * (way + (1 - share) * (first + share * (second + (1 - share) * third)));
  }
  return state;
}

void require_valid(double begin, double end, const AdaptiveOptions& options, std::span<const double> at) {
  require_time(begin, /*zero_allowed=*/true);
  require_time(end, /*zero_allowed=*/true);
  if (begin == end) throw std::invalid_argument("the flow begins and ends at the same time");
  if (!(options.relative >= 0 && options.absolute >= 0 && options.relative + options.absolute > 0)) {
    throw std::invalid_argument("the tolerances must be 0 or more, and one of them more");
  }
  const double direction = end > begin ? 1 : -1;
  double last = begin;
  for (const double t : at) {
    if (!(direction * (t - last) >= 0 && direction * (end - t) >= 0)) {
      throw std::invalid_argument("the times of dense output do not go from the flow's begin to its end");
    }
    last = t;
  }
}

}  // namespace

AdaptiveResult integrate_adaptive(const Field& field, double begin, double end, std::span<double> x,
                                  const AdaptiveOptions& options, std::span<const double> at,
                                  std::vector<std::vector<double>>* states) {
  require_valid(begin, end, options, at);
  if (states != nullptr) states->clear();
  AdaptiveResult result;
  Slopes slopes;
  for (auto& slope : slopes) slope.resize(x.size());
  std::vector<double> place(x.size());
  const auto evaluate = [&](std::span<const double> where, double t, std::size_t stage) {
    if (result.evaluations == options.most_evaluations) {
      throw std::runtime_error("the flow stands at t = " + std::to_string(t) + " after " +
                               std::to_string(result.evaluations) + " evaluations");
    }
    field(where, t, slopes[stage]);
    ++result.evaluations;
  };
  double t = begin;
  double h = (end - begin) / 100;
  std::size_t asked = 0;  // of the dense times
  evaluate(x, t, 0);
  while (t != end) {
    const bool last = std::abs(h) >= std::abs(end - t);
    if (last) h = end - t;
    if (t + h == t) throw std::runtime_error("the flow needs steps too short for doubles at t = " + std::to_string(t));
    for (std::size_t stage = 1; stage < stages; ++stage) {
      for (std::size_t i = 0; i < x.size(); ++i) {
        double sum = 0;
        for (std::size_t k = 0; k < stage; ++k) sum += weights[stage][k] * slopes[k][i];
        place[i] = x[i] + h * sum;
      }
      evaluate(place, last && nodes[stage] == 1 ? end : t + nodes[stage] * h, stage);
    }
    double squares = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      double error = 0;
      for (std::size_t k = 0; k < stages; ++k) error += h * errors[k] * slopes[k][i];
      const double size = options.absolute + options.relative * std::max(std::abs(x[i]), std::abs(place[i]));
      squares += error * error / (size * size);
    }
    const double error = x.empty() ? 0 : std::sqrt(squares / static_cast<double>(x.size()));
    if (error <= 1) {
      const double next = last ? end : t + h;
      for (; asked < at.size() && (end > begin ? at[asked] <= next : at[asked] >= next); ++asked) {
        if (states != nullptr) states->push_back(between(x, place, slopes, h, (at[asked] - t) / h));
      }
      std::ranges::copy(place, x.begin());
      t = next;
      std::swap(slopes[0], slopes[stages - 1]);
      ++result.accepted;
    } else {
      ++result.rejected;
    }
    // Also NaN makes the step shorter, so that a field that fails ends in the sentence above.
    h *= error <= 1e-10 ? 5 : (error > 0 ? std::clamp(0.9 * std::pow(error, -0.2), 0.2, 5.0) : 0.2);
  }
  return result;
}

}  // namespace tandem::flow
