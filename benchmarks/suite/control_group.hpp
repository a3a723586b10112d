// What the control groups of this process (a container, a batch job) leave it of the machine.
#pragma once

#include <filesystem>
#include <optional>

namespace tandem::suite {

struct ControlGroupLimits {
  std::optional<double> cores;         ///< processor time per time: 1.5 is one core and half of another
  std::optional<double> memory_bytes;  ///< of the whole group
};

/// The strictest limits of the group that this process is in and of those around it, by version 1 or 2 of control
/// groups; nothing where there is no limit or none can be read. `root` is the folder that holds proc and sys.
ControlGroupLimits read_control_group_limits(const std::filesystem::path& root = "/");

}  // namespace tandem::suite
