// Where a series steps to another level.
//
// The method is E-divisive (Matteson and James, "A nonparametric approach for multiple change point analysis of
// multivariate data", JASA 109, 2014) with the changes that Hunter and its successor Apache Otava made to it (Fleming
// et al., "Hunter: using change point detection to hunt for performance regressions", ICPE 2023): candidates come from
// windows that overlap by half, significance from Student's t instead of permutations, hence the same points every
// time, and weak candidates are then taken away, weakest first, until all that is left is significant.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace tandem::regression {

struct ChangePointOptions {
  std::size_t window = 50;         ///< values looked at at a time
  double p_value = 0.001;          ///< of what is kept
  double weak_p_value = 0.01;      ///< of a first candidate
  std::size_t shortest = 2;        ///< values of a level
  double smallest_change = 0.005;  ///< between two levels, relative: below, a step is not worth a word
};

struct ChangePoint {
  std::size_t index = 0;  ///< of the first value of the new level
  double before = 0;      ///< the mean of the level that ends
  double after = 0;       ///< the mean of the level that begins
  double p_value = 1;

  double change() const { return after / before - 1; }
};

/// In order. O(n * window). Throws std::invalid_argument for a value that is not finite.
std::vector<ChangePoint> change_points(std::span<const double> series, const ChangePointOptions& options = {});

}  // namespace tandem::regression
