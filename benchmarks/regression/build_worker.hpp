// One build's worker as its opponent's coordinator sees it: the requests of protocol.hpp as functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/regression/child.hpp"

namespace tandem::regression {

/// A row as both builds must know it to be compared.
struct RowKey {
  std::string method;
  std::string variant;
  std::string workload;
  int threads = 1;

  auto operator<=>(const RowKey&) const = default;  // NOLINT(modernize-use-nullptr): a false alarm
};

/// "method/variant/workload", with "/threads:N" for a threaded variant.
std::string name_of(const RowKey& row, bool threaded);

/// One of the two builds.
struct BuildProgram {
  std::string side;                  ///< "base" or "head": what sentences call it
  std::vector<std::string> command;  ///< the program and its options, without the verb
};

struct ListedRow {
  RowKey key;
  bool threaded = false;
  std::string code;  ///< hash of the machine code, empty if not known
};

struct PrepareOptions {
  std::uint64_t seed = 1;
  double step_budget = 1e8;           ///< a variant with more expected steps is left out
  double longest_run_seconds = 0.25;  ///< so is one whose single run takes longer
  bool check = true;                  ///< agree with the reference first
  int pages = -1;                     ///< a descriptor of memory to share (page_arena.hpp), or none
};

class BuildWorker {
 public:
  /// Starts the worker and greets it. `wrapper` goes before the command, for instance valgrind and its options.
  /// Throws ChildFailure, also for a build that has no race worker or speaks another version of the protocol.
  BuildWorker(const BuildProgram& program, const std::map<std::string, std::string>& environment,
              const std::vector<std::string>& wrapper = {});

  bool can_count() const { return can_count_; }
  bool can_share() const { return can_share_; }
  std::vector<ListedRow> list(const std::string& filter, bool full, bool hidden, const std::vector<int>& threads);
  /// Rows of one method and workload; for each nothing, or why it is not ready.
  std::vector<std::optional<std::string>> prepare(const std::vector<RowKey>& rows, const PrepareOptions& options);
  /// Seconds for `runs` runs of a prepared row.
  double epoch(std::size_t row, std::uint64_t runs, bool check);
  void count(std::size_t row);
  void finish();

 private:
  Child child_;
  bool can_count_ = false;
  bool can_share_ = false;
  int patience_factor_ = 1;
};

}  // namespace tandem::regression
