// JSON as text that every reader takes, and from text that anybody wrote.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace tandem::suite {

/// Bytes that are no UTF-8 become U+FFFD, where `dump` by itself throws: paths, texts and variables of the environment
/// may hold any bytes. A number that is none becomes null.
template <class Json>
std::string json_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

/// The text, with U+FFFD for bytes that are no UTF-8.
inline std::string in_utf8(const std::string& text) {
  return nlohmann::json::parse(json_text(nlohmann::json(text))).get<std::string>();
}

/// The value of the text; discarded where it is no JSON, or nested deeper than any file of this program: nothing deep
/// is made, since what walks through it would need a stack as deep.
template <class Json>
Json parse_json(std::string_view text) {
  constexpr int deepest = 32;
  bool shallow = true;
  const auto look = [&](int depth, typename Json::parse_event_t, Json&) {
    shallow = shallow && depth <= deepest;
    return shallow;
  };
  Json json = Json::parse(text, look, false);
  return shallow ? json : Json(Json::value_t::discarded);
}

}  // namespace tandem::suite
