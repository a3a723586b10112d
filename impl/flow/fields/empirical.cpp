#include "impl/flow/fields/empirical.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "impl/attention/stream.hpp"
#include "impl/flow/carry.hpp"
#include "impl/flow/fields/centred.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::flow {
namespace {

constexpr double log2e = 1.4426950408889634;

/// A score of the product form is off by about its size times epsilon, one of squared distances by its own. More than
/// this factor between them is not accepted.
constexpr double accepted_excess = 16;

/// The same as `empirical_rounding` of the reference grants: exponents up to 40 above the least matter.
constexpr double exponents_that_matter = 40;

/// Points of one call: equal shares for the threads, for which the data are prepared as seldom as can be. Points see
/// all data, so that they need not come in whole tiles.
std::size_t points_together(std::size_t points, int threads) {
  constexpr std::size_t vector = 16;
  const auto team = static_cast<std::size_t>(threads);
  const std::size_t chunks =
      team * ((points + team * attention::most_rows_together - 1) / (team * attention::most_rows_together));
  return (points / std::max<std::size_t>(1, chunks) + vector) / vector * vector;
}

/// Any centre among the data does as well as their mean, and that of so many costs no pass over all of them.
constexpr std::size_t most_for_centre = 256;

}  // namespace

/// The field as a stream of attention: rows are points, keys and values are data less their centre.
struct EmpiricalField::Source final : attention::Stream {
  Source(const EmpiricalField& of, const float* points, std::size_t count, double time, float* out, double* lengths)
      : field(of), x(points), means(out), squares(lengths), t(time), addends(of.squares_.size()) {
    rows = count;
    keys = addends.size();
    depth = width = of.dimension();
    const double factor = -(1 - t) * (1 - t) / (2 * t * t) * log2e;
    for (std::size_t i = 0; i < addends.size(); ++i) addends[i] = static_cast<float>(factor * of.squares_[i]);
    addend = addends.data();
  }

  attention::RowView view(std::size_t row) const override {
    attention::RowView result;
    result.last = static_cast<std::int32_t>(keys);
    result.mean = means + row * width;
    return result;
  }

  void write_rows(std::size_t begin, std::size_t count, bool, float* out) const override {
    const double scale = (1 - t) / (t * t) * log2e;
    for (std::size_t row = begin; row < begin + count; ++row, out += depth) {
      squares[row] = scale_difference(x + row * depth, field.centre_, 1 - t, scale, out);
    }
  }

  const float* read_keys(std::size_t begin, std::size_t count, bool, float* out) const override {
    subtract_centre(field.data_.values.data() + begin * depth, count, field.centre_, out);
    return out;
  }

  const EmpiricalField& field;
  const float* x;
  float* means;
  double* squares;  ///< of x - (1 - t) centre
  double t;
  std::vector<float> addends;
};

EmpiricalField::EmpiricalField(const Points<float>& data, const Execution& execution)
    : data_(data), centre_(data.dimension), squares_(data.size()) {
  require_some(data, "the data");
  const std::size_t size = data.dimension;
  const std::size_t some = std::min(data.size(), most_for_centre);
  std::vector<double> sums(size);
  for (std::size_t i = 0; i < some; ++i) {
    const std::span<const float> datum = data[i * data.size() / some];
    for (std::size_t j = 0; j < size; ++j) sums[j] += datum[j];
  }
  for (std::size_t j = 0; j < size; ++j) centre_[j] = static_cast<float>(sums[j] / static_cast<double>(some));
  constexpr std::size_t grain = 512;
  for_each_chunk(execution, data.size(), grain, [&](std::size_t begin, std::size_t end) {
    squared_lengths(data.values.data() + begin * size, end - begin, centre_, squares_.data() + begin);
  });
  longest_ = std::sqrt(*std::ranges::max_element(squares_));
}

void EmpiricalField::velocities(const float* x, std::size_t count, double t, float* out) const {
  if (count == 0) return;
  const std::size_t size = dimension();
  std::vector<double> squares(count);
  const Source source(*this, x, count, t, out, squares.data());
  attention::stream_rows(source, 0, count);
  std::vector<std::size_t> again;
  for (std::size_t i = 0; i < count; ++i) {
    // The exponent of the data that matter most, and the largest that a term of the point's score can be, in nats.
    const double least = to_velocity(x + i * size, centre_, t, out + i * size) / (2 * t * t);
    const double terms = (1 - t) / (t * t) * longest_ * (std::sqrt(squares[i]) + (1 - t) / 2 * longest_);
    if (!(terms <= accepted_excess * (least + exponents_that_matter))) again.push_back(i);
  }
  if (again.empty()) return;
  std::vector<float> points;
  for (const std::size_t i : again) points.insert(points.end(), x + i * size, x + (i + 1) * size);
  std::vector<double> means(points.size());
  distance_means({data_.values.data(), data_.values.data(), data_.size(), size, 1 - t, t}, points.data(), again.size(),
                 means.data());
  for (std::size_t k = 0; k < again.size(); ++k) {
    for (std::size_t j = 0; j < size; ++j) {
      out[again[k] * size + j] = static_cast<float>((points[k * size + j] - means[k * size + j]) / t);
    }
  }
}

void simd(const EmpiricalProblem& problem, EmpiricalAnswer& answer, const Execution& execution) {
  require_valid(problem, answer);
  const EmpiricalField field(problem.data, execution);
  const std::size_t size = problem.data.dimension;
  const std::size_t grain = points_together(problem.queries.size(), execution.team());
  for_each_chunk(execution, problem.queries.size(), grain, [&](std::size_t begin, std::size_t end) {
    field.velocities(problem.queries.values.data() + begin * size, end - begin, problem.time,
                     answer.data() + begin * size);
  });
}

void simd(const GenerateProblem& problem, Samples<float>& samples, const Execution& execution) {
  require_valid(problem, samples);
  const EmpiricalField field(problem.data, execution);
  const std::vector<double> times = uniform_times(1, problem.path.end, problem.path.steps);
  const std::size_t size = problem.data.dimension;
  samples.evaluations = problem.path.steps * evaluations_per_step(problem.path.scheme);
  samples.points = problem.starts.values;
  const std::size_t grain = points_together(problem.starts.size(), execution.team());
  for_each_chunk(execution, problem.starts.size(), grain, [&](std::size_t begin, std::size_t end) {
    carry<float>(problem.path.scheme, times, std::span(samples.points).subspan(begin * size, (end - begin) * size),
                 [&](const float* x, double t, float* velocities) { field.velocities(x, end - begin, t, velocities); });
  });
}

}  // namespace tandem::flow
