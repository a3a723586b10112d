// Instruction counts of rows under Valgrind's callgrind: exact where a row is deterministic, and untouched by
// neighbours. They track one row from build to build; they never rank different variants.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "benchmarks/regression/build_worker.hpp"

namespace tandem::regression {

/// The instructions of one run of a row, counted twice in each build, by processes of their own; twice more where the
/// builds differ, since two threads may by chance count the same number twice, and another one the next time.
struct Count {
  int threads = 1;
  std::vector<std::uint64_t> base;
  std::vector<std::uint64_t> head;
  std::string message;  ///< why there is no count

  bool complete() const { return base.size() >= 2 && head.size() >= 2; }
  /// Whether each build gave the same number every time.
  bool deterministic() const;
  /// head / base - 1, of the first counts.
  double change() const;
  /// Deterministic, and more than this share more.
  bool more_than(double share) const { return deterministic() && change() > share; }
};

struct CountOptions {
  /// A run that takes longer under Valgrind, not yet counting, would take many seconds when counted.
  PrepareOptions prepare{.seed = 1, .step_budget = 1e7, .longest_run_seconds = 0.4, .check = false};
  std::string valgrind = "valgrind";  ///< the program, found along PATH
  std::function<bool()> out_of_time = [] { return false; };
  std::function<void(const RowKey&)> counted = [](const RowKey&) {};  ///< called from several threads
};

/// Counts the rows, two processes side by side. Rows that could not be counted carry a message; throws Interrupted
/// alone.
std::map<RowKey, Count> count_rows(const BuildProgram& base, const BuildProgram& head, const std::vector<RowKey>& rows,
                                   const CountOptions& options);

}  // namespace tandem::regression
