// One sample: forward filtering, then one draw for every token from the end to the beginning.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/sample/draw.hpp"
#include "impl/unigram/sample/forward.hpp"
#include "impl/unigram/unigram.hpp"

namespace tandem::unigram {

Sampler::Sampler(Tables tables, double alpha) : tables_(std::move(tables)), alpha_(alpha), linear_(true) {
  require_alpha(alpha);
  const Automaton& automaton = tables_.automaton();
  double largest = 0;
  for (const double score : tables_.vocabulary().scores) largest = std::max(largest, std::abs(score));
  linear_ = alpha * largest <= 300;
  if (!linear_) return;
  std::vector<double> of_rank(tables_.vocabulary().pieces.size());
  for (std::size_t rank = 0; rank < automaton.ranks(); ++rank) {
    of_rank[rank] = std::exp(alpha * tables_.vocabulary().scores[automaton.token(rank)]);
  }
  weights_.resize(automaton.entries());
  for (std::size_t entry = 0; entry < weights_.size(); ++entry) {
    const std::int64_t key = automaton.keys()[entry];
    weights_[entry] = Automaton::is_padding(key) ? 0 : of_rank[Automaton::rank(key)];
  }
}

namespace {

struct Workspace {
  Forward::Buffers forward;
  std::vector<std::uint16_t> heads;
  std::vector<std::uint32_t> tokens;
};

void sample_block(const Sampler& sampler, std::string_view block, const Seed& seed, Tokens& tokens) {
  thread_local Workspace workspace;
  Forward forward(sampler, workspace.forward);
  forward.run(block);
  const std::uint16_t* heads = draw_heads(seed, block.size() + 1, workspace.heads);
  const Automaton& automaton = forward.automaton();
  std::array<std::uint16_t, longest_allowed + 1> thresholds;
  append_backwards(block, room(workspace.tokens, block.size()), tokens, [&](std::size_t end) {
    const std::uint16_t head = heads[end];
    const std::uint16_t* bounds = forward.thresholds(end).data();
    std::size_t chosen = 0;
    for (std::size_t i = 0; i < Automaton::group; ++i) chosen += head > bounds[i] ? 1 : 0;  // no branch
    const Forward::Candidates all = forward.candidates(end);
    if (chosen == Automaton::group) {
      forward.all_thresholds(end, thresholds.data());
      bounds = thresholds.data();
      while (head > bounds[chosen]) ++chosen;
    }
    if (head == bounds[chosen]) chosen = forward.draw(seed, end);
    const std::size_t entry = all.first + chosen;
    return Piece{automaton.tokens()[entry], automaton.lengths()[entry]};
  });
}

}  // namespace

void sample(const Sampler& sampler, std::string_view text, const Seed& seed, Tokens& tokens,
            const Execution& execution) {
  if (!sampler.linear()) {
    tokens = Reference(sampler.tables().vocabulary()).sample(text, sampler.alpha(), [&](std::size_t position) {
      return draw_uniform(seed, position);
    });
    return;
  }
  tokens_of_blocks(text, execution, tokens, [&](std::string_view block, std::size_t position, Tokens& part) {
    Seed from_here = seed;
    from_here.position += position;
    sample_block(sampler, block, from_here, part);
  });
}

}  // namespace tandem::unigram
