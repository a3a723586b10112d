// Speedups as tables of text, for a terminal. Nothing here knows a method; everything comes from the results file.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tandem::reports {

/// One line per workload: the fastest single-threaded variant and the fastest of all, against the reference.
std::string summary_table(const nlohmann::ordered_json& results);

/// A table for every workload.
std::string speedup_tables(const nlohmann::ordered_json& results);

}  // namespace tandem::reports
