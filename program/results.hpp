// The results file: Google Benchmark's own JSON, with what the suite adds in its context and counters.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/growth.hpp"
#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/noise.hpp"
#include "benchmarks/suite/peaks.hpp"
#include "benchmarks/suite/race.hpp"
#include "claims/suite/claim.hpp"
#include "program/plan.hpp"

namespace tandem::program {

/// The version of the shape below `context.tandem` and of the counters' names.
inline constexpr int results_schema = 1;

/// Everything a run found out.
struct Record {
  std::string command;
  std::string started;  ///< UTC, ISO 8601
  double seconds = 0;
  bool partial = false;                  ///< interrupted before the end, or not there yet
  std::optional<double> budget_seconds;  ///< that it was to take
  NotReached not_reached;                ///< within that
  suite::MachineCard machine;
  std::vector<suite::Peaks> peaks;
  std::optional<std::string> suspect_peaks;  ///< why fractions of the roof are not shown
  std::optional<suite::Noise> noise;
  suite::RaceOptions options;
  std::vector<suite::Row> rows;
  int races = 0;
  std::map<std::string, int> race_of;  ///< by row name: rows of one race share their rounds
  std::vector<suite::GrowthFit> growth;
  std::vector<claims::Finding> findings;
};

nlohmann::ordered_json to_results(const Record& record);

/// The object that `tandem reproduce --json` prints: the findings on published claims as `claims`, those on this
/// project's own as `targets`.
nlohmann::ordered_json to_json(const std::vector<claims::Finding>& findings);

/// The object that `tandem check --json` prints for a check.
nlohmann::ordered_json to_json(const suite::Check& check);

/// Writes results that are not complete yet. Where that fails it says so on standard error, once, and what was
/// written before stays.
void save_so_far(const std::filesystem::path& path, const nlohmann::ordered_json& results);

/// Writes, then prints, and only then throws what writing threw: a full disk takes nothing from the screen, and a
/// closed screen nothing from the disk.
void write_then_print(const std::function<void()>& write, const std::function<void()>& print);

/// Refuses a path where so many bytes could not be written, before minutes are spent on what shall stand there. Throws
/// std::invalid_argument that names it.
void require_writable(const std::filesystem::path& path, std::size_t bytes = 4096);

/// About the bytes that a results file of so many rows takes on the disk, where two of them are while one is replaced.
std::size_t expected_bytes(std::size_t rows, const suite::RaceOptions& options);

/// Now, in UTC: "2026-11-23T15:30:00Z".
std::string utc_now();

}  // namespace tandem::program
