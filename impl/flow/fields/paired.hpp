// The field of pairs: Nadaraya and Watson's estimate, from squared distances in double.
#pragma once

#include <cstddef>
#include <vector>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// The field at one time: the means of the data, weighted by where their paths are at that time.
class PairedField {
 public:
  /// Refers to the data, which must outlive it. Neither is checked. O(M d).
  PairedField(const Points<float>& data, const Points<float>& noise, double bandwidth, double t);

  /// v(x, t) for `count` points x, one after the other. O(count M d).
  void velocities(const float* x, std::size_t count, float* out) const;

 private:
  const Points<float>& data_;
  std::vector<float> places_;  ///< of the paths
  double bandwidth_;
  double time_;
};

}  // namespace tandem::flow
