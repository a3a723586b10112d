#include "impl/flow/reflow.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <stdexcept>

#include "impl/flow/carry.hpp"
#include "impl/flow/carry_adaptive.hpp"
#include "impl/flow/fields/empirical.hpp"
#include "impl/flow/fields/paired.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::flow {
namespace {

/// Points that one task carries all the way.
constexpr std::size_t grain = 96;

}  // namespace

BatchField mixture_field(const Mixture& data, const Mixture& noise) {
  require_valid(data);
  require_valid(noise);
  require_same_dimension(data.dimension, noise.dimension);
  return [data, noise](const float* x, std::size_t count, double t, float* velocities) {
    const std::vector<double> places(x, x + count * data.dimension);
    std::vector<double> result(places.size());
    mixture_velocities(data, noise, places.data(), count, t, result.data());
    for (std::size_t i = 0; i < result.size(); ++i) velocities[i] = static_cast<float>(result[i]);
  };
}

BatchField empirical_field(const Points<float>& data) {
  struct Kept {
    explicit Kept(const Points<float>& points) : data(points), field(data) {}
    Points<float> data;
    EmpiricalField field;
  };
  const auto kept = std::make_shared<const Kept>(data);
  return [kept](const float* x, std::size_t count, double t, float* velocities) {
    kept->field.velocities(x, count, t, velocities);
  };
}

BatchField paired_field(const Points<float>& data, const Points<float>& noise, double bandwidth) {
  // The definition says what it refuses.
  std::vector<double> velocity(data.dimension);
  paired_velocity(in_double(data), in_double(noise), bandwidth, velocity, 1, velocity);
  return [data, noise, bandwidth](const float* x, std::size_t count, double t, float* velocities) {
    require_time(t, /*zero_allowed=*/false);
    PairedField(data, noise, bandwidth, t).velocities(x, count, velocities);
  };
}

BatchField network_field(const NetworkShape& shape, const std::vector<float>& parameters) {
  // The definition says what it refuses.
  std::vector<double> velocity(shape.dimension);
  network_velocity(shape, parameters, velocity, 1, velocity);
  return [shape, parameters](const float* x, std::size_t count, double t, float* velocities) {
    network_velocities(shape, parameters, x, count, t, velocities);
  };
}

Flowed flow(const BatchField& field, const Points<float>& starts, double end, std::size_t steps, Scheme scheme,
            const Execution& execution) {
  require_some(starts, "the starts");
  const std::vector<double> times = uniform_times(1, end, 2 * steps);
  struct Sums {
    double differences = 0;
    double cost = 0;
  };
  const std::size_t size = starts.dimension;
  const double length = 1 - end;
  Flowed result{.ends = starts};
  result.evaluations = steps * (2 * evaluations_per_step(scheme) + 1);
  std::vector<Sums> sums((starts.size() + grain - 1) / grain);
  for_each_chunk(execution, starts.size(), grain, [&](std::size_t begin, std::size_t stop) {
    const std::size_t count = stop - begin, numbers = count * size;
    const std::span<float> x = std::span(result.ends.values).subspan(begin * size, numbers);
    const auto velocity = [&](const float* place, double t, float* out) { field(place, count, t, out); };
    std::vector<float> velocities(steps * numbers);
    for (std::size_t k = 0; k < steps; ++k) {
      const std::span<const double> all(times);
      carry<float>(scheme, all.subspan(2 * k, 2), x, velocity);
      velocity(x.data(), times[2 * k + 1], velocities.data() + k * numbers);
      carry<float>(scheme, all.subspan(2 * k + 1, 2), x, velocity);
    }
    Sums& own = sums[begin / grain];
    for (std::size_t i = 0; i < numbers; ++i) {
      const double way = static_cast<double>(starts.values[begin * size + i]) - x[i];
      own.cost += way * way;
      for (std::size_t k = 0; k < steps; ++k) {
        const double difference = way / length - velocities[k * numbers + i];
        own.differences += difference * difference;
      }
    }
  });
  for (const Sums& own : sums) {
    result.straightness += own.differences * length / static_cast<double>(steps * starts.size());
    result.cost += own.cost / static_cast<double>(starts.size());
  }
  return result;
}

AdaptivelyFlowed flow_adaptively(const BatchField& field, const Points<float>& starts, std::span<const double> times,
                                 const AdaptiveOptions& options, const Execution& execution) {
  require_points(starts, "the starts");
  if (times.empty()) throw std::invalid_argument("there are no times");
  require_valid(1, times.back(), options, times);
  if (std::max(options.relative, options.absolute) < 1e-6) {
    throw std::invalid_argument("samples of floats keep no tolerance below 1e-6");
  }
  const std::size_t size = starts.dimension;
  AdaptivelyFlowed result{.states = {times.size(), starts}, .evaluations = 0};
  std::vector<std::size_t> evaluations((starts.size() + grain - 1) / grain);
  for_each_chunk(execution, starts.size(), grain, [&](std::size_t begin, std::size_t stop) {
    const std::size_t count = stop - begin;
    const auto first = starts.values.begin() + static_cast<std::ptrdiff_t>(begin * size);
    std::vector<float> x(first, first + static_cast<std::ptrdiff_t>(count * size));
    const auto velocity = [&](const float* place, double t, float* out) { field(place, count, t, out); };
    const auto keep = [&](std::size_t i, std::span<const float> state) {
      std::ranges::copy(state, result.states[i].values.data() + begin * size);
    };
    evaluations[begin / grain] =
        carry_adaptive<float>(1, times.back(), x, size, options, velocity, times, keep).evaluations * count;
  });
  const std::size_t sum = std::accumulate(evaluations.begin(), evaluations.end(), std::size_t{0});
  result.evaluations = mean_evaluations(sum, starts.size());
  return result;
}

Points<float> paired_in_batches(const Points<float>& x, const Points<float>& y, std::size_t batch) {
  if (batch == 0) throw std::invalid_argument("a batch holds no points");
  require_points(x, "the first points");
  require_points(y, "the second points");
  require_same_dimension(x.dimension, y.dimension);
  if (x.size() != y.size()) throw std::invalid_argument("a coupling needs as many points on both sides");
  Points<float> result = y;
  for (std::size_t begin = 0; begin < x.size(); begin += batch) {
    const std::size_t count = std::min(batch, x.size() - begin);
    const auto part = [&](const Points<float>& points) {
      const auto first = points.values.begin() + static_cast<std::ptrdiff_t>(begin * points.dimension);
      return Points<float>{points.dimension, {first, first + static_cast<std::ptrdiff_t>(count * points.dimension)}};
    };
    AssignmentAnswer answer{.columns = std::vector<std::uint32_t>(count), .row_price = {}, .column_price = {}};
    simd(squared_distances(part(x), part(y)), answer, {});
    for (std::size_t i = 0; i < count; ++i) std::ranges::copy(y[begin + answer.columns[i]], result[begin + i].begin());
  }
  return result;
}

}  // namespace tandem::flow
