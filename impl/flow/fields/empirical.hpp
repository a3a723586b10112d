// The empirical field, ready to be asked at many points: kexue.fm 9497, and reference/flow/fields.hpp for the formula.
//
// Its softmax over the data is attention with the data as keys and as values, and is computed by attention's streaming
// kernel (impl/attention/stream.hpp): scores are x . y (1 - t) / t^2 with -(1 - t)^2 |y|^2 / (2 t^2) added for each
// datum. That form loses what squared distances keep where t is small: a score may be thousands of times as large as
// what decides between the data. Each point's error is bounded beside its result, and points for which it is too large
// are computed again from squared distances in double.
#pragma once

#include <cstddef>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/flow/flow.hpp"

namespace tandem::flow {

class EmpiricalField {
 public:
  /// Refers to the data, which must outlive it. O(M d), and M numbers. Throws as require_some does.
  explicit EmpiricalField(const Points<float>& data, const Execution& execution = {});
  explicit EmpiricalField(Points<float>&&, const Execution& execution = {}) = delete;

  std::size_t dimension() const { return data_.dimension; }

  /// v(x, t) for `count` points x, one after the other; t in (0, 1]. The same bits for a point among whatever others.
  void velocities(const float* x, std::size_t count, double t, float* out) const;

 private:
  struct Source;

  const Points<float>& data_;
  std::vector<float> centre_;
  std::vector<double> squares_;  ///< of the data less the centre
  double longest_ = 0;           ///< of these
};

/// Means of values weighted by exp(-|x - factor key|^2 / (2 width^2)), from squared distances in double: `count` points
/// x, keys and values of `dimension` numbers. The same bits for a point among whatever others. O(count keys dimension).
struct Distances {
  const float* keys;
  const float* values;
  std::size_t count;
  std::size_t dimension;
  double factor;
  double width;
};
void distance_means(const Distances& source, const float* x, std::size_t count, double* means);

}  // namespace tandem::flow
