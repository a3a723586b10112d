#include "reference/flow/integrate.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

namespace tandem::flow {
namespace {

constexpr std::pair<Scheme, std::string_view> names[] = {
    {Scheme::euler, "euler"}, {Scheme::heun, "heun"}, {Scheme::midpoint, "midpoint"}, {Scheme::runge_kutta_4, "rk4"}};

void require_times(std::span<const double> times) {
  if (times.empty()) throw std::invalid_argument("there are no times");
  for (const double t : times) require_time(t, /*zero_allowed=*/true);
  for (std::size_t i = 1; i < times.size(); ++i) {
    const bool falls = times[1] < times[0];
    if (falls ? times[i] < times[i - 1] : times[i] > times[i - 1]) continue;
    throw std::invalid_argument("the times neither rise nor fall from each to the next");
  }
}

/// One step from x at t, by h; `work` has four vectors.
void step(const Field& field, Scheme scheme, double t, double s, std::span<double> x,
          std::vector<std::vector<double>>& slopes, std::vector<double>& place) {
  const double h = s - t;
  const auto move = [&](const std::vector<double>& slope, double length) {
    for (std::size_t i = 0; i < x.size(); ++i) place[i] = x[i] + length * slope[i];
  };
  field(x, t, slopes[0]);
  switch (scheme) {
    case Scheme::euler:
      break;
    case Scheme::heun:
      move(slopes[0], h);
      field(place, s, slopes[1]);
      for (std::size_t i = 0; i < x.size(); ++i) slopes[0][i] = (slopes[0][i] + slopes[1][i]) / 2;
      break;
    case Scheme::midpoint:
      move(slopes[0], h / 2);
      field(place, t + h / 2, slopes[0]);
      break;
    case Scheme::runge_kutta_4:
      move(slopes[0], h / 2);
      field(place, t + h / 2, slopes[1]);
      move(slopes[1], h / 2);
      field(place, t + h / 2, slopes[2]);
      move(slopes[2], h);
      field(place, s, slopes[3]);
      for (std::size_t i = 0; i < x.size(); ++i) {
        slopes[0][i] = (slopes[0][i] + 2 * slopes[1][i] + 2 * slopes[2][i] + slopes[3][i]) / 6;
      }
      break;
  }
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += h * slopes[0][i];
}

}  // namespace

Scheme scheme_named(std::string_view name) {
  std::string all;
  for (const auto& [scheme, known] : names) {
    if (name == known) return scheme;
    all += (all.empty() ? "" : ", ") + std::string(known);
  }
  throw std::invalid_argument("there is no integrator '" + std::string(name) + "' among " + all);
}

std::string_view name_of(Scheme scheme) { return names[static_cast<std::size_t>(scheme)].second; }

std::size_t evaluations_per_step(Scheme scheme) {
  return scheme == Scheme::euler ? 1 : (scheme == Scheme::runge_kutta_4 ? 4 : 2);
}

int order_of(Scheme scheme) { return static_cast<int>(evaluations_per_step(scheme)); }

bool evaluates_the_end(Scheme scheme) { return scheme == Scheme::heun || scheme == Scheme::runge_kutta_4; }

std::vector<double> uniform_times(double begin, double end, std::size_t steps) {
  if (steps == 0) throw std::invalid_argument("there are no steps");
  require_time(begin, /*zero_allowed=*/true);
  require_time(end, /*zero_allowed=*/true);
  if (begin == end) throw std::invalid_argument("the flow begins and ends at the same time");
  std::vector<double> times(steps + 1);
  for (std::size_t i = 0; i <= steps; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(steps);
    times[i] = begin + share * (end - begin);
  }
  times.back() = end;
  return times;
}

std::size_t integrate(const Field& field, Scheme scheme, std::span<const double> times, std::span<double> x) {
  require_times(times);
  std::vector<std::vector<double>> slopes(4, std::vector<double>(x.size()));
  std::vector<double> place(x.size());
  for (std::size_t i = 0; i + 1 < times.size(); ++i) step(field, scheme, times[i], times[i + 1], x, slopes, place);
  return (times.size() - 1) * evaluations_per_step(scheme);
}

}  // namespace tandem::flow
