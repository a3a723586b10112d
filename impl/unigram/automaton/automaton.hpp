// The Aho-Corasick automaton of a vocabulary (Aho and Corasick, CACM 18(6), 1975), completed to one transition per
// byte.
//
// A state is the longest end of the line so far that some piece begins with. What matters of it is where its
// transitions and its pieces are, so the 8 bytes of a transition (a Unit) hold both, and there is no table of states.
//
// Transitions lie in a double array (Aoe, 1989): that of byte c of a state is at base + c, if its label says c. Stored
// are those to states of four bytes and more. Those to three bytes are stored with the state of their first two bytes,
// once for all states that end with these, and the others depend on the last two bytes alone and are in a square table;
// so that three places are looked at, of which only the first has to wait for the step before. A state that no piece
// goes on from has the transitions of the next shorter one that has some, and shares them.
//
// The pieces that end in a state form a list, the shortest first, which is a single byte, padded to groups of four with
// entries that never win.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

/// Where the list of a state is: its first group and the number of groups.
struct List {
  std::uint32_t packed = 0;
  static constexpr unsigned count_bits = 7;

  std::size_t first() const { return packed >> count_bits; }
  std::size_t groups() const { return packed & ((1U << count_bits) - 1); }
};

/// What a segmentation is made of.
struct Piece {
  std::uint32_t token;
  std::size_t length;
};

class Automaton {
 public:
  static constexpr std::size_t group = 4;
  /// An entry's key is its score in units of 2^-22, above the rank of its piece. Ranks rise with the length, so that
  /// the larger key is the better score and of equals the longer piece.
  static constexpr unsigned rank_bits = 20;
  static constexpr std::int64_t rank_mask = (std::int64_t{1} << rank_bits) - 1;

  explicit Automaton(const Vocabulary& vocabulary);

  /// The lists of every position of the block, which begins with a line: lists[i] is of the pieces that end behind byte
  /// i.
  void match(std::string_view block, std::uint32_t* lists) const;

  std::size_t bytes() const;
  std::size_t longest() const { return longest_; }

  const std::int64_t* keys() const { return keys_.data(); }             ///< of the entries, `group` per group
  const std::uint8_t* lengths() const { return lengths_.data(); }       ///< of the entries
  const std::uint32_t* tokens() const { return entry_tokens_.data(); }  ///< of the entries; of padding any
  std::size_t entries() const { return keys_.size(); }
  std::size_t ranks() const { return tokens_.size(); }
  std::uint32_t token(std::size_t rank) const { return tokens_[rank]; }
  Piece piece(std::size_t rank) const { return {tokens_[rank], token_lengths_[rank]}; }
  static std::size_t rank(std::int64_t key) { return static_cast<std::size_t>(key & rank_mask); }
  static bool is_padding(std::int64_t key) { return key == padding; }

 private:
  friend class AutomatonBuilder;
  using Unit = std::uint64_t;  // label 9 bits, list 29, base 26

  static constexpr std::int64_t padding = -(std::int64_t{1} << 62);
  static constexpr unsigned label_bits = 9;
  static constexpr unsigned list_bits = 29;
  static constexpr unsigned base_bits = 64 - label_bits - list_bits;
  static constexpr Unit empty = (Unit{1} << label_bits) - 1;  // a label that is no byte

  std::vector<Unit> units_;
  std::vector<Unit> pairs_;  // by the last byte but one (256: none) and the last
  std::vector<std::int64_t> keys_;
  std::vector<std::uint8_t> lengths_;
  std::vector<std::uint32_t> entry_tokens_;
  std::vector<std::uint32_t> tokens_;        // by rank
  std::vector<std::uint8_t> token_lengths_;  // by rank
  std::size_t longest_;
};

}  // namespace tandem::unigram
