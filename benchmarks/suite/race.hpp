// The race: all variants of a workload timed against each other in rounds of short Google Benchmark runs.
//
// A round runs every row once, in an order from a Latin square and in newly drawn pages (page_arena.hpp), so that all
// rows see the same neighbours, clock and temperature; a row's value in a round is the smaller of two epochs of about a
// millisecond, with a run that is not timed before few short ones. Speedups are medians of the rounds' ratios with an
// exact sign-test interval. A row whose single run is long takes part in fewer rounds; its ratios are paired within
// those.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/check.hpp"
#include "benchmarks/suite/registry.hpp"
#include "benchmarks/suite/roof.hpp"
#include "benchmarks/suite/row.hpp"
#include "benchmarks/suite/selection.hpp"

namespace tandem::suite {

struct RaceOptions {
  CheckOptions check;
  std::vector<int> threads = {1};  ///< timed thread counts of the threaded variants
  std::size_t rounds = 52;
  double epoch_seconds = 1e-3;
  double row_budget_seconds = 0.5;   ///< a row joins fewer rounds rather than take longer in all
  double longest_run_seconds = 0.5;  ///< a variant whose single run takes longer is not timed
  double margin = 0.02;              ///< what counts as the same
  bool until_settled = false;        ///< ends before all rounds where they would change no verdict (is_settled)
  /// The variants that others are compared with, beside the reference and the method's baseline, whether selected or
  /// not; absent: every single-threaded one of a method that names no baseline.
  std::optional<std::vector<std::string>> baselines{};
};

/// The least time for some work at a thread count, from the machine's peaks, 0 where none is known; empty functions: no
/// roof is known.
struct Roof {
  std::function<LeastTime(const Work&, int threads)> least;
  std::function<void()> remeasure;  ///< called before a time below the roof is rejected
};

/// Writes how much of the roof a timed row reached by the peaks as they are now, and what binds it; nothing where no
/// roof is known.
void hold_against_roof(Row& row, const Roof& roof);

/// Checks, then races the selected variants of a workload. Baselines that were not selected race along and are not
/// returned.
std::vector<Row> race(const SelectedWorkload& selected, const RaceOptions& options, const Roof& roof);

}  // namespace tandem::suite
