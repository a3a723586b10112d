// Several samples of a text that share the forward pass. A mask per position says which samples have a boundary there.
// One sweep from the end of a block to its beginning draws all masks: every candidate's threshold is compared with the
// heads of all samples at once. What the masks say is then read from the beginning to the end.
#include <array>
#include <bit>
#include <cstring>
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

// A mask has a bit for each of 32 samples, its slot. The heads of samples i, i + 8, i + 16 and i + 24 come from the
// same lane of four vectors, so that they have slots beside each other.
#ifndef TANDEM_UNIGRAM_SLOTS
#define TANDEM_UNIGRAM_SLOTS
namespace tandem::unigram {

constexpr std::size_t slots = 32;
constexpr std::size_t slot_of(std::size_t sample) { return sample % 8 * 4 + sample / 8; }
constexpr std::uint32_t sample_of(std::uint32_t slot) { return slot % 4 * 8 + slot / 4; }

/// Tokens of a few positions, by slot, on their way to where they belong: the last row of a cache line keeps rows from
/// meeting in the same set of a cache.
struct Stage {
  static constexpr std::size_t positions = 1024;
  static constexpr std::size_t stride = positions + 16;
  std::array<std::uint32_t, slots * stride> tokens;
  alignas(64) std::array<std::uint32_t, slots> next;  ///< where each slot's next token goes
  std::array<std::uintptr_t, slots> ends{};           ///< the addresses where each slot's tokens belong

  void clear() {
    for (std::size_t slot = 0; slot < slots; ++slot) next[slot] = static_cast<std::uint32_t>(slot * stride);
  }
};

}  // namespace tandem::unigram
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::unigram::HWY_NAMESPACE {
namespace {

/// The heads of all slots at eight positions.
void heads_of_slots(std::uint64_t seed, std::uint64_t counter, std::uint32_t first_sample, std::uint16_t* heads) {
  const hn::CappedTag<std::uint64_t, 8> d;
  using V = hn::Vec<decltype(d)>;
  constexpr std::size_t quarter = slots / 4;
  const auto lowest = hn::Set(d, 0xFFFF);
  const auto second = hn::Set(d, 0xFFFF0000);
  for (std::size_t lane = 0; lane < quarter; lane += hn::Lanes(d)) {
    const auto samples = [&](std::size_t from) HWY_ATTR {
      // The sum of numbers of 32 bits, as the counter's word is.
      return hn::And(hn::Iota(d, first_sample + from + lane), hn::Set(d, 0xFFFFFFFFU));
    };
    const auto [a, b, c, e] = head_words<4>(d, seed, hn::Set(d, counter),
                                            {samples(0), samples(quarter), samples(2 * quarter), samples(3 * quarter)});
    auto* to = reinterpret_cast<std::uint64_t*>(heads) + lane;
    const auto store = [&](V wa, V wb, V wc, V we) HWY_ATTR {
      const V even = hn::Or(hn::Or(hn::And(wa, lowest), hn::ShiftLeft<16>(hn::And(wb, lowest))),
                            hn::Or(hn::ShiftLeft<32>(hn::And(wc, lowest)), hn::ShiftLeft<48>(we)));
      const V odd = hn::Or(hn::Or(hn::ShiftRight<16>(hn::And(wa, second)), hn::And(wb, second)),
                           hn::Or(hn::ShiftLeft<16>(hn::And(wc, second)), hn::ShiftLeft<32>(hn::And(we, second))));
      hn::StoreU(even, d, to);
      hn::StoreU(odd, d, to + quarter);
      to += 2 * quarter;
    };
    store(a.word0, b.word0, c.word0, e.word0);
    store(a.word1, b.word1, c.word1, e.word1);
    store(a.word2, b.word2, c.word2, e.word2);
    store(a.word3, b.word3, c.word3, e.word3);
  }
}

/// The slots whose heads compare(head) holds for.
template <class Compare>
HWY_INLINE std::uint32_t slots_where(const std::uint16_t* heads, Compare compare) {
  const hn::CappedTag<std::uint16_t, slots> d;
  std::uint32_t result = 0;
  for (std::size_t slot = 0; slot < slots; slot += hn::Lanes(d)) {
    std::array<std::uint8_t, 8> bytes{};
    hn::StoreMaskBits(d, compare(d, hn::LoadU(d, heads + slot)), bytes.data());
    std::uint32_t bits = 0;
    std::memcpy(&bits, bytes.data(), sizeof bits);
    result |= bits << slot;
  }
  return result;
}

}  // namespace

/// `boundaries` of the block's positions are 0 but for the last.
void sweep(const Forward& forward, std::size_t size, const Seed& seed, std::uint32_t* boundaries) {
  alignas(64) std::array<std::uint16_t, positions_per_block * slots> block;
  std::array<std::uint16_t, longest_allowed + 1> thresholds;
  std::uint64_t counter = ~std::uint64_t{0};
  for (std::size_t position = size; position > 0; --position) {
    const std::uint32_t live = boundaries[position];
    if (live == 0) continue;
    const std::uint64_t at = seed.position + position;
    if (at / positions_per_block != counter) {
      counter = at / positions_per_block;
      heads_of_slots(seed.seed, counter, seed.sample, block.data());
    }
    const std::uint16_t* heads = block.data() + at % positions_per_block * slots;
    const std::uint8_t* lengths = forward.automaton().lengths() + forward.candidates(position).first;
    std::uint32_t left = live;
    std::uint32_t open = 0;
    const auto take = [&](const std::uint16_t* bounds, std::size_t first) HWY_ATTR {  // a group of candidates
      open |= left & slots_where(heads, [&](auto d, auto head) HWY_ATTR {
                const auto equals = [&](std::size_t i) HWY_ATTR { return hn::Eq(head, hn::Set(d, bounds[first + i])); };
                return hn::Or(hn::Or(equals(0), equals(1)), hn::Or(equals(2), equals(3)));
              });
      left &= ~open;
      for (std::size_t i = first; i < first + Automaton::group; ++i) {
        const std::uint32_t above =
            slots_where(heads, [&](auto d, auto head) HWY_ATTR { return hn::Gt(head, hn::Set(d, bounds[i])); });
        boundaries[position - lengths[i]] |= left & ~above;
        left &= above;
      }
    };
    take(forward.thresholds(position).data(), 0);
    if (left != 0) {
      forward.all_thresholds(position, thresholds.data());
      const std::size_t count = forward.candidates(position).count;
      for (std::size_t i = Automaton::group; i < count; i += Automaton::group) take(thresholds.data(), i);
    }
    for (; open != 0; open &= open - 1) {
      const auto slot = static_cast<std::uint32_t>(std::countr_zero(open));
      Seed of_slot = seed;
      of_slot.sample += sample_of(slot);
      boundaries[position - lengths[forward.draw(of_slot, position)]] |= open & -open;
    }
  }
}

/// The tokens that end at positions from first to last. A slot's token is the shortest candidate before which the slot
/// has a boundary.
void read_tokens(const Forward& forward, const std::uint32_t* boundaries, std::size_t first, std::size_t last,
                 Stage& stage) {
  const Automaton& automaton = forward.automaton();
  const hn::CappedTag<std::uint32_t, 16> d;
  const hn::RebindToSigned<decltype(d)> whole;
  const auto mask_of = [=](std::uint32_t bits, std::size_t slot) HWY_ATTR {
    bits >>= slot;
    std::array<std::uint8_t, 8> bytes{};
    std::memcpy(bytes.data(), &bits, sizeof bits);
    return hn::LoadMaskBits(d, bytes.data());
  };
  std::array<std::uint32_t, longest_allowed + 1> masks;  // of the later groups
  for (std::size_t position = first; position <= last; ++position) {
    // What is written later is asked for now, a cache line at every position: about as much as there will be.
    const std::uintptr_t line = stage.ends[(position - first) % slots] + (position - first) / slots * 64;
    __builtin_prefetch(reinterpret_cast<const void*>(line), 1);  // NOLINT(performance-no-int-to-ptr): is not read
    const std::uint32_t live = boundaries[position];
    if (live == 0) continue;
    const Forward::Candidates all = forward.candidates(position);
    const std::uint8_t* const lengths = automaton.lengths() + all.first;
    const std::uint32_t* const tokens = automaton.tokens() + all.first;
    std::uint32_t left = live;
    const auto take = [&](std::size_t candidate) {
      const std::uint32_t mask = left & boundaries[position - lengths[candidate]];
      left &= ~mask;
      return mask;
    };
    // As a rule the first group of candidates is all that is drawn.
    const std::array<std::uint32_t, Automaton::group> first_masks = {take(0), take(1), take(2), take(3)};
    std::size_t count = Automaton::group;
    for (; left != 0 && count < all.count; ++count) masks[count] = take(count);
    for (std::size_t slot = 0; slot < slots; slot += hn::Lanes(d)) {
      auto token = hn::Set(d, tokens[0]);
      const auto put = [&](std::uint32_t mask, std::size_t i)
                           HWY_ATTR { token = hn::IfThenElse(mask_of(mask, slot), hn::Set(d, tokens[i]), token); };
      for (std::size_t i = 1; i < Automaton::group; ++i) put(first_masks[i], i);
      for (std::size_t i = Automaton::group; i < count; ++i) put(masks[i], i);
      // Those of other slots are overwritten.
      const auto next = hn::LoadU(d, stage.next.data() + slot);
      hn::ScatterIndex(token, d, stage.tokens.data(), hn::BitCast(whole, next));
      hn::StoreU(hn::Sub(next, hn::VecFromMask(d, mask_of(live, slot))), d, stage.next.data() + slot);
    }
  }
}

}  // namespace tandem::unigram::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::unigram {

HWY_EXPORT(sweep);
HWY_EXPORT(read_tokens);

namespace {

/// Up to 32 samples: seed.sample and those that follow.
void sample_batch(const Forward& forward, std::size_t size, const Seed& seed, std::span<Tokens> samples) {
  thread_local std::vector<std::uint32_t> boundary_buffer;
  thread_local Stage stage;
  std::uint32_t* boundaries = room(boundary_buffer, size + 1);
  std::fill_n(boundaries, size + 1, 0);
  for (std::size_t i = 0; i < samples.size(); ++i) boundaries[size] |= 1U << slot_of(i);
  HWY_DYNAMIC_DISPATCH(sweep)(forward, size, seed, boundaries);
  for (std::size_t first = 1; first <= size; first += Stage::positions) {
    stage.clear();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      stage.ends[slot_of(i)] = reinterpret_cast<std::uintptr_t>(samples[i].data() + samples[i].size());
    }
    const std::size_t last = std::min(size, first + Stage::positions - 1);
    HWY_DYNAMIC_DISPATCH(read_tokens)(forward, boundaries, first, last, stage);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::uint32_t* row = stage.tokens.data();
      samples[i].insert(samples[i].end(), row + slot_of(i) * Stage::stride, row + stage.next[slot_of(i)]);
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
  const auto sample_block = [&](std::string_view block, std::size_t position, std::vector<Tokens>& parts) {
    thread_local Forward::Buffers buffers;
    parts.resize(samples.size());
    Seed from_here = seed;
    from_here.position += position;
    Forward forward(sampler, buffers);
    forward.run(block);
    for (std::span<Tokens> left = parts; !left.empty(); left = left.subspan(std::min(slots, left.size()))) {
      sample_batch(forward, block.size(), from_here, left.first(std::min(slots, left.size())));
      from_here.sample += slots;
    }
  };
  tokens_of_blocks<Scheduler>(text, execution, samples, sample_block);
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
