// Which rows two builds are compared on.
#pragma once

#include <vector>

#include "benchmarks/regression/comparison.hpp"

namespace tandem::regression {

struct LineUp {
  std::vector<ComparedRow> rows;   ///< in the order of the head's list, then what only the base has
  std::vector<RowKey> references;  ///< that both builds have
};

/// Asks both builds for their rows. Throws as compare_builds does.
LineUp line_up(const ComparisonOptions& options);

}  // namespace tandem::regression
