// A tokenizer of llama2.c, whose own bytes are the text that it takes apart.
// Compiled with: impl/language_model/files/files.cpp impl/language_model/encoder.cpp
// Compiled with: reference/language_model/*.cpp reference/attention/*.cpp
#pragma once

#include <string_view>

#include "impl/language_model/files/files.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

inline bool try_tokenizer(std::string_view bytes) {
  return accepted([&] {
    const language_model::Encoder encoder(language_model::parse_tokenizer(bytes, "tokenizer"));
    encoder.decode(encoder.encode(bytes, true, true));
  });
}

}  // namespace tandem::fuzz
