#include "impl/flow/fields/empirical.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "impl/attention/stream.hpp"
#include "impl/flow/carry.hpp"
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

/// Eight sums beside each other, so that no addition waits for the last one.
double sum_of_squares(std::span<const float> x) {
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= x.size(); i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += static_cast<double>(x[i + k]) * x[i + k];
  }
  for (std::size_t k = 0; i < x.size(); ++i, ++k) sums[k] += static_cast<double>(x[i]) * x[i];
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

}  // namespace

/// The field as a stream of attention: rows are points, keys and values are data.
struct EmpiricalField::Source final : attention::Stream {
  Source(const EmpiricalField& of, const float* points, std::size_t count, double time, float* out)
      : field(of), x(points), means(out), t(time), addends(of.centred_.size()) {
    rows = count;
    keys = of.centred_.size();
    depth = width = of.dimension();
    values = of.centred_.values.data();
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
    for (std::size_t row = 0; row < count; ++row) {
      const float* place = x + (begin + row) * depth;
      for (std::size_t j = 0; j < depth; ++j) {
        out[row * depth + j] = static_cast<float>(scale * (place[j] - (1 - t) * field.centre_[j]));
      }
    }
  }

  const float* read_keys(std::size_t begin, std::size_t, bool, float*) const override { return values + begin * depth; }

  const EmpiricalField& field;
  const float* x;
  float* means;
  double t;
  std::vector<float> addends;
};

EmpiricalField::EmpiricalField(const Points<float>& data)
    : data_(data), centred_(data), centre_(data.dimension), squares_(data.size()) {
  require_some(data, "the data");
  const std::size_t size = data.dimension;
  std::vector<double> sums(size);
  for (std::size_t i = 0; i < data.size(); ++i) {
    const float* datum = data.values.data() + i * size;
    for (std::size_t j = 0; j < size; ++j) sums[j] += datum[j];
  }
  for (std::size_t j = 0; j < size; ++j) centre_[j] = static_cast<float>(sums[j] / static_cast<double>(data.size()));
  for (std::size_t i = 0; i < data.size(); ++i) {
    float* datum = centred_.values.data() + i * size;
    for (std::size_t j = 0; j < size; ++j) datum[j] -= centre_[j];
    squares_[i] = sum_of_squares({datum, size});
    longest_ = std::max(longest_, squares_[i]);
  }
  longest_ = std::sqrt(longest_);
}

/// The largest that a term of a point's score can be, in nats.
double EmpiricalField::score_size(const float* x, double t) const {
  double square = 0;
  for (std::size_t j = 0; j < dimension(); ++j) {
    const double coordinate = x[j] - (1 - t) * centre_[j];
    square += coordinate * coordinate;
  }
  return (1 - t) / (t * t) * longest_ * (std::sqrt(square) + (1 - t) / 2 * longest_);
}

/// |x - (1 - t) mean|^2 / (2 t^2), the exponent of those that matter most.
double EmpiricalField::least_exponent(const float* x, const float* velocity, double t) const {
  double square = 0;
  for (std::size_t j = 0; j < dimension(); ++j) {
    const double rest = x[j] - (1 - t) * (x[j] - t * velocity[j]);
    square += rest * rest;
  }
  return square / (2 * t * t);
}

void EmpiricalField::velocities(const float* x, std::size_t count, double t, float* out) const {
  if (count == 0) return;
  const std::size_t size = dimension();
  const Source source(*this, x, count, t, out);
  attention::stream_rows(source, 0, count);
  std::vector<std::size_t> again;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      const double rest = static_cast<double>(x[i * size + j]) - centre_[j] - out[i * size + j];
      out[i * size + j] = static_cast<float>(rest / t);
    }
    const double size_of_terms = score_size(x + i * size, t);
    const double least = least_exponent(x + i * size, out + i * size, t);
    if (!(size_of_terms <= accepted_excess * (least + exponents_that_matter))) again.push_back(i);
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
  const EmpiricalField field(problem.data);
  const std::size_t size = problem.data.dimension;
  const std::size_t grain = attention::rows_together(problem.queries.size(), execution.team());
  for_each_chunk(execution, problem.queries.size(), grain, [&](std::size_t begin, std::size_t end) {
    field.velocities(problem.queries.values.data() + begin * size, end - begin, problem.time,
                     answer.data() + begin * size);
  });
}

void simd(const GenerateProblem& problem, Samples<float>& samples, const Execution& execution) {
  require_valid(problem, samples);
  const EmpiricalField field(problem.data);
  const std::vector<double> times = uniform_times(1, problem.path.end, problem.path.steps);
  const std::size_t size = problem.data.dimension;
  samples.evaluations = problem.path.steps * evaluations_per_step(problem.path.scheme);
  samples.points = problem.starts.values;
  const std::size_t grain = attention::rows_together(problem.starts.size(), execution.team());
  for_each_chunk(execution, problem.starts.size(), grain, [&](std::size_t begin, std::size_t end) {
    carry<float>(problem.path.scheme, times, std::span(samples.points).subspan(begin * size, (end - begin) * size),
                 [&](const float* x, double t, float* velocities) { field.velocities(x, end - begin, t, velocities); });
  });
}

}  // namespace tandem::flow
