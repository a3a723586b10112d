// A row of the tables: one variant at one thread count on one workload, and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/check.hpp"
#include "benchmarks/suite/registry.hpp"
#include "benchmarks/suite/selection.hpp"
#include "benchmarks/suite/statistics.hpp"

namespace tandem::suite {

enum class RowStatus {
  timed,
  left_out,    ///< not run at this size, or the variant does not take the problem
  disagrees,   ///< it does not agree
  impossible,  ///< refused: faster than the machine's roof allows
};

/// One variant at one thread count on one workload.
struct Row {
  std::string method;
  std::string variant;
  std::string workload;
  std::string headline;  ///< the workload's
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
  RoundTimes rounds;                           ///< seconds per run, one value per round; NaN where the row sat out
  double seconds = 0;                          ///< the median of the smallest epochs
  bool compared_by_first_epochs = false;       ///< with a row that has another number of epochs
  std::optional<Interval> speedup;             ///< against the reference
  std::optional<Interval> speedup_sequential;  ///< against the best single-threaded variant
  std::string best_sequential;                 ///< the name of that variant
  Work work;
  std::optional<double> steps;  ///< counted by the variant, per item
  std::optional<double> roof;   ///< share of the roof that was reached
  std::string binds;            ///< what the roof consists of (roof.hpp)

  /// "method/variant/workload", with "/threads:N" for a threaded variant.
  std::string name() const;
  bool refused() const { return status == RowStatus::disagrees || status == RowStatus::impossible; }
};

/// The row before anything is known of it.
Row row_of(const SelectedWorkload& selected, std::size_t variant, int threads);

/// The thread counts of a variant's rows: `threads` for a threaded one, else 1.
std::vector<int> row_threads(const SelectedWorkload& selected, std::size_t variant, const std::vector<int>& threads);

/// What the checks found decides whether the row is timed. The worst check of the variant counts: one that is wrong at
/// three threads has no time at one thread either. A run that took longer than `longest_run_seconds` is left out.
void apply_checks(Row& row, const std::vector<Check>& checks, double longest_run_seconds);

}  // namespace tandem::suite
