// Several samples of a text that share the forward pass. One sweep from the end of a block to its beginning: a mask per
// position says which samples have a boundary there, their random numbers are drawn side by side, and every candidate
// is compared with all of them at once.
#include <array>
#include <bit>
#include <vector>

#include "impl/unigram/blocks.hpp"
#include "impl/unigram/draw.hpp"
#include "impl/unigram/forward.hpp"
#include "impl/unigram/unigram.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/unigram/samples_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/unigram/philox-inl.hpp"

// Samples go by pairs, as their random numbers do: the first of all pairs have the slots 0 to 15, the second 16 to 31.
#ifndef TANDEM_UNIGRAM_SLOTS
#define TANDEM_UNIGRAM_SLOTS
namespace tandem::unigram {
constexpr std::size_t pairs = 16;
constexpr std::size_t slots = 2 * pairs;
}  // namespace tandem::unigram
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::unigram::HWY_NAMESPACE {
namespace {

/// draw_uniform for all slots.
void uniforms(std::uint64_t seed, std::uint64_t position, std::uint32_t first_pair, double* numbers) {
  const hn::CappedTag<std::uint64_t, 8> d;
  for (std::size_t pair = 0; pair < pairs; pair += hn::Lanes(d)) {
    philox_uniforms(d, seed, hn::Set(d, position), hn::Iota(d, first_pair + pair), numbers + pair,
                    numbers + pairs + pair);
  }
}

/// For every slot the number of sums that its number does not fall short of: the candidate that it draws.
void choose(const double* numbers, const double* sums, std::size_t count, std::int64_t* chosen) {
  const hn::CappedTag<double, 8> d;
  const hn::RebindToSigned<decltype(d)> whole;
  const auto total = hn::Set(d, sums[count - 1]);
  for (std::size_t slot = 0; slot < slots; slot += hn::Lanes(d)) {
    const auto number = hn::Mul(hn::LoadU(d, numbers + slot), total);
    auto index = hn::Zero(whole);
    for (std::size_t i = 0; i < count; ++i) {
      const auto reached = hn::VecFromMask(d, hn::Ge(number, hn::Set(d, sums[i])));  // all bits: -1
      index = hn::Sub(index, hn::BitCast(whole, reached));
    }
    hn::StoreU(index, whole, chosen + slot);
  }
}

}  // namespace

/// `boundaries` of the block's positions are 0 but for the last. Tokens are written downwards from ends[slot].
void sweep(const Forward& forward, std::size_t size, std::uint64_t seed, std::uint64_t first_position,
           std::uint32_t first_pair, std::uint32_t* boundaries, std::uint32_t** ends) {
  const Automaton& automaton = forward.automaton();
  alignas(64) std::array<double, slots> numbers;
  alignas(64) std::array<std::int64_t, slots> chosen;
  std::array<double, longest_allowed + 1> sums;
  for (std::size_t position = size; position > 0; --position) {
    std::uint32_t left = boundaries[position];
    if (left == 0) continue;
    uniforms(seed, first_position + position, first_pair, numbers.data());
    const Forward::Candidates all = forward.add_up(position, sums.data());
    choose(numbers.data(), sums.data(), all.count, chosen.data());
    const std::int64_t* keys = automaton.keys() + all.first;
    const std::uint8_t* lengths = automaton.lengths() + all.first;
    for (; left != 0; left &= left - 1) {
      const auto slot = static_cast<std::size_t>(std::countr_zero(left));
      const auto i = static_cast<std::size_t>(chosen[slot]);
      boundaries[position - lengths[i]] |= left & -left;
      *--ends[slot] = automaton.token(Automaton::rank(keys[i]));
    }
  }
}

}  // namespace tandem::unigram::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::unigram {

HWY_EXPORT(sweep);

namespace {

std::size_t slot_of(std::size_t sample) { return sample % 2 * pairs + sample / 2; }

/// Up to 32 samples, the first of them with an even number.
struct Batch {
  std::uint32_t first = 0;
  std::uint32_t live = 0;  ///< slots that are wanted
};

void sample_block(Forward& forward, std::string_view block, const Seed& seed, const std::vector<Batch>& batches,
                  std::vector<Tokens>& samples) {
  thread_local std::vector<std::uint32_t> boundary_buffer;
  thread_local std::vector<std::uint32_t> token_buffer;
  forward.run(block);
  std::uint32_t* boundaries = room(boundary_buffer, block.size() + 1);
  std::uint32_t* tokens = room(token_buffer, slots * block.size());
  for (const Batch& batch : batches) {
    std::fill_n(boundaries, block.size(), 0);
    boundaries[block.size()] = batch.live;
    std::array<std::uint32_t*, slots> ends{};
    for (std::size_t slot = 0; slot < slots; ++slot) ends[slot] = tokens + (slot + 1) * block.size();
    const auto stops = ends;
    HWY_DYNAMIC_DISPATCH(sweep)
    (forward, block.size(), seed.seed, seed.position, batch.first / 2, boundaries, ends.data());
    for (std::size_t i = 0; i < slots; ++i) {
      const std::size_t slot = slot_of(i);
      if ((batch.live >> slot & 1) == 0) continue;
      Tokens& sample = samples[batch.first + i - seed.sample];
      sample.insert(sample.end(), ends[slot], stops[slot]);
    }
  }
}

template <class Scheduler>
void run(const Sampler& sampler, std::string_view text, const Seed& seed, std::vector<Tokens>& samples,
         const Execution& execution) {
  if (!sampler.linear()) {
    Seed one = seed;
    for (Tokens& tokens : samples) {
      sample(sampler, text, one, tokens, execution);
      ++one.sample;
    }
    return;
  }
  for (Tokens& tokens : samples) tokens.clear();
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::uint32_t number = seed.sample + static_cast<std::uint32_t>(i);
    if (batches.empty() || number - batches.back().first >= slots) batches.push_back({.first = number & ~1U});
    batches.back().live |= 1U << slot_of(number - batches.back().first);
  }
  const auto block = [&](std::size_t begin, std::size_t end, std::vector<Tokens>& parts) {
    thread_local Forward::Buffers buffers;
    parts.resize(samples.size());
    for (Tokens& part : parts) part.clear();
    Seed from_here = seed;
    from_here.position += begin;
    Forward forward(sampler, buffers);
    sample_block(forward, text.substr(begin, end - begin), from_here, batches, parts);
  };
  for_each_block<Scheduler, std::vector<Tokens>>(text, execution, block, [&](const std::vector<Tokens>& parts) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      samples[i].insert(samples[i].end(), parts[i].begin(), parts[i].end());
    }
  });
}

}  // namespace

void samples_simd(const Sampler& sampler, std::string_view text, const Seed& seed, std::vector<Tokens>& samples,
                  const Execution& execution) {
  run<Sequential>(sampler, text, seed, samples, execution);
}

void samples_simd_omp(const Sampler& sampler, std::string_view text, const Seed& seed, std::vector<Tokens>& samples,
                      const Execution& execution) {
  run<OpenMp>(sampler, text, seed, samples, execution);
}

void samples_simd_tbb(const Sampler& sampler, std::string_view text, const Seed& seed, std::vector<Tokens>& samples,
                      const Execution& execution) {
  run<OneTbb>(sampler, text, seed, samples, execution);
}

}  // namespace tandem::unigram
#endif  // HWY_ONCE
