// The memory of the gate: one line of JSON per gated run, never rewritten.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/regression/change_points.hpp"

namespace tandem::regression {

inline constexpr int history_schema = 1;

/// What is kept of a run of the gate: machine, revisions, and of each raced row the ratio to its reference, the change,
/// the verdict and the counts. Throws nlohmann::json::exception if the results lack a field.
nlohmann::ordered_json history_entry(const nlohmann::ordered_json& gate_results);

/// Adds one line. Appending at the same time loses nothing (flock); a half-written last line is closed first; what
/// cannot be written whole is taken back. Throws std::runtime_error that names the path.
void append_entry(const std::filesystem::path& path, const nlohmann::ordered_json& entry);

struct History {
  std::vector<nlohmann::ordered_json> entries;  ///< in the order of the file
  std::vector<std::string> damages;             ///< a sentence per line that was skipped
};

/// Throws std::invalid_argument if the file cannot be read.
History read_history(const std::filesystem::path& path);
History parse_history(std::string_view text, const std::string& name);  ///< the same of its content

/// One figure of one row on one machine over time.
struct HistorySeries {
  std::string machine;  ///< fingerprint
  std::string row;
  std::string figure;  ///< "times as fast as METHOD/reference/...", or "instructions, 1 thread"
  std::vector<double> values;
  std::vector<std::string> runs;  ///< when, and which head
  std::vector<ChangePoint> changes;
};

/// Ratios and deterministic counts only; raw times of different days are not put beside each other.
std::vector<HistorySeries> series_of(const History& history);

}  // namespace tandem::regression
