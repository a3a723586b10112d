// The names of an object's members.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tandem::suite {

inline std::vector<std::string> keys(const nlohmann::json& json) {
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items()) names.push_back(name);
  return names;
}

}  // namespace tandem::suite
