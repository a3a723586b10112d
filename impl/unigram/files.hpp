// Files of vocabularies.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/unigram/normalizer.hpp"
#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

/// A vocabulary with the numbers that its file gives the pieces, and what the file asks to be done to a text before.
struct NumberedVocabulary {
  Vocabulary vocabulary;
  std::vector<std::int64_t> ids;        ///< by token; the bytes that were added have the file's "unknown", or -1
  std::optional<std::int64_t> unknown;  ///< the number of a whole run of added bytes; none: each has its own
  std::shared_ptr<const Normalizer> normalizer;  ///< of SentencePiece's models; none: a text is taken as it is
};

/// The same vocabulary for lines without their ends: what has a line break is left out, but for the line break itself,
/// which then stands for itself alone.
NumberedVocabulary without_line_breaks(NumberedVocabulary numbered);

/// Reads one of three formats, which are told apart by their beginnings:
///
///   BytePiece      JSON, base64 of the bytes -> [id, text, count]; the score is log(count / sum of counts)
///   SentencePiece  a unigram model (protocol buffers). Spaces, which it writes as U+2581, are spaces. Control, unknown
///                  and unused pieces are left out; user-defined ones have the score that its encoder gives them. The
///                  bytes that are added have the numbers of its byte pieces, if it falls back to them
///   plain          piece <tab> score, one a line, UTF-8; \n \t \r \\ and \x0A stand for bytes
///
/// Lines may end with CR LF, and text may begin with a byte-order mark. SentencePiece's file .vocab is refused by name:
/// it does not say what a text becomes before.
/// SentencePiece's format is read here, in a few dozen lines: the library is optional, and hides what it does not need.
/// Throws std::invalid_argument with one sentence for bytes that are none of these, and where make_vocabulary does.
NumberedVocabulary parse_vocabulary(std::string_view bytes);

/// The same from a file, which the sentence names.
NumberedVocabulary load_vocabulary(const std::filesystem::path& path);

/// A piece as the plain format writes it: no control bytes, among them no tab, and UTF-8.
std::string escaped(std::string_view piece);

/// The given pieces in the plain format; `parse_vocabulary` makes the same vocabulary of it.
std::string plain_format(const Vocabulary& vocabulary);

/// A SentencePiece model without normalisation, for the pieces that are UTF-8; token i has the id i + 1, behind the
/// unknown piece. Pieces that are no UTF-8 are there as unused ones.
std::string sentencepiece_format(const Vocabulary& vocabulary);

}  // namespace tandem::unigram
