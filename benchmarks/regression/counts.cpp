#include "benchmarks/regression/counts.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <optional>
#include <sstream>
#include <string_view>

namespace tandem::regression {
namespace {

namespace fs = std::filesystem;

class ScratchFolder {
 public:
  ScratchFolder() {
    // The library's own function throws where TMPDIR names no folder, and does not say what to do.
    const char* const named = std::getenv("TMPDIR");
    const fs::path parent = named == nullptr || *named == '\0' ? "/tmp" : named;
    std::string pattern = (parent / "tandem_counts_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw ChildFailure("not counted: no folder for callgrind's files can be made in " + parent.string() + " (" +
                         std::strerror(errno) + "); TMPDIR names another");
    }
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// The total of one dump of callgrind. Throws ChildFailure if it is not there: a full disk, say.
std::uint64_t total_of(const fs::path& dump) {
  std::ifstream file(dump);
  constexpr std::string_view field = "totals: ";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(field) && line != "totals: 0") return std::stoull(line.substr(field.size()));
  }
  throw ChildFailure("not counted: callgrind left no count (is the disk full?)");
}

/// As the shell finds it.
bool can_be_found(const std::string& program) {
  if (program.find('/') != std::string::npos) return access(program.c_str(), X_OK) == 0;
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((fs::path(folder) / program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

struct Outcome {
  std::uint64_t instructions = 0;
  std::string message;
};
using Outcomes = std::map<RowKey, Outcome>;

/// One process under callgrind, which counts one row after the other.
class CountingWorker {
 public:
  CountingWorker(const BuildProgram& program, const CountOptions& options)
      : options_(options), worker_(program, environment(), wrapper()) {
    if (!worker_.can_count()) {
      throw ChildFailure("not counted: " + program.side + " was built without Valgrind's headers");
    }
  }

  void prepare(const std::vector<RowKey>& rows) { ready_ = worker_.prepare(rows, options_.prepare); }

  Outcome count(std::size_t index) {
    if (ready_[index]) return {.instructions = 0, .message = "not counted: " + *ready_[index]};
    worker_.count(index);
    return {.instructions = total_of(folder_.path() / ("out." + std::to_string(++dumps_))), .message = {}};
  }

 private:
  static std::map<std::string, std::string> environment() { return {{"OMP_WAIT_POLICY", "passive"}}; }
  std::vector<std::string> wrapper() const {
    return {options_.valgrind, "--tool=callgrind", "--instr-atstart=no", "-q",
            "--callgrind-out-file=" + (folder_.path() / "out").string()};
  }

  const CountOptions& options_;
  ScratchFolder folder_;
  BuildWorker worker_;
  std::vector<std::optional<std::string>> ready_;
  int dumps_ = 0;
};

void start(std::optional<CountingWorker>& worker, const BuildProgram& program, const CountOptions& options,
           std::string& cannot_start) {
  try {
    worker.emplace(program, options);
  } catch (const ChildFailure& failure) {
    cannot_start = failure.what();
    throw;
  }
}

/// All rows of one build once. A worker that ends is started again for the row after the one that ended it.
Outcomes count_once(const BuildProgram& program, const std::vector<std::vector<RowKey>>& workloads,
                    const CountOptions& options) {
  Outcomes outcomes;
  std::optional<CountingWorker> worker;
  std::string cannot_start;
  for (const std::vector<RowKey>& rows : workloads) {
    bool prepared = false;
    for (std::size_t index = 0; index < rows.size(); ++index) {
      Outcome& outcome = outcomes[rows[index]];
      options.counted(rows[index]);
      outcome.message = options.out_of_time() ? "not counted within the budget" : cannot_start;
      if (!outcome.message.empty()) continue;
      try {
        if (!worker) start(worker, program, options, cannot_start);
        if (!prepared) worker->prepare(rows);
        prepared = true;
        outcome = worker->count(index);
      } catch (const Refusal& refusal) {
        outcome.message = std::string("not counted: ") + refusal.what();
      } catch (const ChildFailure& failure) {
        outcome.message = failure.what();
        worker.reset();
        prepared = false;
      }
    }
  }
  return outcomes;
}

std::vector<std::vector<RowKey>> by_workload(const std::vector<RowKey>& rows) {
  std::map<std::pair<std::string, std::string>, std::vector<RowKey>> groups;
  for (const RowKey& row : rows) groups[{row.method, row.workload}].push_back(row);
  std::vector<std::vector<RowKey>> result;
  for (auto& [name, group] : groups) result.push_back(std::move(group));
  return result;
}

void keep(const Outcome& outcome, std::vector<std::uint64_t>& counts, std::string& message) {
  if (outcome.message.empty()) {
    counts.push_back(outcome.instructions);
  } else {
    message = outcome.message;
  }
}

void count_twice(const BuildProgram& base, const BuildProgram& head, const std::vector<RowKey>& rows,
                 const CountOptions& options, std::map<RowKey, Count>& counts) {
  const auto workloads = by_workload(rows);
  for (int repetition = 0; repetition < 2; ++repetition) {
    auto of_base =
        std::async(std::launch::async, count_once, std::cref(base), std::cref(workloads), std::cref(options));
    const Outcomes of_head = count_once(head, workloads, options);
    const Outcomes base_outcomes = of_base.get();
    for (const RowKey& row : rows) {
      Count& count = counts[row];
      count.threads = row.threads;
      keep(base_outcomes.at(row), count.base, count.message);
      keep(of_head.at(row), count.head, count.message);
    }
  }
}

bool all_equal(const std::vector<std::uint64_t>& values) {
  return std::ranges::adjacent_find(values, std::ranges::not_equal_to()) == values.end();
}

}  // namespace

bool Count::deterministic() const { return complete() && all_equal(base) && all_equal(head); }

double Count::change() const {
  return complete() && base[0] > 0 ? static_cast<double>(head[0]) / static_cast<double>(base[0]) - 1 : 0;
}

std::map<RowKey, Count> count_rows(const BuildProgram& base, const BuildProgram& head, const std::vector<RowKey>& rows,
                                   const CountOptions& options) {
  std::map<RowKey, Count> counts;
  if (!can_be_found(options.valgrind)) {
    for (const RowKey& row : rows) {
      counts[row] = {.threads = row.threads,
                     .base = {},
                     .head = {},
                     .message = "not counted: there is no " + options.valgrind + " (apt-get install valgrind)"};
    }
    return counts;
  }
  count_twice(base, head, rows, options, counts);
  std::vector<RowKey> differing;
  for (const auto& [row, count] : counts) {
    if (count.deterministic() && count.change() != 0) differing.push_back(row);
  }
  count_twice(base, head, differing, options, counts);
  return counts;
}

}  // namespace tandem::regression
