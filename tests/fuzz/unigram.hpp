// What the fuzzer and the test of its corpus do with some bytes: a vocabulary, a line "--", and a text.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "impl/unigram/files.hpp"
#include "impl/unigram/unigram.hpp"

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
  std::vector<Continuation> all;
  continuations(tables, PrefixIndex(*vocabulary), text, 5, all);
  require(all == continuations(reference, text, 5), "the continuations differ\n");
  const auto uniform = [](std::size_t position) { return draw_uniform({}, position); };
  const auto uniform_of_candidate = [](std::size_t position, std::size_t candidate) {
    return draw_uniform_of_candidate({}, position, candidate);
  };
  for (const double alpha : {0.0, 1.0}) {
    const Sampler sampler(tables, alpha);
    sample(sampler, text, {}, tokens, {});
    require(text_of(*vocabulary, tokens) == text, "the drawn pieces are not the text\n");
    require(tokens == reference.sample(text, alpha, uniform), "the samplers differ\n");
    sample_n_best(tables, text, 5, alpha, {}, tokens, {});
    require(tokens == sample_n_best(reference, text, 5, alpha, uniform), "the samplers from the best differ\n");
    sample_biased(tables, text, alpha, {}, tokens, {});
    require(tokens == sample_biased(reference, text, alpha, uniform_of_candidate), "the biased samplers differ\n");
  }
  return true;
}

}  // namespace tandem::unigram
