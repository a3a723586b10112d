// Expected counts over the automaton's lists: the sweep of a sampler, with probabilities in place of draws.
#include <array>
#include <numeric>
#include <vector>

#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/sample/forward.hpp"
#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {
namespace {

/// Blocks whose counts are added up by the same task: in the same order at every thread count, without a table of
/// counts per block.
constexpr std::size_t parts = 16;

/// Counts by rank.
void add_block(Forward& forward, std::string_view block, std::vector<double>& counts, double& log_sum) {
  thread_local std::vector<double> boundary_buffer;
  forward.run(block);
  const Automaton& automaton = forward.automaton();
  double* boundaries = room(boundary_buffer, block.size() + 1);
  std::fill_n(boundaries, block.size(), 0.0);
  std::array<double, longest_allowed + 1> sums;
  std::size_t line_end = 0;
  for (std::size_t begin = 0; begin < block.size(); begin = line_end) {
    line_end = end_of_line(block, begin);
    log_sum += forward.log_sum(line_end);
  }
  boundaries[block.size()] = 1;
  for (std::size_t position = block.size(); position > 0; --position) {
    const Forward::Candidates all = forward.add_up(position, sums.data());
    const double share = boundaries[position] / sums[all.count - 1];
    double before = 0;
    for (std::size_t i = 0; i < all.count; ++i) {
      if (sums[i] == before) continue;  // padding, which has no rank, and what is lost in the rounding of the sum
      const std::size_t entry = all.first + i;
      const double probability = (sums[i] - before) * share;
      before = sums[i];
      boundaries[position - automaton.lengths()[entry]] += probability;
      counts[Automaton::rank(automaton.keys()[entry])] += probability;
    }
  }
}

}  // namespace

void expect(const Sampler& sampler, std::string_view text, Expectation& expectation, const Execution& execution) {
  const Vocabulary& vocabulary = sampler.tables().vocabulary();
  if (!sampler.linear()) return expect(Reference(vocabulary), text, sampler.alpha(), expectation);
  std::vector<std::size_t> bounds{0};
  while (bounds.back() < text.size()) bounds.push_back(end_of_block(text, bounds.back()));
  const std::size_t blocks = bounds.size() - 1;
  const Automaton& automaton = sampler.tables().automaton();
  std::array<std::vector<double>, parts> counts;
  std::array<double, parts> log_sums{};
  for_each_chunk(execution, parts, 1, [&](std::size_t first, std::size_t last) {
    thread_local Forward::Buffers buffers;
    Forward forward(sampler, buffers);
    for (std::size_t part = first; part < last; ++part) {
      counts[part].assign(automaton.ranks(), 0);
      for (std::size_t i = blocks * part / parts; i < blocks * (part + 1) / parts; ++i) {
        add_block(forward, text.substr(bounds[i], bounds[i + 1] - bounds[i]), counts[part], log_sums[part]);
      }
    }
  });
  expectation = {};
  expectation.counts.assign(vocabulary.pieces.size(), 0);
  for (std::size_t part = 0; part < parts; ++part) {
    expectation.log_sum += log_sums[part];
    for (std::size_t rank = 0; rank < automaton.ranks(); ++rank) {
      expectation.counts[automaton.token(rank)] += counts[part][rank];
    }
  }
  for (std::size_t token = 0; token < vocabulary.pieces.size(); ++token) {
    expectation.tokens += expectation.counts[token];
    expectation.score += expectation.counts[token] * vocabulary.scores[token];
  }
  expectation.entropy = expectation.log_sum - sampler.alpha() * expectation.score;
}

}  // namespace tandem::unigram
