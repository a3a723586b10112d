// The machine card of a results file as Markdown.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tandem::reports {

/// What the machine is, what it can do at best, and how noisy it is. `tandem` is the file's context.tandem.
std::string machine_section(const nlohmann::ordered_json& tandem);

}  // namespace tandem::reports
