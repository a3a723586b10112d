// Text as a language model learns it: lines, cut into windows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/language_model/language_model.hpp"

namespace tandem::language_model {

/// The text without about its last `share`, and that part; cut after a line break.
std::pair<std::string_view, std::string_view> split_text(std::string_view text, double share);

/// Lines as tokens. A window begins where a line does, with the tokens that `Encoder` gives to a text that begins
/// there, so that the model learns what it will later see.
class TrainingText {
 public:
  /// Throws std::invalid_argument if the text has no line.
  TrainingText(std::string_view text, const Encoder& encoder);

  std::size_t bytes() const { return bytes_; }
  std::size_t token_count() const { return token_count_; }
  std::uint64_t fingerprint() const;  ///< of the tokens

  /// Lines at which windows of that length begin so that together they cover the text once, shuffled: another cut and
  /// another order in every epoch.
  std::vector<std::size_t> window_starts(std::size_t length, std::uint64_t seed, std::size_t epoch) const;

  /// `count` tokens that begin with begin_token and that line; after the last line comes the first.
  std::vector<Token> window(std::size_t line, std::size_t count) const;

  /// All of the text as it continues itself, the first line as the beginning of a text, without begin_token.
  std::vector<Token> stream() const;

 private:
  struct Line {
    std::vector<Token> opening;    ///< begin_token, a space, the line
    std::vector<Token> following;  ///< the line after others
  };
  std::vector<Line> lines_;
  std::size_t bytes_;
  std::size_t token_count_ = 0;
};

/// Bits per byte of a held-out text: every token counts once, predicted from begin_token and the text before it, at
/// least half a window of it where there is that much. With `windows` below the number there are, an estimate from so
/// many, spread evenly.
double bits_per_byte(const Model<float>& model, const TrainingText& text, std::size_t length, std::size_t windows,
                     const Execution& execution);

}  // namespace tandem::language_model
