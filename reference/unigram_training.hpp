// A vocabulary from a text: candidate substrings, expectation maximisation over the unigram model, pruning. Source of
// the plan: T. Kudo, arXiv 1804.10959, section 3.2. Here is the definition of what training begins with; what it goes
// on with are expected counts (unigram_expectation.hpp) and decoding.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reference/unigram.hpp"

namespace tandem::unigram {

struct TrainingOptions {
  std::size_t pieces = 8192;        ///< of the result, without the bytes that make_vocabulary adds
  std::size_t longest = 32;         ///< bytes of a piece
  std::size_t candidates = 200000;  ///< that the training begins with
  bool within_words = false;        ///< a piece may have a space only as its first byte
};

struct Candidate {
  std::string piece;
  std::size_t count = 0;  ///< 1 for characters

  bool operator==(const Candidate&) const = default;
};

/// All characters of a UTF-8 text, in the order of their bytes, and behind them its repeated substrings of two and more
/// that fit a line and have no continuation by one character that occurs as often: the first `options.candidates` of
/// them, those that cover most of the text first, of equals in the order of their bytes. By counting all substrings:
/// O(n * longest^2 * log n) for n bytes.
std::vector<Candidate> candidates_by_counting(std::string_view text, const TrainingOptions& options);

}  // namespace tandem::unigram
