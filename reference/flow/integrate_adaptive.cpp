// One point by Dormand and Prince's pair with steps of adaptive size.
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "reference/flow/dormand_prince.hpp"
#include "reference/flow/integrate.hpp"

namespace tandem::flow {

void require_valid(double begin, double end, const AdaptiveOptions& options, std::span<const double> at) {
  require_time(begin, /*zero_allowed=*/true);
  require_time(end, /*zero_allowed=*/true);
  if (begin == end) throw std::invalid_argument("the flow begins and ends at the same time");
  const auto allowed = [](double tolerance) { return tolerance >= 0 && std::isfinite(tolerance); };
  if (!allowed(options.relative) || !allowed(options.absolute) || options.relative + options.absolute == 0) {
    throw std::invalid_argument("the tolerances must be 0 or more, and one of them more");
  }
  if (!(options.longest_step > 0)) throw std::invalid_argument("the longest step is not above 0");
  const double direction = end > begin ? 1 : -1;
  double last = begin;
  for (const double t : at) {
    if (!(direction * (t - last) >= 0 && direction * (end - t) >= 0)) {
      throw std::invalid_argument("the times of dense output do not go from the flow's begin to its end");
    }
    last = t;
  }
}

void require_evaluations_left(double t, std::size_t evaluations, const AdaptiveOptions& options) {
  if (evaluations < options.most_evaluations) return;
  throw std::runtime_error("the flow stands at t = " + std::to_string(t) + " after " + std::to_string(evaluations) +
                           " evaluations");
}

void require_progress(double t, double h) {
  if (t + h == t) throw std::runtime_error("the flow needs steps too short for doubles at t = " + std::to_string(t));
}

AdaptiveResult integrate_adaptive(const Field& field, double begin, double end, std::span<double> x,
                                  const AdaptiveOptions& options, std::span<const double> at,
                                  std::vector<std::vector<double>>* states) {
  using namespace dormand_prince;
  require_valid(begin, end, options, at);
  if (states != nullptr) states->clear();
  AdaptiveResult result;
  std::array<std::vector<double>, stages> slopes;
  for (auto& slope : slopes) slope.resize(x.size());
  std::vector<double> place(x.size());
  const auto evaluate = [&](std::span<const double> where, double t, std::size_t stage) {
    require_evaluations_left(t, result.evaluations, options);
    field(where, t, slopes[stage]);
    ++result.evaluations;
  };
  const auto state_at = [&](double share, double h) {
    std::vector<double> state(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      state[i] = between(x[i], place[i], h, share, [&](std::size_t stage) { return slopes[stage][i]; });
    }
    return state;
  };
  double t = begin;
  double h = (end - begin) / 100;
  std::size_t asked = 0;  // of the dense times
  evaluate(x, t, 0);
  while (t != end) {
    h = std::copysign(std::min(std::abs(h), options.longest_step), h);
    const bool last = std::abs(h) >= std::abs(end - t);
    if (last) h = end - t;
    require_progress(t, h);
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
        if (states != nullptr) states->push_back(state_at((at[asked] - t) / h, h));
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
