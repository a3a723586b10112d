// Two results files beside each other, and what may be concluded from them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tandem::reports {

/// A table of the rows that both files have timed, and sentences: runs of different minutes tell little about a change,
/// runs of different machines nothing about times. `base` and `head` are as read_results returns them. Throws
/// nlohmann::json::exception where a field is missing.
std::string compare_text(const nlohmann::ordered_json& base, const nlohmann::ordered_json& head);

}  // namespace tandem::reports
