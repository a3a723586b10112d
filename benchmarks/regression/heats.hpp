// The rows of a race, sorted into what races together.
#pragma once

#include <vector>

#include "benchmarks/regression/build_race.hpp"
#include "benchmarks/regression/comparison.hpp"

namespace tandem::regression {

/// The rows of one workload in a race, and where their verdicts go. A row without a place only races along.
struct Heat {
  std::vector<BuildRaceRow> racing;
  std::vector<ComparedRow*> compared;
};

/// One heat a workload, with its row of `references` where that is not raced anyway: the first workload of every
/// method, then the second ones, so that a budget that ends early leaves no method out.
std::vector<Heat> heats_of(const std::vector<ComparedRow*>& rows, const std::vector<RowKey>& references);

}  // namespace tandem::regression
