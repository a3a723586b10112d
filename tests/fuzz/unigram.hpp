// A vocabulary, a line "--", and a text, which every tokeniser takes apart.
// Linked with: tandem_unigram
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "impl/unigram/files.hpp"
#include "impl/unigram/unigram.hpp"
#include "tests/fuzz/support.hpp"

namespace tandem::fuzz {

/// Reads and tokenises; aborts where a variant and the reference differ. True if the vocabulary was accepted.
inline bool try_unigram(std::string_view bytes) {
  using namespace unigram;
  constexpr std::string_view border = "\n--\n";
  const std::size_t at = std::min(bytes.find(border), bytes.size());
  std::string_view text = bytes.substr(std::min(at + border.size(), bytes.size()));
  NumberedVocabulary numbered;
  if (!accepted([&] { numbered = parse_vocabulary(bytes.substr(0, at)); })) return false;
  require(numbered.ids.size() == numbered.vocabulary.pieces.size(), "a token has no number");
  const NumberedVocabulary of_lines = without_line_breaks(numbered);
  require(of_lines.ids.size() == of_lines.vocabulary.pieces.size(), "a token of lines has no number");
  const std::string normalized = numbered.normalizer ? numbered.normalizer->normalized(text) : std::string(text);
  require(normalized.find('\n') == std::string::npos || !numbered.normalizer, "a line became two");
  if (numbered.normalizer) text = normalized;
  const auto vocabulary = std::make_shared<const Vocabulary>(numbered.vocabulary);
  const Tables tables(vocabulary);
  const Reference reference(*vocabulary);
  Tokens tokens;
  decode(tables, text, tokens, {});
  require(tokens == reference.decode(text), "the decoders differ");
  require(text_of(*vocabulary, tokens) == text, "the pieces are not the text");
  std::vector<Continuation> all;
  continuations(tables, PrefixIndex(*vocabulary), text, 5, all);
  require(all == continuations(reference, text, 5), "the continuations differ");
  const auto uniform = [](std::size_t position) { return draw_uniform({}, position); };
  const auto uniform_of_candidate = [](std::size_t position, std::size_t candidate) {
    return draw_uniform_of_candidate({}, position, candidate);
  };
  for (const double alpha : {0.0, 1.0}) {
    const Sampler sampler(tables, alpha);
    sample(sampler, text, {}, tokens, {});
    require(text_of(*vocabulary, tokens) == text, "the drawn pieces are not the text");
    require(tokens == reference.sample(text, alpha, uniform), "the samplers differ");
    sample_n_best(tables, text, 5, alpha, {}, tokens, {});
    require(tokens == sample_n_best(reference, text, 5, alpha, uniform), "the samplers from the best differ");
    sample_biased(tables, text, alpha, {}, tokens, {});
    require(tokens == sample_biased(reference, text, alpha, uniform_of_candidate), "the biased samplers differ");
  }
  return true;
}

}  // namespace tandem::fuzz
