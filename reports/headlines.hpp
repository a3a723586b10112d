// What a run says on a terminal: the headline workloads with a line each, and the claims in one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tandem::reports {

/// Refused rows first; then for every headline workload the reference's time, the fastest other row on one thread and
/// how far it is ahead, what threads add, and how far the best row on one thread is ahead of the fastest peer on one.
std::string headline_table(const nlohmann::ordered_json& results);

/// "Claims: 41 confirmed, 20 refuted." and the same of the targets; empty where nothing was tested.
std::string verdicts_line(const nlohmann::ordered_json& tandem);

}  // namespace tandem::reports
