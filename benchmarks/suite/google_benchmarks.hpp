// The rows as plain Google Benchmarks, for all of that library's own flags.
#pragma once

#include <vector>

#include "benchmarks/suite/race.hpp"
#include "benchmarks/suite/selection.hpp"

namespace tandem::suite {

/// Runs the selection under the flags given to benchmark::Initialize, each row behind the same checks: a refused row is
/// reported with its error and no time. Returns whether every row passed.
bool run_google_benchmarks(const std::vector<SelectedWorkload>& selection, const RaceOptions& options);

}  // namespace tandem::suite
