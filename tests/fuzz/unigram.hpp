// What the fuzzer and the test of its corpus do with some bytes: a vocabulary, a line "--", and a text.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "impl/unigram/unigram.hpp"
#include "impl/unigram/unigram_files.hpp"

namespace tandem::unigram {

inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fputs(what, stderr);
  std::abort();
}

/// Reads and tokenises; aborts where a variant and the reference differ. True if the vocabulary was accepted.
inline bool try_bytes(std::string_view bytes) {
  constexpr std::string_view border = "\n--\n";
  const std::size_t at = std::min(bytes.find(border), bytes.size());
  const std::string_view text = bytes.substr(std::min(at + border.size(), bytes.size()));
  std::shared_ptr<const Vocabulary> vocabulary;
  try {
    vocabulary = std::make_shared<const Vocabulary>(parse_vocabulary(bytes.substr(0, at)).vocabulary);
  } catch (const std::invalid_argument&) {
    return false;
  }
  const Tables tables(vocabulary);
  const Reference reference(*vocabulary);
  Tokens tokens;
  decode(tables, text, tokens, {});
  require(tokens == reference.decode(text), "the decoders differ\n");
  require(text_of(*vocabulary, tokens) == text, "the pieces are not the text\n");
  for (const double alpha : {0.0, 1.0}) {
    const Sampler sampler(tables, alpha);
    sample(sampler, text, {}, tokens, {});
    require(text_of(*vocabulary, tokens) == text, "the drawn pieces are not the text\n");
    const auto uniform = [](std::size_t position) { return draw_uniform({}, position); };
    require(tokens == reference.sample(text, alpha, uniform), "the samplers differ\n");
  }
  return true;
}

}  // namespace tandem::unigram
