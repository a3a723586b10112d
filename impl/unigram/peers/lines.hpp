// What is common to the two faces of SentencePiece: it is given line by line, and has an unknown piece.
#pragma once

#include <cstdint>
#include <string_view>

#include "impl/support/no_answer.hpp"
#include "impl/unigram/files.hpp"

namespace tandem::unigram {

/// Calls line(text of a line) for all lines.
template <class Line>
void for_each_line(std::string_view text, Line line) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = end_of_line(text, begin);
    line(text.substr(begin, end - begin));
    begin = end;
  }
}

/// Its unknown piece has the id 0, and stands for other texts, too.
inline std::uint32_t token_of(int id) {
  if (id == 0) throw NoAnswer("a character of the text is no piece");
  return static_cast<std::uint32_t>(id) - 1;
}

}  // namespace tandem::unigram
