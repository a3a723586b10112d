// What the texts about the gate share: cells and counts of its rows.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tandem::reports {

/// More instructions than this share are reported.
inline constexpr double gate_count_margin = 0.01;

/// "+5.2 % [4.1, 6.3]": how much longer the head takes.
std::string gate_change_cell(const nlohmann::ordered_json& row);

/// "1 thread +2.31 %, 2 threads not counted: ..." of what changed; empty where no count did.
std::string gate_counts_cell(const nlohmann::ordered_json& row);

/// Whether the row was to be raced and the budget ended before.
bool gate_not_reached(const nlohmann::ordered_json& results, const nlohmann::ordered_json& row);

/// Whether a deterministic count of the row rose by more than the margin.
bool gate_more_instructions(const nlohmann::ordered_json& row);

/// Sentences: how many rows are what, which are slower, what was not raced, whether the run is whole.
std::vector<std::string> gate_summary(const nlohmann::ordered_json& results);

}  // namespace tandem::reports
