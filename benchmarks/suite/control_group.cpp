#include "benchmarks/suite/control_group.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>

namespace tandem::suite {
namespace {

namespace fs = std::filesystem;

/// The first or second number of a file; nothing if it has another word there ("max"), or is absent.
std::optional<double> number_in(const fs::path& path, int which = 0) {
  std::ifstream file(path);
  double number = 0;
  for (int i = 0; i <= which; ++i) {
    if (!(file >> number)) return std::nullopt;
  }
  return number;
}

std::optional<double> quotient(std::optional<double> quota, std::optional<double> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;  // version 1 writes -1 for no limit
  return *quota / *period;
}

void tighten(std::optional<double>& limit, std::optional<double> other) {
  if (other && (!limit || *other < *limit)) limit = other;
}

/// Calls visit(folder) for the folder of `group` below `mount` and for those around it. In a container the path may be
/// the host's, of which only the mount itself is there.
template <class Visit>
void for_each_level(const fs::path& mount, std::string group, Visit visit) {
  for (;;) {
    visit(mount / fs::path(group).relative_path());
    if (group.empty() || group == "/") return;
    group = fs::path(group).parent_path().string();
  }
}

bool is_one_of(std::string_view list, std::string_view controller) {
  return ("," + std::string(list) + ",").find("," + std::string(controller) + ",") != std::string::npos;
}

}  // namespace

ControlGroupLimits read_control_group_limits(const fs::path& root) {
  ControlGroupLimits limits;
  const fs::path mounts = root / "sys/fs/cgroup";
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // number:controllers:path
    const std::size_t first = std::min(line.find(':'), line.size());
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers.empty()) {  // version 2
      for (const fs::path& mount : {mounts, mounts / "unified"}) {
        for_each_level(mount, group, [&](const fs::path& folder) {
          tighten(limits.cores, quotient(number_in(folder / "cpu.max"), number_in(folder / "cpu.max", 1)));
          tighten(limits.memory_bytes, number_in(folder / "memory.max"));
        });
      }
    }
    if (is_one_of(controllers, "cpu")) {
      for_each_level(mounts / "cpu", group, [&](const fs::path& folder) {
        tighten(limits.cores,
                quotient(number_in(folder / "cpu.cfs_quota_us"), number_in(folder / "cpu.cfs_period_us")));
      });
    }
    if (is_one_of(controllers, "memory")) {
      for_each_level(mounts / "memory", group, [&](const fs::path& folder) {
        tighten(limits.memory_bytes, number_in(folder / "memory.limit_in_bytes"));
      });
    }
  }
  // Version 1 writes 2^63 less a page for no limit.
  if (limits.memory_bytes && *limits.memory_bytes > 0x1p60) limits.memory_bytes.reset();
  return limits;
}

}  // namespace tandem::suite
