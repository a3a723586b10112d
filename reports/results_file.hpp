// Opening results files: Google Benchmark's JSON with this project's context.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tandem::reports {

/// The whole file. Throws std::invalid_argument where it cannot be read.
std::string read_text(const std::string& path);

/// Parses and checks the text of a results file, which is called `name` in what is thrown: std::invalid_argument with
/// one sentence for what is no JSON, truncated, no results file, or of another schema.
nlohmann::ordered_json parse_results(const std::string& text, const std::string& name);

/// Both at once.
nlohmann::ordered_json read_results(const std::string& path);

}  // namespace tandem::reports
