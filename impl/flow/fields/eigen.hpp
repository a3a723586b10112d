// What the Eigen variant of the empirical field takes: pointers, so that no container is compiled once per level.
#pragma once

#include <cstddef>

namespace tandem::flow {

struct EigenField {
  const float* data;  ///< count x dimension
  std::size_t count;
  std::size_t dimension;
  double time;
};

/// The velocities of `count` > 0 queries.
void eigen_velocities(const EigenField& field, const float* queries, std::size_t count, float* out);

}  // namespace tandem::flow
