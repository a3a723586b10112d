// Fixed steps between normals: a coordinate in each lane. What divides depends on the time alone, so that each time of
// a path is worked out once, and the end of a step is the begin of the next.
#include <algorithm>
#include <array>
#include <vector>

#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/convergence_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#ifndef TANDEM_FLOW_CONVERGENCE
#define TANDEM_FLOW_CONVERGENCE
namespace tandem::flow {

/// As many coordinates as the widest vector has lanes.
struct Coordinates {
  static constexpr std::size_t most = 8;
  std::array<double, most> data, noise, ends, ends_of_half, straightness;
};

}  // namespace tandem::flow
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<double, Coordinates::most>;
using V = hn::Vec<D>;

/// The field is slope x.
V slope_at(double t, V data_variance, V noise_variance) {
  const D d;
  const V data = hn::Mul(hn::Set(d, 1 - t), data_variance), noise = hn::Mul(hn::Set(d, t), noise_variance);
  return hn::Div(hn::Sub(noise, data), hn::MulAdd(hn::Set(d, 1 - t), data, hn::Mul(hn::Set(d, t), noise)));
}

/// One step by h, the slopes being those at its begin, in its middle and at its end.
V stepped(Scheme scheme, V x, double h, V begin, V middle, V end) {
  const D d;
  const V whole = hn::Set(d, h), half = hn::Set(d, h / 2);
  const V first = hn::Mul(begin, x);
  if (scheme == Scheme::euler) return hn::MulAdd(whole, first, x);
  if (scheme == Scheme::midpoint) return hn::MulAdd(whole, hn::Mul(middle, hn::MulAdd(half, first, x)), x);
  if (scheme == Scheme::heun) {
    return hn::MulAdd(half, hn::Add(first, hn::Mul(end, hn::MulAdd(whole, first, x))), x);
  }
  const V second = hn::Mul(middle, hn::MulAdd(half, first, x));
  const V third = hn::Mul(middle, hn::MulAdd(half, second, x));
  const V fourth = hn::Mul(end, hn::MulAdd(whole, third, x));
  const V sum = hn::MulAdd(hn::Set(d, 2), hn::Add(second, third), hn::Add(first, fourth));
  return hn::MulAdd(hn::Set(d, h / 6), sum, x);
}

/// Carries one deviation of the noise along and calls look(k, velocity) at each of the times.
template <class Look>
V carried(Scheme scheme, const std::vector<double>& times, V data, V noise, const Look& look) {
  const bool halfway = scheme == Scheme::midpoint || scheme == Scheme::runge_kutta_4;
  const V data_variance = hn::Mul(data, data), noise_variance = hn::Mul(noise, noise);
  const auto slope = [&](double t) HWY_ATTR { return slope_at(t, data_variance, noise_variance); };
  V x = noise, begin = slope(times[0]);
  look(0, hn::Mul(begin, x));
  for (std::size_t k = 0; k + 1 < times.size(); ++k) {
    const double h = times[k + 1] - times[k];
    const V middle = halfway ? slope(times[k] + h / 2) : begin, end = slope(times[k + 1]);
    x = stepped(scheme, x, h, begin, middle, end);
    look(k + 1, hn::Mul(end, x));
    begin = end;
  }
  return x;
}

void coordinates(Scheme scheme, const std::vector<double>& times, const std::vector<double>& half_the_times,
                 double* velocities, Coordinates& all) {
  const D d;
  const std::size_t lanes = hn::Lanes(d), steps = times.size() - 1;
  for (std::size_t begin = 0; begin < Coordinates::most; begin += lanes) {
    const V data = hn::LoadU(d, all.data.data() + begin), noise = hn::LoadU(d, all.noise.data() + begin);
    const V end = carried(scheme, times, data, noise,
                          [&](std::size_t k, V velocity) HWY_ATTR { hn::StoreU(velocity, d, velocities + k * lanes); });
    hn::StoreU(end, d, all.ends.data() + begin);
    const V straight = hn::Sub(noise, end);
    V sum = hn::Zero(d);
    for (std::size_t k = 0; k <= steps; ++k) {
      const V rest = hn::Sub(straight, hn::LoadU(d, velocities + k * lanes));
      const double weight = k == 0 || k == steps ? 1 : (k % 2 == 1 ? 4 : 2);
      sum = hn::MulAdd(hn::Mul(hn::Set(d, weight), rest), rest, sum);
    }
    hn::StoreU(hn::Mul(sum, hn::Set(d, 1 / (3 * static_cast<double>(steps)))), d, all.straightness.data() + begin);
    hn::StoreU(carried(scheme, half_the_times, data, noise, [](std::size_t, V) HWY_ATTR {}), d,
               all.ends_of_half.data() + begin);
  }
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::flow {

HWY_EXPORT(coordinates);

void simd(const ConvergenceProblem& problem, ConvergenceAnswer& answer, const Execution& execution) {
  require_valid(problem);
  const std::size_t size = problem.data.size();
  const std::vector<double> times = uniform_times(1, 0, problem.steps);
  const std::vector<double> half_the_times = uniform_times(1, 0, problem.steps / 2);
  std::vector<double> ends_of_half(size);
  answer.ends.resize(size);
  answer.straightness.resize(size);
  constexpr std::size_t grain = 2 * Coordinates::most;
  for_each_chunk(execution, size, grain, [&](std::size_t first, std::size_t last) {
    std::vector<double> velocities(times.size() * Coordinates::most);
    for (std::size_t begin = first; begin < last; begin += Coordinates::most) {
      const std::size_t count = std::min(Coordinates::most, last - begin);
      const auto at = [&](auto&& list) { return list.begin() + static_cast<std::ptrdiff_t>(begin); };
      Coordinates some;
      some.data.fill(1);  // lanes beyond the last coordinate have a field, too
      some.noise.fill(1);
      std::copy_n(at(problem.data), count, some.data.begin());
      std::copy_n(at(problem.noise), count, some.noise.begin());
      HWY_DYNAMIC_DISPATCH(coordinates)(problem.scheme, times, half_the_times, velocities.data(), some);
      std::copy_n(some.ends.begin(), count, at(answer.ends));
      std::copy_n(some.ends_of_half.begin(), count, at(ends_of_half));
      std::copy_n(some.straightness.begin(), count, at(answer.straightness));
    }
  });
  answer.order = order_found(problem.data, answer.ends, ends_of_half);
  answer.evaluations = problem.steps * evaluations_per_step(problem.scheme);
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
