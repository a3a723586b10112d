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

namespace hn = hwy::HWY_NAMESPACE;

/// draw_uniform for all slots.
void uniforms(std::uint64_t seed, std::uint64_t position, std::uint32_t first_pair, double* numbers) {
#if HWY_TARGET == HWY_SCALAR
  for (std::uint32_t pair = 0; pair < pairs; ++pair) {
    const auto block = draw_block(seed, position, first_pair + pair);
    numbers[pair] = unit_interval(block[0] | std::uint64_t{block[1]} << 32);
    numbers[pairs + pair] = unit_interval(block[2] | std::uint64_t{block[3]} << 32);
  }
#else
  // Philox4x32-10 as in Random123. The words lie in the lower halves of 64 bits; what is in the upper ones is ignored
  // by the multiplications, and so by all.
  const hn::CappedTag<std::uint64_t, 8> d;
  const hn::RebindToUnsigned<hn::Repartition<std::uint32_t, decltype(d)>> halves;
  const hn::RebindToFloat<decltype(d)> real;
  const auto product = [&](auto a, auto b)
                           HWY_ATTR { return hn::MulEven(hn::BitCast(halves, a), hn::BitCast(halves, b)); };
  const auto multiplier0 = hn::Set(d, 0xD2511F53U);
  const auto multiplier1 = hn::Set(d, 0xCD9E8D57U);
  const auto low = hn::Set(d, 0xFFFFFFFFU);
  const auto unit = [&](auto first, auto second) HWY_ATTR {
    const auto bits = hn::Or(hn::And(first, low), hn::ShiftLeft<32>(second));
    const auto one = hn::Set(d, 0x3FF0000000000000U);
    return hn::Sub(hn::BitCast(real, hn::Or(hn::ShiftRight<12>(bits), one)), hn::Set(real, 1.0));
  };
  for (std::size_t pair = 0; pair < pairs; pair += hn::Lanes(d)) {
    auto word0 = hn::Set(d, position & 0xFFFFFFFFU);
    auto word1 = hn::Set(d, position >> 32);
    auto word2 = hn::Iota(d, first_pair + pair);
    auto word3 = hn::Zero(d);
    auto key0 = static_cast<std::uint32_t>(seed);
    auto key1 = static_cast<std::uint32_t>(seed >> 32);
    for (int round = 0; round < 10; ++round) {
      const auto product0 = product(word0, multiplier0);
      const auto product1 = product(word2, multiplier1);
      word0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), word1), hn::Set(d, key0));
      word2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), word3), hn::Set(d, key1));
      word1 = product1;
      word3 = product0;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
    hn::StoreU(unit(word0, word1), real, numbers + pair);
    hn::StoreU(unit(word2, word3), real, numbers + pairs + pair);
  }
#endif
}

/// The slots whose number is below the bound.
std::uint32_t below(const double* numbers, double bound) {
  const hn::CappedTag<double, 8> d;
  const std::size_t lanes = hn::Lanes(d);
  std::uint32_t mask = 0;
  for (std::size_t slot = 0; slot < slots; slot += lanes) {
    std::array<std::uint8_t, 8> bits{};
    hn::StoreMaskBits(d, hn::Lt(hn::LoadU(d, numbers + slot), hn::Set(d, bound)), bits.data());
    mask |= std::uint32_t{bits[0]} << slot;
  }
  return mask;
}

}  // namespace

/// `boundaries` of the block's positions are 0 but for the last. Tokens are written downwards from ends[slot].
void sweep(const Forward& forward, std::size_t size, std::uint64_t seed, std::uint64_t first_position,
           std::uint32_t first_pair, std::uint32_t* boundaries, std::uint32_t** ends) {
  const Automaton& automaton = forward.automaton();
  alignas(64) std::array<double, slots> numbers;
  std::array<double, longest_allowed + 1> sums;
  for (std::size_t position = size; position > 0; --position) {
    std::uint32_t left = boundaries[position];
    if (left == 0) continue;
    uniforms(seed, first_position + position, first_pair, numbers.data());
    const Forward::Candidates all = forward.weigh(position, sums.data());
    double sum = 0;
    for (std::size_t i = 0; i < all.count; ++i) sums[i] = sum += sums[i];
    for (double& number : numbers) number *= sum;
    for (std::size_t i = 0; left != 0; ++i) {
      std::uint32_t taken = left & below(numbers.data(), sums[i]);
      if (taken == 0) continue;
      left &= ~taken;
      const std::size_t entry = all.first + i;
      boundaries[position - automaton.lengths()[entry]] |= taken;
      const std::uint32_t token = automaton.token(Automaton::rank(automaton.keys()[entry]));
      for (; taken != 0; taken &= taken - 1) *--ends[std::countr_zero(taken)] = token;
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
