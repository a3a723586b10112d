// The best segmentation over the automaton's lists.
#include <array>
#include <limits>
#include <vector>

#include "impl/unigram/automaton/automaton.hpp"
#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {
namespace {

struct Workspace {
  std::vector<std::uint32_t> lists;
  std::vector<std::uint32_t> last;  // rank of the last piece of the best segmentation up to each position
  std::vector<std::uint32_t> tokens;
};

/// The best scores of a line's last positions, as keys of rank 0. They count from the beginning of a stretch: 2^11
/// bytes of at most 2^9 nats each are far from the end of 64 bits (2^21 nats).
class Line {
 public:
  /// The ranks of the last pieces, from the lists.
  void find_best(const Automaton& automaton, const std::uint32_t* lists, std::uint32_t* last, std::size_t size) {
    best_[longest_allowed] = 0;
    for (std::size_t done = 0; done < size;) {
      const std::size_t count = std::min(stretch, size - done);
      advance(automaton, lists + done, last + done, count);
      done += count;
      const std::size_t at = longest_allowed + count;
      const std::int64_t base = best_[at];
      if (done == size) return;
      for (std::size_t i = 0; i <= longest_allowed; ++i) best_[i] = best_[i + count] - base;
    }
  }

 private:
  static constexpr std::size_t stretch = std::size_t{1} << 11;

  /// One comparison for every piece that ends at a position, and no branch: how many groups a list has is too hard to
  /// guess, so that a step is a group and not a position.
  void advance(const Automaton& automaton, const std::uint32_t* lists, std::uint32_t* last, std::size_t size) {
    const std::int64_t* const keys = automaton.keys();
    const std::uint8_t* const lengths = automaton.lengths();
    std::int64_t* best = best_.data() + longest_allowed + 1;
    std::int64_t* const end = best + size;
    std::size_t left = List{*lists}.groups();
    std::size_t entry = List{*lists}.first() * Automaton::group;
    std::int64_t most = lowest;
    while (best < end) {
      const auto candidate = [&](std::size_t i) {
        return best[-static_cast<std::ptrdiff_t>(lengths[entry + i])] + keys[entry + i];
      };
      most = std::max(most, std::max(std::max(candidate(0), candidate(1)), std::max(candidate(2), candidate(3))));
      *best = most & ~Automaton::rank_mask;
      *last = static_cast<std::uint32_t>(most & Automaton::rank_mask);
      const bool complete = --left == 0;
      const auto step = static_cast<std::ptrdiff_t>(complete);
      const List next{lists[1]};
      best += step;
      last += step;
      lists += step;
      left = complete ? next.groups() : left;
      entry = complete ? next.first() * Automaton::group : entry + Automaton::group;
      most = complete ? lowest : most;
    }
  }

  static constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  std::array<std::int64_t, longest_allowed + stretch + 1> best_{};
};

void decode_block(const Automaton& automaton, std::string_view block, Tokens& tokens) {
  thread_local Workspace workspace;
  std::uint32_t* lists = room(workspace.lists, block.size() + 1);  // one more is read, not used
  std::uint32_t* last = room(workspace.last, block.size());
  automaton.match(block, lists);
  thread_local Line line;
  for (std::size_t begin = 0; begin < block.size();) {
    const std::size_t end = end_of_line(block, begin);
    line.find_best(automaton, lists + begin, last + begin, end - begin);
    begin = end;
  }
  append_backwards(block, room(workspace.tokens, block.size()), tokens,
                   [&](std::size_t end) { return automaton.piece(last[end - 1]); });
}

}  // namespace

void decode(const Tables& tables, std::string_view text, Tokens& tokens, const Execution& execution) {
  tokens_of_blocks(text, execution, tokens, [&](std::string_view block, std::size_t, Tokens& part) {
    decode_block(tables.automaton(), block, part);
  });
}

}  // namespace tandem::unigram
