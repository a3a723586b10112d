#include "reports/claims.hpp"

#include <fmt/format.h>

#include <array>

namespace tandem::reports {
namespace {

using nlohmann::ordered_json;

struct List {
  const char* title;
  ordered_json entries = ordered_json::array();
};

/// Published claims and targets. A results file from before there was a list of targets has them among its claims.
std::array<List, 2> both(const ordered_json& lists) {
  std::array<List, 2> result{{{"Claims"}, {"Targets of this project"}}};
  const bool apart = lists.contains("targets");
  for (const ordered_json& claim : lists.at("claims")) {
    const bool target = !apart && claim.at("source") == "this project";
    result[target ? 1 : 0].entries.push_back(claim);
  }
  if (apart) result[1].entries = lists.at("targets");
  return result;
}

std::string name_of(const ordered_json& claim) {
  return claim.at("method").get<std::string>() + " " + claim.at("id").get<std::string>();
}

/// Empty in a results file from before cases were counted.
std::string cases_of(const ordered_json& claim) {
  return claim.contains("cases") ? fmt::format("{}", claim.at("cases").get<std::size_t>()) : "";
}

}  // namespace

std::string claims_list(const ordered_json& lists) {
  std::string text;
  for (const List& list : both(lists)) {
    if (list.entries.empty()) continue;
    text += fmt::format("{}{}\n\n", text.empty() ? "" : "\n", list.title);
    for (const ordered_json& claim : list.entries) {
      text += fmt::format("{}: {}\n  {} ({})\n  measured: {}; asked for: {}{}\n", name_of(claim),
                          claim.at("verdict").get<std::string>(), claim.at("statement").get<std::string>(),
                          claim.at("source").get<std::string>(), claim.at("measured").get<std::string>(),
                          claim.at("threshold").get<std::string>(),
                          claim.contains("cases") ? "; cases: " + cases_of(claim) : "");
    }
  }
  return text;
}

}  // namespace tandem::reports
