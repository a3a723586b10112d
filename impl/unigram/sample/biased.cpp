// The first Viterbi sampling: decoding in which every comparison is decided by a random number.
//
// A candidate replaces the one that is kept where u < 1 / (1 + exp(-x)), x = alpha * (its score - the other's). Only
// where x is near logit(u) is the exponential needed, and a table says what is near, in the whole numbers that scores
// are.
#include <Random123/philox.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "impl/unigram/automaton/automaton.hpp"
#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {
namespace {

using Words = r123::Philox4x32::ctr_type;

/// The numbers of four candidates of a position. The last word of the counter keeps them apart from draw_uniform's.
Words draw_words(const Seed& seed, std::uint64_t position, std::size_t four) {
  const std::uint64_t at = seed.position + position;
  const Words counter = {{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(at >> 32), seed.sample,
                          static_cast<std::uint32_t>(1 + four)}};
  return r123::Philox4x32()(counter,
                            {{static_cast<std::uint32_t>(seed.seed), static_cast<std::uint32_t>(seed.seed >> 32)}});
}

double unit_interval(std::uint32_t word) { return 0x1p-32 * word; }

/// When a candidate is taken, by the first bits of the word: leading by `high` or more it is, by `low` or less it is
/// not, and between them the comparison must be computed. In units of scores.
struct Doubt {
  std::int64_t low;
  std::int64_t high;
};

class Decision {
 public:
  explicit Decision(double alpha) : unit_(alpha * score_unit) {  // a power of two times alpha: rounded as alpha * score
    // The comparison rounds 1 / (1 + exp(-x)) by some 2^-52, which moves x by at most 2^-42 where it is 2^-10 from 0 or
    // 1.
    constexpr double margin = 1e-9;
    const auto logit = [](double u) { return std::log(u / (1 - u)); };  // of 0 and 1: infinite
    const auto units = [](double number) { return static_cast<std::int64_t>(std::clamp(number, -0x1p62, 0x1p62)); };
    const auto size = static_cast<double>(doubts_.size());
    for (std::size_t i = 0; i < doubts_.size(); ++i) {
      const auto number = static_cast<double>(i);
      doubts_[i] = {.low = units(std::floor((logit(number / size) - margin) / unit_)),
                    .high = units(std::ceil((logit((number + 1) / size) + margin) / unit_))};
    }
  }

  /// All bits if the candidate is taken whose score leads by so many units, else none: a branch could only guess.
  std::int64_t taken(std::int64_t lead, std::uint32_t word) const {
    const Doubt& doubt = doubts_[word >> (32 - doubt_bits)];
    const auto from_low = [&](std::int64_t at) {
      return static_cast<std::uint64_t>(at) - static_cast<std::uint64_t>(doubt.low) - 1;
    };
    if (from_low(lead) < from_low(doubt.high)) [[unlikely]]
      return compare(lead, word);
    return ~((lead - doubt.high) >> 63);
  }

 private:
  std::int64_t compare(std::int64_t lead, std::uint32_t word) const {
    return unit_interval(word) < 1 / (1 + std::exp(-(unit_ * static_cast<double>(lead)))) ? -1 : 0;
  }

  static constexpr unsigned doubt_bits = 10;

  double unit_;
  std::array<Doubt, std::size_t{1} << doubt_bits> doubts_;
};

struct Workspace {
  std::vector<std::uint32_t> lists;
  std::vector<std::int64_t> kept;   // scores of what is kept at each position, in units of 2^-22
  std::vector<std::uint32_t> last;  // rank of its last piece
  std::vector<std::uint32_t> tokens;
};

void draw_line(const Automaton& automaton, const Decision& decision, const Seed& seed, std::size_t begin,
               std::size_t end, Workspace& workspace) {
  std::int64_t* const kept = workspace.kept.data();
  kept[begin] = 0;
  for (std::size_t position = begin + 1; position <= end; ++position) {
    const List list{workspace.lists[position - 1]};
    const std::int64_t* keys = automaton.keys() + list.first() * Automaton::group;
    const std::uint8_t* lengths = automaton.lengths() + list.first() * Automaton::group;
    const auto score = [&](std::size_t i) { return kept[position - lengths[i]] + (keys[i] >> Automaton::rank_bits); };
    std::size_t chosen = list.groups() * Automaton::group - 1;  // the longest comes first
    while (Automaton::is_padding(keys[chosen])) --chosen;
    std::int64_t best = score(chosen);
    Words words{};
    const std::size_t others = chosen;
    for (std::size_t candidate = 1; candidate <= others; ++candidate) {
      if (candidate % 4 == 1) words = draw_words(seed, position, candidate / 4);
      const std::size_t i = others - candidate;
      const std::int64_t lead = score(i) - best;
      const std::int64_t taken = decision.taken(lead, words[(candidate - 1) % 4]);
      best += lead & taken;
      chosen ^= (chosen ^ i) & static_cast<std::size_t>(taken);
    }
    kept[position] = best;
    workspace.last[position - 1] = static_cast<std::uint32_t>(Automaton::rank(keys[chosen]));
  }
}

void draw_block(const Automaton& automaton, const Decision& decision, std::string_view block, const Seed& seed,
                Tokens& tokens) {
  thread_local Workspace workspace;
  automaton.match(block, room(workspace.lists, block.size()));
  room(workspace.kept, block.size() + 1);
  const std::uint32_t* last = room(workspace.last, block.size());
  for (std::size_t begin = 0; begin < block.size();) {
    const std::size_t end = end_of_line(block, begin);
    draw_line(automaton, decision, seed, begin, end, workspace);
    begin = end;
  }
  append_backwards(block, room(workspace.tokens, block.size()), tokens,
                   [&](std::size_t end) { return automaton.piece(last[end - 1]); });
}

}  // namespace

double draw_uniform_of_candidate(const Seed& seed, std::size_t position, std::size_t candidate) {
  return unit_interval(draw_words(seed, position, (candidate - 1) / 4)[(candidate - 1) % 4]);
}

void sample_biased(const Tables& tables, std::string_view text, double alpha, const Seed& seed, Tokens& tokens,
                   const Execution& execution) {
  require_alpha(alpha);
  const Decision decision(alpha);
  tokens_of_blocks(text, execution, tokens, [&](std::string_view block, std::size_t position, Tokens& part) {
    Seed from_here = seed;
    from_here.position += position;
    draw_block(tables.automaton(), decision, block, from_here, part);
  });
}

}  // namespace tandem::unigram
