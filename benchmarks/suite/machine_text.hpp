// The machine card and what was measured, as text for a terminal.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/noise.hpp"
#include "benchmarks/suite/peaks.hpp"
#include "problems/support/data.hpp"

namespace tandem::suite {

/// With three significant digits in the largest binary unit that leaves at least one.
std::string bytes_text(double bytes);

/// One aligned line per field.
std::string to_text(const MachineCard& card);

/// Two tables, arithmetic in G/s and bandwidth in GB/s, one row per target and thread count; below them what is
/// suspect.
std::string to_text(std::span<const Peaks> peaks);

/// One line: `what` lies there, or does not.
std::string to_text(std::string_view what, const problems::Place& place);

std::string to_text(const Timer& timer);
std::string to_text(const Noise& noise);

}  // namespace tandem::suite
