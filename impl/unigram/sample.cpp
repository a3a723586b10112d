// One sample: forward filtering, then one draw for every token from the end to the beginning.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "impl/unigram/blocks.hpp"
#include "impl/unigram/draw.hpp"
#include "impl/unigram/forward.hpp"
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

double draw_uniform(const Seed& seed, std::size_t position) {
  const auto block = draw_block(seed.seed, seed.position + position, seed.sample / 2);
  const std::size_t half = seed.sample % 2 * 2;
  return unit_interval(block[half] | std::uint64_t{block[half + 1]} << 32);
}

namespace {

void sample_block(Forward& forward, std::string_view block, const Seed& seed, Tokens& tokens) {
  forward.run(block);
  const Automaton& automaton = forward.automaton();
  std::array<double, longest_allowed + 1> sums;
  thread_local std::vector<std::uint32_t> buffer;
  std::uint32_t* const stop = room(buffer, block.size()) + block.size();
  std::uint32_t* token = stop;
  for (std::size_t end = block.size(); end > 0;) {
    const Forward::Candidates all = forward.weigh(end, sums.data());
    std::partial_sum(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(all.count), sums.begin());
    const double bound = draw_uniform(seed, end) * sums[all.count - 1];
    std::size_t entry = all.first;  // of the first candidate whose sum exceeds the bound
    for (std::size_t i = 0; i < all.count; ++i) entry += bound >= sums[i] ? 1 : 0;  // no branch: it is all random
    *--token = automaton.token(Automaton::rank(automaton.keys()[entry]));
    end -= automaton.lengths()[entry];
  }
  tokens.insert(tokens.end(), token, stop);
}

template <class Scheduler>
void run(const Sampler& sampler, std::string_view text, const Seed& seed, Tokens& tokens, const Execution& execution) {
  if (!sampler.linear()) {
    tokens = Reference(sampler.tables().vocabulary()).sample(text, sampler.alpha(), [&](std::size_t position) {
      return draw_uniform(seed, position);
    });
    return;
  }
  tokens.clear();
  const auto block = [&](std::size_t begin, std::size_t end, Tokens& part) {
    thread_local Forward::Buffers buffers;
    part.clear();
    Seed from_here = seed;
    from_here.position += begin;
    Forward forward(sampler, buffers);
    sample_block(forward, text.substr(begin, end - begin), from_here, part);
  };
  for_each_block<Scheduler, Tokens>(text, execution, block,
                                    [&](const Tokens& part) { tokens.insert(tokens.end(), part.begin(), part.end()); });
}

}  // namespace

void sample(const Sampler& sampler, std::string_view text, const Seed& seed, Tokens& tokens,
            const Execution& execution) {
  run<Sequential>(sampler, text, seed, tokens, execution);
}

void sample_omp(const Sampler& sampler, std::string_view text, const Seed& seed, Tokens& tokens,
                const Execution& execution) {
  run<OpenMp>(sampler, text, seed, tokens, execution);
}

void sample_tbb(const Sampler& sampler, std::string_view text, const Seed& seed, Tokens& tokens,
                const Execution& execution) {
  run<OneTbb>(sampler, text, seed, tokens, execution);
}

}  // namespace tandem::unigram
