// What SentencePiece does to a line before it looks for pieces, as a model of its asks for: characters are replaced
// (NFKC and the like), spaces are put together and removed at the ends, and one is added. Definition: normalizer.cc of
// github.com/google/sentencepiece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem::unigram {

class Normalizer {
 public:
  /// The normalizer's part of a model; the defaults are those of the format.
  struct Settings {
    std::string_view charsmap;  ///< precompiled replacements: a double array over their keys, then their texts
    bool add_dummy_prefix = true;
    bool remove_extra_spaces = true;
    bool marks_spaces = true;       ///< pieces have U+2581 for a space, and the text's own are spaces, too
    bool space_is_suffix = false;   ///< the space is added at the end
    std::vector<std::string> kept;  ///< user-defined pieces, which are not touched
  };

  /// Throws std::invalid_argument for replacements that are none.
  explicit Normalizer(Settings settings);

  /// The line as pieces of the vocabulary see it, with spaces as spaces; bytes that are no UTF-8 become U+FFFD.
  /// O(|line|), times the longest key of a replacement.
  std::string normalized(std::string_view line) const;

 private:
  /// What the text begins with: that many bytes, and what stands for them.
  std::pair<std::size_t, std::string_view> prefix(std::string_view text) const;
  std::pair<std::size_t, std::string_view> replacement(std::string_view text) const;
  void read_charsmap(std::string_view bytes);

  std::vector<std::uint32_t> units_;  // of the double array
  std::string texts_;                 // each ends with a 0
  std::vector<std::string> kept_;     // sorted
  bool add_dummy_prefix_;
  bool remove_extra_spaces_;
  bool marks_spaces_;
  bool space_is_suffix_;
};

}  // namespace tandem::unigram
