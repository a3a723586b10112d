// The first Viterbi sampling: decoding in which every comparison is decided by a random number.
//
// A candidate replaces the one that is kept where u < 1 / (1 + exp(-x)), x = alpha * (its score - the other's). Only
// where x is near logit(u) is the exponential needed, and a table says what is near.
#include <Random123/philox.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "impl/unigram/automaton.hpp"
#include "impl/unigram/blocks.hpp"
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

/// Between which x the word's comparison must be computed.
struct Doubt {
  double low;
  double high;
};

constexpr unsigned doubt_bits = 10;

std::array<Doubt, std::size_t{1} << doubt_bits> make_doubts() {
  // The comparison rounds 1 / (1 + exp(-x)) by some 2^-52, which moves x by at most 2^-42 where it is 2^-10 from 0
  // or 1.
  constexpr double margin = 1e-9;
  constexpr double size = 1 << doubt_bits;
  const auto logit = [](double u) { return std::log(u / (1 - u)); };  // of 0 and 1: infinite
  std::array<Doubt, std::size_t{1} << doubt_bits> doubts;
  for (std::size_t i = 0; i < doubts.size(); ++i) {
    const auto number = static_cast<double>(i);
    doubts[i] = {.low = logit(number / size) - margin, .high = logit((number + 1) / size) + margin};
  }
  return doubts;
}

const std::array<Doubt, std::size_t{1} << doubt_bits> doubts = make_doubts();

/// Whether the candidate is taken that leads by x.
bool is_taken(double x, std::uint32_t word) {
  const Doubt& doubt = doubts[word >> (32 - doubt_bits)];
  if (x > doubt.low && x < doubt.high) [[unlikely]]
    return unit_interval(word) < 1 / (1 + std::exp(-x));
  return x >= doubt.high;
}

struct Workspace {
  std::vector<std::uint32_t> lists;
  std::vector<std::int64_t> kept;   // scores of what is kept at each position, in units of 2^-22
  std::vector<std::uint32_t> last;  // rank of its last piece
  std::vector<std::uint32_t> tokens;
};

void draw_line(const Automaton& automaton, double alpha, const Seed& seed, std::size_t begin, std::size_t end,
               Workspace& workspace) {
  const double unit = alpha * score_unit;  // a power of two times alpha: rounded as alpha * score is
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
      const std::int64_t value = score(i);
      const bool taken = is_taken(unit * static_cast<double>(value - best), words[(candidate - 1) % 4]);
      best = taken ? value : best;
      chosen = taken ? i : chosen;
    }
    kept[position] = best;
    workspace.last[position - 1] = static_cast<std::uint32_t>(Automaton::rank(keys[chosen]));
  }
}

void draw_block(const Automaton& automaton, double alpha, std::string_view block, const Seed& seed, Tokens& tokens) {
  thread_local Workspace workspace;
  automaton.match(block, room(workspace.lists, block.size()));
  room(workspace.kept, block.size() + 1);
  const std::uint32_t* last = room(workspace.last, block.size());
  for (std::size_t begin = 0; begin < block.size();) {
    const std::size_t end = end_of_line(block, begin);
    draw_line(automaton, alpha, seed, begin, end, workspace);
    begin = end;
  }
  std::uint32_t* const stop = room(workspace.tokens, block.size()) + block.size();
  std::uint32_t* token = stop;
  for (std::size_t end = block.size(); end > 0;) {
    const std::uint32_t rank = last[end - 1];
    *--token = automaton.token(rank);
    end -= automaton.length(rank);
  }
  tokens.insert(tokens.end(), token, stop);
}

template <class Scheduler>
void run(const Tables& tables, std::string_view text, double alpha, const Seed& seed, Tokens& tokens,
         const Execution& execution) {
  require_alpha(alpha);
  tokens.clear();
  const auto block = [&](std::size_t begin, std::size_t end, Tokens& part) {
    part.clear();
    Seed from_here = seed;
    from_here.position += begin;
    draw_block(tables.automaton(), alpha, text.substr(begin, end - begin), from_here, part);
  };
  for_each_block<Scheduler, Tokens>(text, execution, block,
                                    [&](const Tokens& part) { tokens.insert(tokens.end(), part.begin(), part.end()); });
}

}  // namespace

double draw_uniform_of_candidate(const Seed& seed, std::size_t position, std::size_t candidate) {
  return unit_interval(draw_words(seed, position, (candidate - 1) / 4)[(candidate - 1) % 4]);
}

void sample_biased(const Tables& tables, std::string_view text, double alpha, const Seed& seed, Tokens& tokens,
                   const Execution& execution) {
  run<Sequential>(tables, text, alpha, seed, tokens, execution);
}

void sample_biased_omp(const Tables& tables, std::string_view text, double alpha, const Seed& seed, Tokens& tokens,
                       const Execution& execution) {
  run<OpenMp>(tables, text, alpha, seed, tokens, execution);
}

void sample_biased_tbb(const Tables& tables, std::string_view text, double alpha, const Seed& seed, Tokens& tokens,
                       const Execution& execution) {
  run<OneTbb>(tables, text, alpha, seed, tokens, execution);
}

}  // namespace tandem::unigram
