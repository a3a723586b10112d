// A results file in, Markdown out. Nothing here knows a method; everything comes from the file.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tandem::reports {

/// Reads and checks a results file: Google Benchmark's JSON with this project's context.
/// Throws std::invalid_argument with one sentence for a file that is missing, no JSON, truncated, or of another schema.
nlohmann::ordered_json read_results(const std::string& path);

/// The whole page: machine card, one table per method and workload, growth exponents, claims and targets.
std::string markdown_page(const nlohmann::ordered_json& results);

/// One line per workload: the fastest single-threaded variant and the fastest of all, against the reference.
std::string summary_table(const nlohmann::ordered_json& results);

/// The tables of speedups alone.
std::string speedup_tables(const nlohmann::ordered_json& results);

/// The growth exponents beside the declared ones; empty where nothing was timed at five sizes.
std::string growth_table(const nlohmann::ordered_json& results);

}  // namespace tandem::reports
