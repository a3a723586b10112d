// A vocabulary from a text. Source of the plan: T. Kudo, arXiv 1804.10959, section 3.2.
//
//   1  The pieces to begin with are frequent substrings; a score is the logarithm of a piece's share of the counts.
//   2  Twice: counts are expected under these scores (alpha = 1), and scores are made from them. Pieces that are
//      expected less than half a time are dropped.
//   3  Enough are left: done. Else the pieces are kept without which the text's likelihood would fall most: what is
//      wanted, or four fifths if that is more; of equals the earlier ones. On with 2.
//
// Characters are never dropped, so that every text of them keeps a segmentation.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "reference/unigram/unigram.hpp"

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

/// How often each token of the vocabulary is expected in the text, alpha = 1.
std::vector<double> expected_counts(const Vocabulary& vocabulary, std::string_view text);

/// By token: how often the best segmentation of the text has it, times what the score of its bytes falls by without it.
/// Both are exact. Of single bytes: 0.
std::vector<double> losses(const Vocabulary& vocabulary, std::string_view text);

/// What the steps are made of, which is all that takes long.
struct TrainingParts {
  std::function<std::vector<Candidate>(std::string_view text, const TrainingOptions& options)> candidates =
      candidates_by_counting;
  std::function<std::vector<double>(const Vocabulary& vocabulary, std::string_view text)> expected_counts =
      unigram::expected_counts;
  std::function<std::vector<double>(const Vocabulary& vocabulary, std::string_view text)> losses = unigram::losses;
  /// Called with the number of pieces left after every round.
  std::function<void(std::size_t pieces)> progress = [](std::size_t) {};
};

/// Throws std::invalid_argument if the text is empty, longer than 2^31 bytes, or has more characters than there may be
/// pieces.
Vocabulary train(std::string_view text, const TrainingOptions& options, const TrainingParts& parts);

}  // namespace tandem::unigram
