// SentencePiece's file format, as far as unigram models need it.
#pragma once

#include <cstddef>
#include <string_view>

#include "impl/unigram/files.hpp"

namespace tandem::unigram {

NumberedVocabulary parse_sentencepiece(std::string_view bytes);

constexpr std::string_view space_mark = "\xE2\x96\x81";  ///< U+2581

/// The bytes of the character that the text begins with; 0 where it is no UTF-8 as SentencePiece takes it: no overlong
/// forms, no surrogates, nothing above U+10FFFF.
std::size_t utf8_size(std::string_view text);
bool is_utf8(std::string_view bytes);

}  // namespace tandem::unigram
