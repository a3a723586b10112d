// The race: all variants of a workload timed against each other in rounds of short Google Benchmark runs.
//
// A round runs every row once, in an order from a Latin square, so that all rows see the same neighbours, clock and
// temperature; a row's value in a round is the smaller of two epochs of about a millisecond. Speedups are medians of
// the rounds' ratios with an exact sign-test interval. A row whose single run is long takes part in fewer rounds; its
// ratios are paired within those.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/gate.hpp"
#include "benchmarks/suite/registry.hpp"
#include "benchmarks/suite/statistics.hpp"

namespace tandem::suite {

struct RaceOptions {
  GateOptions gate;
  std::vector<int> threads = {1};  ///< timed thread counts of the threaded variants
  std::size_t rounds = 52;
  double epoch_seconds = 1e-3;
  double row_budget_seconds = 1;     ///< a row joins fewer rounds rather than take longer in all
  double longest_run_seconds = 0.5;  ///< a variant whose single run takes longer is not timed
  double margin = 0.02;              ///< what counts as the same
};

/// The least time for some work at a thread count, from the machine's peaks; empty functions: no roof is known.
struct Roof {
  std::function<double(const Work&, int threads)> seconds;
  std::function<void()> remeasure;  ///< called before a time below the roof is rejected
};

enum class RowStatus {
  timed,
  left_out,    ///< not run at this size, or the variant does not take the problem
  disagrees,   ///< refused by the gate
  impossible,  ///< refused: faster than the machine's roof allows
};

/// One variant at one thread count on one workload.
struct Row {
  std::string method;
  std::string variant;
  std::string workload;
  int threads = 1;
  bool threaded = false;
  bool peer = false;
  double size = 0;
  double items = 1;
  bool fitted = true;

  RowStatus status = RowStatus::left_out;
  std::string message;  ///< why it was left out or refused
  double agreement_error = 0;
  double tolerance = 0;
  std::string against;
  std::optional<std::uint64_t> input_hash;

  std::uint64_t iterations = 0;                ///< runs per epoch
  std::vector<double> round_seconds;           ///< seconds per run, one value per round; NaN where the row sat out
  double seconds = 0;                          ///< their median
  std::optional<Interval> speedup;             ///< against the reference
  std::optional<Interval> speedup_sequential;  ///< against the best single-threaded variant
  std::string best_sequential;                 ///< the name of that variant
  Work work;
  std::optional<double> steps;  ///< counted by the variant, per run
  std::optional<double> roof;   ///< share of the roof that was reached

  /// "method/variant/workload", with "/threads:N" for a threaded variant.
  std::string name() const;
  bool refused() const { return status == RowStatus::disagrees || status == RowStatus::impossible; }
};

/// Checks, then races the selected variants of a workload. Single-threaded variants that were not selected race along
/// as baselines and are not returned.
std::vector<Row> race(const SelectedWorkload& selected, const RaceOptions& options, const Roof& roof);

/// Runs the selection as plain Google Benchmarks under the flags given to benchmark::Initialize, each row behind the
/// same gate: a refused row is reported with its error and no time. Returns whether every row passed.
bool run_google_benchmarks(const std::vector<SelectedWorkload>& selection, const RaceOptions& options);

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
