#include "impl/flow/fields/paired.hpp"

#include "impl/flow/fields/empirical.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::flow {

PairedField::PairedField(const Points<float>& data, const Points<float>& noise, double bandwidth, double t)
    : data_(data), places_(data.values.size()), bandwidth_(bandwidth), time_(t) {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i] = static_cast<float>((1 - t) * data.values[i] + t * noise.values[i]);
  }
}

void PairedField::velocities(const float* x, std::size_t count, float* out) const {
  std::vector<double> means(count * data_.dimension);
  distance_means({places_.data(), data_.values.data(), data_.size(), data_.dimension, 1, bandwidth_}, x, count,
                 means.data());
  for (std::size_t i = 0; i < means.size(); ++i) out[i] = static_cast<float>((x[i] - means[i]) / time_);
}

void simd(const PairedProblem& problem, EmpiricalAnswer& answer, const Execution& execution) {
  require_valid(problem, answer);
  const PairedField field(problem.data, problem.noise, problem.bandwidth, problem.time);
  const std::size_t size = problem.data.dimension;
  constexpr std::size_t grain = 32;
  for_each_chunk(execution, problem.queries.size(), grain, [&](std::size_t begin, std::size_t end) {
    field.velocities(problem.queries.values.data() + begin * size, end - begin, answer.data() + begin * size);
  });
}

}  // namespace tandem::flow
