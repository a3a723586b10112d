// How far two sets of points are apart, as samples of two laws.
//
// Sources: Rabin, Peyre, Delon, Bernot, SSVM 2011 (sliced Wasserstein); Szekely, Rizzo, J. Stat. Plan. Inference 143
// (2013) (energy distance); Gretton, Borgwardt, Rasch, Scholkopf, Smola, JMLR 13 (2012) (maximum mean discrepancy).
//
// Everything throws std::invalid_argument with one sentence for no points, malformed points or different dimensions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// W_2 between n and m numbers, exact: the root of the integral over q of the squared difference of their quantiles,
/// which for n = m pairs the sorted numbers. O((n + m) log(n + m)); the error is some epsilon of the numbers' size.
double wasserstein_1d(std::vector<double> x, std::vector<double> y);

struct SlicedProblem {
  Points<float> x;
  Points<float> y;
  Points<float> directions;  ///< L >= 1 of the same dimension; of length 1, or what is computed is scaled
};

/// W_2^2 of the points' projections on each direction, and the root of their mean.
struct SlicedAnswer {
  std::vector<double> squares;
  double distance = 0;
};

void require_valid(const SlicedProblem& problem, const SlicedAnswer& answer);

/// Projections in double. O(L (n + m) (d + log(n + m))).
void reference(const SlicedProblem& problem, SlicedAnswer& answer);

struct DiscrepancyProblem {
  Points<float> x;
  Points<float> y;
  double bandwidth = 1;  ///< of the Gaussian kernel exp(-|a - b|^2 / (2 bandwidth^2)), above 0
};

/// The biased estimates (V-statistics), which are 0 for equal sets and never negative but for rounding.
struct DiscrepancyAnswer {
  double energy = 0;         ///< 2 mean|x - y| - mean|x - x'| - mean|y - y'|
  double mean_distance = 0;  ///< mean|x - y|: the size against which `energy` is rounded
  double mmd_squared = 0;    ///< mean k(x, x') + mean k(y, y') - 2 mean k(x, y)
};

void require_valid(const DiscrepancyProblem& problem);

/// O((n + m)^2 d), all in double.
void reference(const DiscrepancyProblem& problem, DiscrepancyAnswer& answer);

}  // namespace tandem::flow
