// The claims with their verdicts, for a terminal; the targets of this project are a list of their own.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tandem::reports {

/// A few lines each. `lists` is the object that `tandem reproduce --json` prints, or `context.tandem` of a results
/// file.
std::string claims_list(const nlohmann::ordered_json& lists);

}  // namespace tandem::reports
