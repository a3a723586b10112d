// How a text may go on that is to be continued, by a language model or by hand (kexue.fm 9762).
//
// A text that ends in the middle of something is cut otherwise than the same text with what follows: "import numpy" has
// pieces that "import numpy as np", if that is one piece, has not, and a model that knows only the latter never
// continues the former. The remedy is to take the last pieces back, and to let the next piece be any that begins with
// their bytes: one search by prefix for every number of pieces that are taken back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

/// The last pieces of a text, and what may stand in their place.
struct Continuation {
  std::size_t taken_back = 0;  ///< how many pieces
  std::string rest;            ///< their bytes, with which the text ends
  Tokens next;                 ///< the pieces that begin with the rest, among them the rest itself if it is one

  bool operator==(const Continuation&) const = default;
};

/// For 1, 2, ... up to `most` pieces of the best segmentation that are taken back, as long as the line in which the
/// text ends has so many: what may stand in their place, where there is anything. Every text that is made so begins
/// with the given one. Nothing for an empty text, after which any piece may come. Throws std::invalid_argument unless
/// `most` is 1 or more. O(pieces) for each after decoding.
std::vector<Continuation> continuations(const Reference& reference, std::string_view text, std::size_t most);

/// The beginning of the line in which a text ends; of a text with line breaks at its end, of what is before them.
std::size_t begin_of_last_line(std::string_view text);

void require_steps(std::size_t most);

}  // namespace tandem::unigram
