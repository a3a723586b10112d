// The n best segmentations of a line, by recursive enumeration (Jimenez and Marzal, WAE 1999), and one drawn of them.
//
// The best way to every position is Viterbi's. The next one to a position ends in one of the pieces there, and goes on
// from the first way to that piece's beginning which has not been used for it: only where none is left is one asked for
// at that beginning, and so on. What n ways to the end have in common is looked at once.
#include <cmath>
#include <limits>
#include <vector>

#include "impl/unigram/automaton/automaton.hpp"
#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/sample/draw.hpp"
#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {
namespace {

constexpr auto none = std::numeric_limits<std::uint32_t>::max();

class Enumeration {
 public:
  /// The line's best segmentation, from the lists of its positions.
  void begin(const Automaton& automaton, const std::uint32_t* lists, std::size_t size) {
    automaton_ = &automaton;
    lists_ = lists;
    size_ = size;
    ways_.assign(size + 1, Way{});
    junction_at_.assign(size + 1, none);
    junctions_.clear();
    slots_.clear();
    for (std::size_t end = 1; end <= size; ++end) {
      Way& best = ways_[end];
      best.score = std::numeric_limits<std::int64_t>::min();
      for_each_piece(end, [&](std::uint32_t entry, std::size_t piece_begin) {
        const std::int64_t score = ways_[piece_begin].score + score_of(entry);
        if (score < best.score) return;  // of equals the longest, which is the last
        best = {.score = score, .entry = entry, .before = static_cast<std::uint32_t>(piece_begin), .next = none};
      });
    }
  }

  /// The best way to the line's end is the one of this number, and next_of leads from one to the next, or to `none`.
  std::uint32_t best() const { return static_cast<std::uint32_t>(size_); }

  std::uint32_t next_of(std::uint32_t way) {
    if (ways_[way].next == none) find_next(size_);
    return ways_[way].next;
  }

  double score(std::uint32_t way) const { return static_cast<double>(ways_[way].score) * score_unit; }

  /// Puts the tokens before `stop`; returns the first.
  std::uint32_t* tokens_before(std::uint32_t* stop, std::uint32_t way) const {
    while (way != 0) {  // the only way to the line's beginning
      *--stop = automaton_->tokens()[ways_[way].entry];
      way = ways_[way].before;
    }
    return stop;
  }

 private:
  /// A segmentation of what is before a position. The best one of position i has the number i.
  struct Way {
    std::int64_t score = 0;     // in units of 2^-22
    std::uint32_t entry = 0;    // of the last piece
    std::uint32_t before = 0;   // the way to its beginning
    std::uint32_t next = none;  // the next best to the same position, if it has been found
  };
  /// For a piece that ends at a position the best way that has not been used.
  struct Slot {
    std::int64_t score;
    std::uint32_t entry;
    std::uint32_t before;  // none: there are no more
  };
  /// A position whose best way is not enough.
  struct Junction {
    std::size_t first_slot;
    std::size_t slots;
    std::size_t used;    // the slot of the last way that was found: to be moved on; `slots`: there are no more ways
    std::uint32_t last;  // that way
  };

  std::int64_t score_of(std::uint32_t entry) const { return automaton_->keys()[entry] >> Automaton::rank_bits; }

  /// Calls body(entry, begin) for the pieces that end at a position, the shortest first.
  template <class Body>
  void for_each_piece(std::size_t end, Body body) const {
    const List list{lists_[end - 1]};
    const auto first = static_cast<std::uint32_t>(list.first() * Automaton::group);
    const auto stop = static_cast<std::uint32_t>(first + list.groups() * Automaton::group);
    for (std::uint32_t entry = first; entry < stop && !Automaton::is_padding(automaton_->keys()[entry]); ++entry) {
      body(entry, end - automaton_->lengths()[entry]);
    }
  }

  Junction& junction(std::size_t position) {
    std::uint32_t& number = junction_at_[position];
    if (number == none) {
      number = static_cast<std::uint32_t>(junctions_.size());
      Junction made{.first_slot = slots_.size(), .slots = 0, .used = 0, .last = static_cast<std::uint32_t>(position)};
      if (position > 0) {
        for_each_piece(position, [&](std::uint32_t entry, std::size_t begin) {
          if (entry == ways_[position].entry) made.used = made.slots;
          slots_.push_back({.score = ways_[begin].score + score_of(entry),
                            .entry = entry,
                            .before = static_cast<std::uint32_t>(begin)});
          ++made.slots;
        });
      }
      junctions_.push_back(made);
    }
    return junctions_[number];
  }

  /// One more way to the position, if there is one. Lines are too long for recursion.
  void find_next(std::size_t position) {
    for (;;) {
      const Junction& here = junction(position);
      if (here.used == here.slots) break;
      asked_.push_back(position);
      const Slot& slot = slots_[here.first_slot + here.used];
      if (ways_[slot.before].next != none) break;
      position -= automaton_->lengths()[slot.entry];
    }
    for (; !asked_.empty(); asked_.pop_back()) advance(junctions_[junction_at_[asked_.back()]]);
  }

  /// Moves the used slot on, and finds the best one.
  void advance(Junction& here) {
    Slot* const slots = slots_.data() + here.first_slot;
    Slot& used = slots[here.used];
    used.before = ways_[used.before].next;
    if (used.before != none) used.score = ways_[used.before].score + score_of(used.entry);
    here.used = here.slots;
    for (std::size_t i = 0; i < here.slots; ++i) {
      if (slots[i].before == none) continue;
      if (here.used == here.slots || slots[i].score >= slots[here.used].score) here.used = i;
    }
    if (here.used == here.slots) return;
    const auto number = static_cast<std::uint32_t>(ways_.size());
    const Slot& next = slots[here.used];
    ways_.push_back({.score = next.score, .entry = next.entry, .before = next.before, .next = none});
    ways_[here.last].next = number;
    here.last = number;
  }

  const Automaton* automaton_ = nullptr;
  const std::uint32_t* lists_ = nullptr;
  std::size_t size_ = 0;
  std::vector<Way> ways_;
  std::vector<std::uint32_t> junction_at_;
  std::vector<Junction> junctions_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> asked_;
};

struct Workspace {
  std::vector<std::uint32_t> lists;
  std::vector<std::uint32_t> tokens;
  std::vector<double> sums;
  std::vector<std::uint32_t> ways;
  Enumeration enumeration;
};

/// One of the n best ways, the number deciding.
std::uint32_t draw(Workspace& workspace, std::size_t n, double alpha, double number) {
  Enumeration& enumeration = workspace.enumeration;
  workspace.sums.clear();
  workspace.ways.clear();
  const double best = enumeration.score(enumeration.best());
  double sum = 0;
  for (std::uint32_t way = enumeration.best(); way != none && workspace.ways.size() < n;) {
    workspace.ways.push_back(way);
    workspace.sums.push_back(sum += std::exp(alpha * (enumeration.score(way) - best)));
    if (workspace.ways.size() < n) way = enumeration.next_of(way);
  }
  const double bound = number * sum;
  std::size_t chosen = 0;
  while (bound >= workspace.sums[chosen]) ++chosen;
  return workspace.ways[chosen];
}

void sample_block(const Automaton& automaton, std::string_view block, std::size_t n, double alpha, const Seed& seed,
                  Tokens& tokens) {
  thread_local Workspace workspace;
  std::uint32_t* lists = room(workspace.lists, block.size());
  automaton.match(block, lists);
  for (std::size_t begin = 0; begin < block.size();) {
    const std::size_t end = end_of_line(block, begin);
    workspace.enumeration.begin(automaton, lists + begin, end - begin);
    const std::uint32_t way = draw(workspace, n, alpha, draw_uniform(seed, end));
    std::uint32_t* const stop = room(workspace.tokens, block.size()) + block.size();
    tokens.insert(tokens.end(), workspace.enumeration.tokens_before(stop, way), stop);
    begin = end;
  }
}

}  // namespace

std::vector<Segmentation> n_best(const Tables& tables, std::string_view line, std::size_t n) {
  require_best(n);
  std::vector<std::uint32_t> lists(line.size());
  tables.automaton().match(line, lists.data());
  Enumeration enumeration;
  enumeration.begin(tables.automaton(), lists.data(), line.size());
  std::vector<Segmentation> all;
  Tokens buffer(line.size());
  std::uint32_t* const stop = buffer.data() + buffer.size();
  for (std::uint32_t way = enumeration.best(); way != none && all.size() < n;) {
    all.push_back({.tokens = {enumeration.tokens_before(stop, way), stop}, .score = enumeration.score(way)});
    if (all.size() < n) way = enumeration.next_of(way);
  }
  return all;
}

void sample_n_best(const Tables& tables, std::string_view text, std::size_t n, double alpha, const Seed& seed,
                   Tokens& tokens, const Execution& execution) {
  require_alpha(alpha);
  require_best(n);
  tokens_of_blocks(text, execution, tokens, [&](std::string_view block, std::size_t position, Tokens& part) {
    Seed from_here = seed;
    from_here.position += position;
    sample_block(tables.automaton(), block, n, alpha, from_here, part);
  });
}

}  // namespace tandem::unigram
