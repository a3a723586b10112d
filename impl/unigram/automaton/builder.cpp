// How the automaton is made: the trie of the pieces, level by level; its failure links and lists; the rows of
// transitions; and their places in the double array.
#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <optional>
#include <stdexcept>

#include "impl/unigram/automaton/automaton.hpp"

namespace tandem::unigram {
namespace {

/// A set of numbers that answers for 64 consecutive ones at a time.
class BitSet {
 public:
  std::uint64_t word(std::size_t at) const {
    const std::size_t index = at / 64;
    const unsigned shift = at % 64;
    const std::uint64_t low = index < words_.size() ? words_[index] : 0;
    const std::uint64_t high = index + 1 < words_.size() ? words_[index + 1] : 0;
    return shift == 0 ? low : low >> shift | high << (64 - shift);
  }
  void insert(std::size_t at) {
    if (at / 64 >= words_.size()) words_.resize(at / 64 + 1 + words_.size() / 2);
    words_[at / 64] |= std::uint64_t{1} << at % 64;
  }

 private:
  std::vector<std::uint64_t> words_;
};

struct Node {
  std::uint32_t first_piece;  // of the sorted pieces that begin with the node's string
  std::uint32_t end_piece;
  std::uint32_t first_child = 0;  // children follow each other
  std::uint32_t child_count = 0;
  std::uint32_t fail = 0;  // the longest proper end of the node's string that is a node
  std::uint32_t row = 0;   // the node whose transitions are the node's
  std::uint32_t list = 0;
  std::uint8_t byte = 0;
  std::uint8_t depth = 0;
};

struct Transition {
  std::uint32_t target;
  std::uint8_t byte;
};

}  // namespace

class AutomatonBuilder {
 public:
  AutomatonBuilder(const Vocabulary& vocabulary, Automaton& automaton) : vocabulary_(vocabulary), to_(automaton) {
    for (std::uint32_t token = 0; token < vocabulary.pieces.size(); ++token) {
      if (fits_a_line(vocabulary.pieces[token])) sorted_.push_back(token);
    }
    std::ranges::sort(sorted_, {}, [&](std::uint32_t token) -> const std::string& { return vocabulary.pieces[token]; });
    rank_pieces();
    nodes_.push_back({.first_piece = 0, .end_piece = static_cast<std::uint32_t>(sorted_.size())});
    rows_.emplace_back();
    // Nodes are met level by level, so that those they fail to are complete.
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) complete(node);
    place_rows();
    fill_units();
  }

 private:
  void rank_pieces() {
    std::vector<std::uint32_t> order = sorted_;
    const auto length = [&](std::uint32_t token) { return vocabulary_.pieces[token].size(); };
    std::ranges::stable_sort(order, {}, length);
    ranks_.resize(vocabulary_.pieces.size());
    to_.longest_ = length(order.back());
    for (const std::uint32_t token : order) {
      ranks_[token] = static_cast<std::uint32_t>(to_.tokens_.size());
      to_.tokens_.push_back(token);
      to_.token_lengths_.push_back(static_cast<std::uint8_t>(length(token)));
    }
  }

  void complete(std::uint32_t index) {
    Node node = nodes_[index];
    const bool is_piece = vocabulary_.pieces[sorted_[node.first_piece]].size() == node.depth;
    if (node.depth > 0) {
      node.list = is_piece ? extended(nodes_[node.fail].list, sorted_[node.first_piece]) : nodes_[node.fail].list;
    }
    add_children(index, node, node.first_piece + (is_piece ? 1 : 0));
    node.row = node.depth < 2 ? 0 : row_of(index, node);
    nodes_[index] = node;
  }

  void add_children(std::uint32_t index, Node& node, std::uint32_t begin) {
    node.first_child = static_cast<std::uint32_t>(nodes_.size());
    while (begin < node.end_piece) {
      const auto byte = static_cast<std::uint8_t>(vocabulary_.pieces[sorted_[begin]][node.depth]);
      std::uint32_t end = begin + 1;
      while (end < node.end_piece && static_cast<std::uint8_t>(vocabulary_.pieces[sorted_[end]][node.depth]) == byte) {
        ++end;
      }
      nodes_.push_back({.first_piece = begin,
                        .end_piece = end,
                        .fail = index == 0 ? 0 : target(node.fail, string_of(node), byte),
                        .byte = byte,
                        .depth = static_cast<std::uint8_t>(node.depth + 1)});
      begin = end;
    }
    node.child_count = static_cast<std::uint32_t>(nodes_.size()) - node.first_child;
    if (node.depth == 1) {
      for (std::uint32_t child = node.first_child; child < nodes_.size(); ++child) {
        pairs_.push_back({.key = node.byte * 256U + nodes_[child].byte, .node = child});
      }
    }
  }

  /// The node's string.
  std::string_view string_of(const Node& node) const {
    return std::string_view(vocabulary_.pieces[sorted_[node.first_piece]]).substr(0, node.depth);
  }

  /// Where byte leads from a complete node (or the root) that has been reached with `text`.
  std::uint32_t target(std::uint32_t node, std::string_view text, std::uint8_t byte) const {
    if (const auto own = child_in_row(node, byte)) return *own;
    const auto last = static_cast<std::uint8_t>(text.back());
    if (nodes_[node].depth > 2) {
      const auto previous = static_cast<std::uint8_t>(text[text.size() - 2]);
      if (const auto pair = find_pair(previous, last)) {
        if (const auto triple = child_in_row(*pair, byte)) return *triple;
      }
    }
    if (node != 0) {
      if (const auto pair = find_pair(last, byte)) return *pair;
    }
    return nodes_[0].first_child + byte;  // every byte is a piece
  }

  std::optional<std::uint32_t> child_in_row(std::uint32_t node, std::uint8_t byte) const {
    const auto& row = rows_[nodes_[node].row];
    const auto found = std::ranges::lower_bound(row, byte, {}, &Transition::byte);
    return found != row.end() && found->byte == byte ? std::optional(found->target) : std::nullopt;
  }

  std::optional<std::uint32_t> find_pair(std::uint8_t first, std::uint8_t second) const {
    const std::uint32_t key = first * 256U + second;
    const auto found = std::ranges::lower_bound(pairs_, key, {}, &Pair::key);
    return found != pairs_.end() && found->key == key ? std::optional(found->node) : std::nullopt;
  }

  /// The node's own transitions: its children, and what the node has that it fails to, if that is longer than a pair.
  std::uint32_t row_of(std::uint32_t index, const Node& node) {
    const std::uint32_t inherited = nodes_[node.fail].depth > 2 ? nodes_[node.fail].row : 0;
    if (node.child_count == 0) return inherited;
    std::vector<Transition> row;
    row.reserve(node.child_count + rows_[inherited].size());
    std::uint32_t child = node.first_child;
    const std::uint32_t end = node.first_child + node.child_count;
    for (const Transition& transition : rows_[inherited]) {
      for (; child < end && nodes_[child].byte < transition.byte; ++child) row.push_back({child, nodes_[child].byte});
      if (child == end || nodes_[child].byte != transition.byte) row.push_back(transition);
    }
    for (; child < end; ++child) row.push_back({child, nodes_[child].byte});
    transitions_ += row.size();
    if (transitions_ > std::size_t{1} << 25) {
      throw std::invalid_argument("the vocabulary needs tables of more than 512 MB");
    }
    rows_.resize(index + 1);
    rows_[index] = std::move(row);
    return index;
  }

  /// The list of a node that is a piece: those of the node it fails to, then the piece.
  std::uint32_t extended(std::uint32_t rest, std::uint32_t token) {
    const List before{rest};
    std::vector<std::int64_t> keys;
    std::vector<std::uint8_t> lengths;
    std::vector<std::uint32_t> tokens;
    const std::size_t from = before.first() * Automaton::group;
    for (std::size_t i = from; i < from + before.groups() * Automaton::group; ++i) {
      if (Automaton::is_padding(to_.keys_[i])) break;
      keys.push_back(to_.keys_[i]);
      lengths.push_back(to_.lengths_[i]);
      tokens.push_back(to_.entry_tokens_[i]);
    }
    const auto score = static_cast<std::int64_t>(vocabulary_.scores[token] / score_unit);
    keys.push_back(score * (std::int64_t{1} << Automaton::rank_bits) | ranks_[token]);
    lengths.push_back(to_.token_lengths_[ranks_[token]]);
    tokens.push_back(token);
    keys.resize((keys.size() + Automaton::group - 1) / Automaton::group * Automaton::group, Automaton::padding);
    lengths.resize(keys.size(), 1);
    tokens.resize(keys.size());
    const std::size_t first = to_.keys_.size() / Automaton::group;
    const std::size_t groups = keys.size() / Automaton::group;
    if ((first + groups) >> (Automaton::list_bits - List::count_bits) != 0) {
      throw std::invalid_argument("the vocabulary needs tables of more than 512 MB");
    }
    to_.keys_.insert(to_.keys_.end(), keys.begin(), keys.end());
    to_.lengths_.insert(to_.lengths_.end(), lengths.begin(), lengths.end());
    to_.entry_tokens_.insert(to_.entry_tokens_.end(), tokens.begin(), tokens.end());
    return static_cast<std::uint32_t>(first << List::count_bits | groups);
  }

  /// The largest rows first, each at the first base from where its kind was last placed on at which all its places are
  /// free; 64 bases are tried at once. No two rows have the same base, so that a label says whose it is. Base 0 is of
  /// those that have no transitions.
  void place_rows() {
    std::vector<std::uint32_t> order;
    for (std::uint32_t row = 1; row < rows_.size(); ++row) {
      if (!rows_[row].empty()) order.push_back(row);
    }
    std::ranges::stable_sort(order, std::ranges::greater(), [&](std::uint32_t row) { return rows_[row].size(); });
    bases_.resize(rows_.size());
    BitSet taken;
    BitSet bases;
    bases.insert(0);
    std::size_t window = 0;
    std::size_t size = 0;
    for (const std::uint32_t row : order) {
      if (rows_[row].size() != size) {
        size = rows_[row].size();
        window = 0;
      }
      for (;; ++window) {
        std::uint64_t free = ~bases.word(window * 64);
        for (const Transition& transition : rows_[row]) {
          free &= ~taken.word(window * 64 + transition.byte);
          if (free == 0) break;
        }
        if (free == 0) continue;
        const std::size_t base = window * 64 + std::countr_zero(free);
        bases_[row] = static_cast<std::uint32_t>(base);
        bases.insert(base);
        for (const Transition& transition : rows_[row]) taken.insert(base + transition.byte);
        break;
      }
    }
  }

  void fill_units() {
    const auto unit = [&](std::size_t label, std::uint32_t index) {
      const Node& node = nodes_[index];
      const Automaton::Unit rest = Automaton::Unit{bases_[node.row]} << Automaton::list_bits | node.list;
      return rest << Automaton::label_bits | label;
    };
    const std::uint32_t last = bases_.empty() ? 0 : *std::ranges::max_element(bases_);
    if (last >> Automaton::base_bits != 0) {
      throw std::invalid_argument("the vocabulary needs tables of more than 512 MB");
    }
    to_.units_.assign(last + 256, Automaton::empty);
    for (std::uint32_t row = 1; row < rows_.size(); ++row) {
      for (const Transition& transition : rows_[row]) {
        to_.units_[bases_[row] + transition.byte] = unit(transition.byte, transition.target);
      }
    }
    std::array<Automaton::Unit, 256> of_byte;
    for (std::uint32_t byte = 0; byte < 256; ++byte) of_byte[byte] = unit(0, nodes_[0].first_child + byte);
    to_.pairs_.reserve(257 * of_byte.size());
    for (std::size_t before = 0; before < 257; ++before) {
      to_.pairs_.insert(to_.pairs_.end(), of_byte.begin(), of_byte.end());
    }
    for (const Pair& pair : pairs_) to_.pairs_[pair.key] = unit(0, pair.node);
  }

  struct Pair {
    std::uint32_t key;
    std::uint32_t node;
  };

  const Vocabulary& vocabulary_;
  Automaton& to_;
  std::vector<std::uint32_t> sorted_;  // tokens by their bytes
  std::vector<std::uint32_t> ranks_;   // by token
  std::vector<Node> nodes_;
  std::vector<Pair> pairs_;  // the nodes of two bytes
  std::vector<std::vector<Transition>> rows_;
  std::size_t transitions_ = 0;
  std::vector<std::uint32_t> bases_;
};

Automaton::Automaton(const Vocabulary& vocabulary) : longest_(0) { AutomatonBuilder(vocabulary, *this); }

}  // namespace tandem::unigram
