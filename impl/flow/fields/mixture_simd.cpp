// Mixture to mixture: a point in each lane, in double. All that does not depend on the point is computed once per time.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "impl/flow/carry.hpp"
#include "impl/flow/carry_adaptive.hpp"
#include "impl/flow/chunks.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/fields/mixture_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

#ifndef TANDEM_FLOW_MIXTURE_PAIRS
#define TANDEM_FLOW_MIXTURE_PAIRS
namespace tandem::flow {

/// The mixture of x_t at one time. Pair by pair, coordinate by coordinate: mean, half the inverse variance, and the
/// field drift + slope (x - mean).
struct PairsAt {
  struct Axis {
    double mean;
    double half_precision;
    double drift;
    double slope;
  };
  std::size_t dimension;
  std::vector<double> constants;  ///< log of weight over the product of deviations, one per pair
  std::vector<Axis> axes;         ///< pairs x dimension
};

}  // namespace tandem::flow
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;
inline constexpr std::size_t lanes = hn::MaxLanes(D());

/// For one vector of points; x and out are dimension x lanes, scores pairs x lanes.
void vector_of_points(const PairsAt& pairs, const double* x, double* scores, double* out) {
  const D d;
  const std::size_t size = pairs.dimension;
  V largest = hn::Set(d, -std::numeric_limits<double>::infinity());
  for (std::size_t pair = 0; pair < pairs.constants.size(); ++pair) {
    const PairsAt::Axis* axes = pairs.axes.data() + pair * size;
    V score = hn::Set(d, pairs.constants[pair]);
    for (std::size_t j = 0; j < size; ++j) {
      const V rest = hn::Sub(hn::Load(d, x + j * lanes), hn::Set(d, axes[j].mean));
      score = hn::NegMulAdd(hn::Mul(rest, rest), hn::Set(d, axes[j].half_precision), score);
    }
    hn::Store(score, d, scores + pair * lanes);
    largest = hn::Max(largest, score);
  }
  for (std::size_t j = 0; j < size; ++j) hn::Store(hn::Zero(d), d, out + j * lanes);
  V sum = hn::Zero(d);
  for (std::size_t pair = 0; pair < pairs.constants.size(); ++pair) {
    const V excess = hn::Sub(hn::Load(d, scores + pair * lanes), largest);
    if (hn::AllTrue(d, hn::Lt(excess, hn::Set(d, -700.0)))) continue;  // far below the last bit of every sum
    const V weight = hn::Exp(d, excess);
    sum = hn::Add(sum, weight);
    const PairsAt::Axis* axes = pairs.axes.data() + pair * size;
    for (std::size_t j = 0; j < size; ++j) {
      const V rest = hn::Sub(hn::Load(d, x + j * lanes), hn::Set(d, axes[j].mean));
      const V field = hn::MulAdd(rest, hn::Set(d, axes[j].slope), hn::Set(d, axes[j].drift));
      hn::Store(hn::MulAdd(weight, field, hn::Load(d, out + j * lanes)), d, out + j * lanes);
    }
  }
  for (std::size_t j = 0; j < size; ++j) hn::Store(hn::Div(hn::Load(d, out + j * lanes), sum), d, out + j * lanes);
}

void points(const PairsAt& pairs, const double* x, std::size_t count, double* velocities) {
  const std::size_t size = pairs.dimension;
  std::vector<double> memory((2 * size + pairs.constants.size() + 1) * lanes);
  double* columns = memory.data();
  while (reinterpret_cast<std::uintptr_t>(columns) % (lanes * sizeof(double)) != 0) ++columns;
  double* const out = columns + size * lanes;
  double* const scores = out + size * lanes;
  for (std::size_t begin = 0; begin < count; begin += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {  // lanes beyond the last point repeat it
      const double* point = x + std::min(begin + lane, count - 1) * size;
      for (std::size_t j = 0; j < size; ++j) columns[j * lanes + lane] = point[j];
    }
    vector_of_points(pairs, columns, scores, out);
    for (std::size_t lane = 0; lane < lanes && begin + lane < count; ++lane) {
      for (std::size_t j = 0; j < size; ++j) velocities[(begin + lane) * size + j] = out[j * lanes + lane];
    }
  }
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::flow {

HWY_EXPORT(points);

namespace {

PairsAt pairs_at(const Mixture& data, const Mixture& noise, double t) {
  PairsAt pairs{.dimension = data.dimension, .constants = {}, .axes = {}};
  pairs.constants.reserve(data.size() * noise.size());
  pairs.axes.reserve(data.size() * noise.size() * data.dimension);
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (std::size_t j = 0; j < noise.size(); ++j) {
      double constant = std::log(data.weights[i]) + std::log(noise.weights[j]);
      for (std::size_t k = 0; k < data.dimension; ++k) {
        const double from = data.means[i * data.dimension + k], to = noise.means[j * data.dimension + k];
        const double from_variance = data.variances[i * data.dimension + k];
        const double to_variance = noise.variances[j * data.dimension + k];
        const double variance = (1 - t) * (1 - t) * from_variance + t * t * to_variance;
        constant -= std::log(variance) / 2;
        pairs.axes.push_back({.mean = (1 - t) * from + t * to,
                              .half_precision = 0.5 / variance,
                              .drift = to - from,
                              .slope = (t * to_variance - (1 - t) * from_variance) / variance});
      }
      pairs.constants.push_back(constant);
    }
  }
  return pairs;
}

/// The velocities of `count` points of a problem. What depends on the time alone is kept until it changes.
class VelocitiesOf {
 public:
  template <class Problem>
  VelocitiesOf(const Problem& problem, std::size_t count)
      : data_(problem.data), noise_(problem.noise), count_(count), time_(-1) {}

  void operator()(const double* x, double t, double* velocities) const {
    if (t != time_) pairs_ = pairs_at(data_, noise_, t);
    time_ = t;
    HWY_DYNAMIC_DISPATCH(points)(pairs_, x, count_, velocities);
  }

 private:
  const Mixture& data_;
  const Mixture& noise_;
  std::size_t count_;
  mutable double time_;
  mutable PairsAt pairs_{};
};

}  // namespace

void mixture_velocities(const Mixture& data, const Mixture& noise, const double* x, std::size_t count, double t,
                        double* velocities) {
  require_valid(data);
  require_valid(noise);
  require_same_dimension(data.dimension, noise.dimension);
  require_time(t, /*zero_allowed=*/true);
  HWY_DYNAMIC_DISPATCH(points)(pairs_at(data, noise, t), x, count, velocities);
}

void simd(const MixtureProblem& problem, Samples<double>& samples, const Execution& execution) {
  require_valid(problem, samples);
  const std::vector<double> times = uniform_times(1, problem.path.end, problem.path.steps);
  const std::size_t size = problem.starts.dimension;
  samples.evaluations = problem.path.steps * evaluations_per_step(problem.path.scheme);
  samples.points = problem.starts.values;
  for_each_chunk(execution, problem.starts.size(), mixture_grain, [&](std::size_t begin, std::size_t end) {
    carry<double>(problem.path.scheme, times, std::span(samples.points).subspan(begin * size, (end - begin) * size),
                  VelocitiesOf(problem, end - begin));
  });
}

void simd(const AdaptiveProblem& problem, AdaptiveSamples& samples, const Execution& execution) {
  require_valid(problem, samples);
  const std::size_t size = problem.starts.dimension, numbers = problem.starts.values.size();
  std::vector<std::size_t> evaluations((problem.starts.size() + mixture_grain - 1) / mixture_grain);
  for_each_chunk(execution, problem.starts.size(), mixture_grain, [&](std::size_t begin, std::size_t end) {
    const auto first = problem.starts.values.begin() + static_cast<std::ptrdiff_t>(begin * size);
    std::vector<double> x(first, first + static_cast<std::ptrdiff_t>((end - begin) * size));
    const AdaptiveResult result =
        carry_adaptive<double>(1, problem.times.back(), x, size, problem.options, VelocitiesOf(problem, end - begin),
                               problem.times, [&](std::size_t i, std::span<const double> states) {
                                 std::ranges::copy(states, samples.states.data() + i * numbers + begin * size);
                               });
    evaluations[begin / mixture_grain] = result.evaluations * (end - begin);
  });
  samples.evaluations =
      mean_evaluations(std::accumulate(evaluations.begin(), evaluations.end(), std::size_t{0}), problem.starts.size());
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
