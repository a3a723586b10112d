// SentencePiece's file format, as far as unigram models need it.
#pragma once

#include <string_view>

#include "impl/unigram/files.hpp"

namespace tandem::unigram {

NumberedVocabulary parse_sentencepiece(std::string_view bytes);

/// Whether the bytes are UTF-8 as SentencePiece takes it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes);

}  // namespace tandem::unigram
