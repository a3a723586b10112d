// A checkpoint of llama2.c.
// Compiled with: impl/language_model/files/files.cpp reference/language_model/*.cpp reference/attention/*.cpp
#pragma once

#include <string_view>

#include "impl/language_model/files/files.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

inline bool try_model(std::string_view bytes) {
  language_model::Model<float> model;
  if (!accepted([&] { model = language_model::parse_model(bytes, "model"); })) return false;
  require(accepted([&] { language_model::require_valid(model, {}); }), "an impossible model was accepted");
  return true;
}

}  // namespace tandem::fuzz
