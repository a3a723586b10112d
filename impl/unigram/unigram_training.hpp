// A vocabulary from a text: candidate substrings, expectation maximisation over the unigram model, pruning. Source of
// the plan: T. Kudo, arXiv 1804.10959, section 3.2.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/unigram.hpp"

namespace tandem::unigram {

struct TrainingOptions {
  std::size_t pieces = 8192;        ///< of the result, without the bytes that make_vocabulary adds
  std::size_t longest = 32;         ///< bytes of a piece
  std::size_t candidates = 200000;  ///< that the training begins with
  bool within_words = false;        ///< a piece may have a space only as its first byte
};

/// Repeated substrings of whole UTF-8 characters that fit a line, the ones that cover most of the text first: those on
/// which the text goes on in more than one way, and all characters. O(n log n) for n bytes.
struct Candidate {
  std::string piece;
  std::size_t count = 0;
};
std::vector<Candidate> candidates(std::string_view text, const TrainingOptions& options);

/// Trains. Deterministic: the same text and options give the same vocabulary at every number of threads. `progress` is
/// called with the number of pieces left after every round. Throws std::invalid_argument if the text is empty, longer
/// than 2^31 bytes, or has more characters than there may be pieces.
Vocabulary train(std::string_view text, const TrainingOptions& options, const Execution& execution,
                 const std::function<void(std::size_t)>& progress);

}  // namespace tandem::unigram
