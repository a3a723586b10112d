// Two results files beside each other, and what may be concluded from them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "benchmarks/suite/statistics.hpp"

namespace tandem::reports {

/// A table of the rows that both files have timed, and sentences: runs of different minutes tell little about a change,
/// runs of different machines nothing about times. `base` and `head` are as read_results returns them. Throws
/// nlohmann::json::exception where a field is missing.
std::string compare_text(const nlohmann::ordered_json& base, const nlohmann::ordered_json& head);

/// The quotient of two independent intervals of positive numbers.
suite::Interval quotient(const suite::Interval& numerator, const suite::Interval& denominator);

/// Fields of the machine card that make two files speak of different machines; empty: of one. Both are context.tandem.
std::vector<std::string> different_machines(const nlohmann::ordered_json& base, const nlohmann::ordered_json& head);

/// Sentences that say what may not be concluded from two files, which are called by these names. Both are
/// context.tandem.
std::vector<std::string> cautions(const nlohmann::ordered_json& base, const nlohmann::ordered_json& head,
                                  const std::string& base_name, const std::string& head_name);

}  // namespace tandem::reports
