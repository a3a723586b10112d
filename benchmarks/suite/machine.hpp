// The machine card: what this machine and this build are. What the machine can do is measured in peaks.hpp and
// noise.hpp.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "impl/support/execution.hpp"

namespace tandem::suite {

/// One level of data cache.
struct Cache {
  int level = 0;
  double bytes = 0;   ///< of one instance; 0 where the machine does not tell
  int shared_by = 0;  ///< cores that share one instance
  int instances = 0;
};

/// No cache of unknown size is taken to hold as many bytes.
inline constexpr double beyond_unknown_caches = 256e6;

/// How the program was built.
struct Build {
  std::string compiler;
  std::string type;
  std::string flags;
  std::string git_revision;  ///< "unknown" outside a git checkout
  bool git_dirty = false;    ///< files differ from the revision, untracked ones included
  std::vector<std::pair<std::string, std::string>> libraries;  ///< name and version
};

struct MachineCard {
  std::string processor;
  int cores = 0;                             ///< that this process may use
  int logical_cores = 0;                     ///< the same, hardware threads
  std::optional<double> core_quota;          ///< processor time per time that its control groups allow, in cores
  std::string topology;                      ///< packages, NUMA nodes, cores and threads in one sentence
  std::vector<Cache> caches;                 ///< data and unified caches, smallest level first; none: all are unknown
  double memory_bytes = 0;                   ///< that this process may use
  std::optional<double> memory_limit_bytes;  ///< of its control groups
  std::optional<bool> hypervisor;            ///< nothing where the processor does not tell
  std::string operating_system;
  bool counters_available = false;  ///< whether the kernel lets this process count instructions
  std::vector<SimdTarget> targets;  ///< widest first
  std::string chosen_target;        ///< the one that run-time dispatch takes, or that was pinned
  Build build;
  std::vector<std::pair<std::string, std::string>>
      environment;  ///< variables that steer threads, placement or libraries

  /// How many threads can run at the same time all of the time: a core each, as far as the quota goes; at least one.
  int threads_that_fit() const;
};

/// Reads the card: what this process may use of the machine, by its affinity and control groups. Milliseconds.
MachineCard read_machine_card();

/// OpenMP with as many threads as fit, and as it gives.
Execution all_cores();

/// Every field by its name.
void to_json(nlohmann::json& json, const MachineCard& card);

}  // namespace tandem::suite
