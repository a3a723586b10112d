// Byte-pair encoding: the pieces of a tokenizer, learnt from text. Source: Sennrich et al., arXiv 1508.07909.
#pragma once

#include <cstddef>
#include <string_view>

#include "impl/language_model/language_model.hpp"

namespace tandem::language_model {

/// A tokenizer of `vocabulary` pieces: the special ones, the bytes, mergers with score -rank, then the text's most
/// frequent characters, which take at most half of the room. A piece has a space only as its first character and no
/// line break, so that `Encoder` treats every word of a text by itself. Texts that are too small give fewer pieces.
/// Throws std::invalid_argument if the vocabulary has no room beyond the bytes.
Tokenizer train_tokenizer(std::string_view text, std::size_t vocabulary);

}  // namespace tandem::language_model
