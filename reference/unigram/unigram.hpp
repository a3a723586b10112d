// Unigram tokenisation: a text is cut into pieces of a vocabulary. A segmentation w_1 .. w_k has the score
// s(w_1) + ... + s(w_k), where s is the logarithm of a piece's probability.
//
//   decoding   the segmentation of the highest score                              (Viterbi)
//   sampling   one segmentation, with probability exp(alpha * score) / Z          (forward filtering, backward
//   sampling)
//
// Sources: T. Kudo, arXiv 1804.10959; kexue.fm 9752, 9768 and 9811 ("perfect" Viterbi sampling), which draws from the
// same law by a reservoir at every position.
//
// Pieces are strings of bytes, and every byte is a piece, so that every text has a segmentation. A line ends after its
// run of line breaks, and no piece goes on beyond the end of a line: lines are independent of each other, and the
// segmentation of a text is that of its lines one after the other.
//
// Scores are rounded to multiples of 2^-22 (1.2e-7 at most). Sums of up to 2^31 nats are then exact in double and in
// whole numbers, in any order: there is one best score, and a tie is a tie for everybody. Of equals the segmentation is
// taken whose last piece is the longest, and so on from the end of the line to its beginning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::unigram {

/// What pieces may be.
constexpr std::size_t longest_allowed = 255;               ///< bytes of a piece
constexpr double largest_score = 256;                      ///< of its score's magnitude
constexpr std::size_t most_pieces = std::size_t{1} << 20;  ///< with the bytes that are added
constexpr double score_unit = 0x1p-22;

/// Pieces and their scores; a token is an index here. Only `make_vocabulary` makes them.
struct Vocabulary {
  std::vector<std::string> pieces;
  std::vector<double> scores;
  std::size_t given = 0;    ///< how many were given; behind them are the single bytes that were not, in their order
  std::size_t longest = 0;  ///< bytes of the longest piece
};

/// Rounds the scores to multiples of `score_unit` and adds the missing single bytes, each with the lowest score less
/// 10, which is what SentencePiece gives an unknown character. Throws std::invalid_argument with one sentence for a
/// piece that is empty, too long or given twice, a score that is no finite number of at most 256 in magnitude, and for
/// vocabularies with no piece or too many.
Vocabulary make_vocabulary(std::vector<std::string> pieces, std::vector<double> scores);

using Tokens = std::vector<std::uint32_t>;

/// The end of the line that begins at `begin`: behind its run of line breaks, or the end of the text.
std::size_t end_of_line(std::string_view text, std::size_t begin);

/// Whether the piece can stand in a line: no line break is followed by anything else.
bool fits_a_line(std::string_view piece);

/// The text that the tokens stand for.
std::string text_of(const Vocabulary& vocabulary, const Tokens& tokens);

/// The sum of the tokens' scores.
double score_of(const Vocabulary& vocabulary, const Tokens& tokens);

/// A uniform number in [0, 1) for the end `position` of a piece, counted in bytes from the beginning of the text. The
/// same position always gives the same number.
using Uniform = std::function<double(std::size_t position)>;

/// The definition. Every substring of a line is looked up in a sorted table. O(n * longest * log(pieces)) for n bytes.
class Reference {
 public:
  explicit Reference(const Vocabulary& vocabulary);

  /// The best segmentation.
  Tokens decode(std::string_view text) const;

  /// One segmentation, drawn. At the end e of a piece, from the end of the line on, the candidates are the pieces that
  /// end there, the shortest first, piece w with weight exp(alpha s(w)) Z(e - |w|); the first one is taken at which the
  /// sum of weights exceeds uniform(e) times the sum of all. Throws std::invalid_argument where `require_alpha` does.
  Tokens sample(std::string_view text, double alpha, const Uniform& uniform) const;

  /// A piece that ends at the position of its list, counted from the beginning of the line.
  struct Match {
    std::size_t begin;
    std::uint32_t token;
  };
  /// For every position of the line the pieces that end there, the longest first.
  std::vector<std::vector<Match>> matches(std::string_view line) const;
  /// Of the segmentations of what is before a position the best score, which is exact, and the logarithm of
  /// the sum over all, of exp(alpha * (score - best)): of ties the difference is 0 at every alpha.
  struct LogSum {
    double best;
    double rest;
    double value(double alpha) const { return alpha * best + rest; }  ///< log Z
  };
  /// Those of every position of the line.
  std::vector<LogSum> log_sums(const std::vector<std::vector<Match>>& ends, double alpha) const;
  /// The logarithm of the probability that a piece which ends at a position begins where the match says.
  double log_share(const std::vector<LogSum>& sums, const Match& match, std::size_t end, double alpha) const;

  const Vocabulary& vocabulary() const { return vocabulary_; }

 private:
  const Vocabulary& vocabulary_;
  std::map<std::string_view, std::uint32_t> tokens_;
};

/// The tokens whose pieces begin with the prefix, in the order of their bytes, without those that fit no line: what may
/// replace the last piece of a text that is to be continued (kexue.fm 9762). O(pieces).
Tokens with_prefix(const Vocabulary& vocabulary, std::string_view prefix);

/// Throws std::invalid_argument unless alpha is a number from 0 to 1e12, beyond which doubles end. (0 draws uniformly
/// from all segmentations; BytePiece takes negative ones for "decode", which is said here with another word: decode.)
void require_alpha(double alpha);

}  // namespace tandem::unigram
