// Reading results files of which any part may be missing or of another type: a page stands whatever the file holds.
#pragma once

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tandem::reports {

using Json = nlohmann::ordered_json;

/// The member of that name; null where there is none.
inline const Json& member(const Json& object, std::string_view name) {
  static const Json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(name);
  return found == object.end() ? nothing : *found;
}

/// The same, an empty list where it is none.
inline const Json& list_in(const Json& object, std::string_view name) {
  static const Json empty = Json::array();
  const Json& list = member(object, name);
  return list.is_array() ? list : empty;
}

inline std::string text_in(const Json& object, const std::string& name, const std::string& otherwise = "") {
  const Json& text = member(object, name);
  return text.is_string() ? text.get<std::string>() : otherwise;
}

/// A finite number, or nothing.
inline std::optional<double> number_of(const Json& value) {
  if (!value.is_number() || !std::isfinite(value.get<double>())) return std::nullopt;
  return value.get<double>();
}

inline std::optional<double> number_in(const Json& object, const std::string& name) {
  return number_of(member(object, name));
}

/// A whole number that an int holds.
inline int whole_in(const Json& object, const std::string& name, int otherwise) {
  const auto number = number_in(object, name);
  return number && std::abs(*number) < 1e9 ? static_cast<int>(*number) : otherwise;
}

inline bool flag_in(const Json& object, const std::string& name) {
  const Json& flag = member(object, name);
  return flag.is_boolean() && flag.get<bool>();
}

}  // namespace tandem::reports
