// Cost growth: the measured exponent beside the one that the method declares.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/row.hpp"
#include "benchmarks/suite/statistics.hpp"

namespace tandem::suite {

/// How the cost of one variant grows over the workloads of its method.
struct GrowthFit {
  std::string method;
  std::string variant;
  int threads = 1;
  std::size_t sizes = 0;
  double declared = 0;
  Interval time{};                  ///< exponent of the median time per item
  std::optional<Interval> steps{};  ///< exponent of the counted steps per item
};

/// Fits for every variant timed at five sizes or more.
std::vector<GrowthFit> fit_growth(const std::vector<Row>& rows);

}  // namespace tandem::suite
