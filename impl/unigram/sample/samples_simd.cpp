// Several samples of a text that share the forward pass. A mask per position says which samples have a boundary there.
// One sweep from the end of a block to its beginning draws masks and tokens: every candidate's threshold is compared
// with the heads of all samples at once.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <vector>

#include "impl/unigram/automaton/blocks.hpp"
#include "impl/unigram/sample/draw.hpp"
#include "impl/unigram/sample/forward.hpp"
#include "impl/unigram/sample/samples_stage.hpp"
#include "impl/unigram/unigram.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/unigram/sample/samples_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/unigram/sample/philox-inl.hpp"
#include "impl/unigram/sample/samples_stage-inl.hpp"

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

/// How the heads of all slots stand to a group of thresholds, which do not fall.
struct Compared {
  std::array<std::uint32_t, Automaton::group> above{};  ///< the slots whose heads are above the threshold
  std::uint32_t equal = 0;                              ///< those whose heads are one of them
};

/// Adds to `passed` the thresholds that each slot's head is above.
HWY_INLINE Compared compare(const std::uint16_t* heads, const std::uint16_t* thresholds, std::uint16_t* passed) {
  const hn::CappedTag<std::uint16_t, slots> d;
  Compared all;
  for (std::size_t slot = 0; slot < slots; slot += hn::Lanes(d)) {
    const auto add_to = [&](std::uint32_t& slots_where, auto mask) HWY_ATTR {
      std::array<std::uint8_t, 8> bytes{};
      hn::StoreMaskBits(d, mask, bytes.data());
      std::uint32_t bits = 0;
      std::memcpy(&bits, bytes.data(), sizeof bits);
      slots_where |= bits << slot;
    };
    const auto head = hn::LoadU(d, heads + slot);
    auto reached = hn::Set(d, thresholds[0]);  // the first that the head is not above
    auto count = hn::LoadU(d, passed + slot);
    for (std::size_t i = 0; i < Automaton::group; ++i) {
      const auto above = hn::Gt(head, hn::Set(d, thresholds[i]));
      add_to(all.above[i], above);
      count = hn::Sub(count, hn::VecFromMask(d, above));
      if (i + 1 < Automaton::group) reached = hn::IfThenElse(above, hn::Set(d, thresholds[i + 1]), reached);
    }
    add_to(all.equal, hn::Eq(head, reached));
    hn::StoreU(count, d, passed + slot);
  }
  return all;
}

}  // namespace

/// From position `last` to behind `first`. `boundaries` of the positions before `last` that nobody has drawn are 0.
void sweep(const Forward& forward, std::size_t first, std::size_t last, const Seed& seed, std::uint32_t* boundaries,
           Stage& stage) {
  const Automaton& automaton = forward.automaton();
  const hn::CappedTag<std::uint32_t, 16> d;
  const hn::RebindToSigned<decltype(d)> whole;
  const hn::Rebind<std::uint16_t, decltype(d)> half;
  Rows rows(stage);
  alignas(64) std::array<std::uint16_t, positions_per_block * slots> block;
  std::array<std::uint16_t, longest_allowed + 1> thresholds;
  std::uint64_t counter = ~std::uint64_t{0};
  for (std::size_t position = last; position > first; --position) {
    // What is written later is asked for now, a cache line at every position: about as much as there will be.
    const std::uintptr_t line = stage.ends[(last - position) % slots] + (last - position) / slots * 64;
    __builtin_prefetch(reinterpret_cast<const void*>(line), 1);  // NOLINT(performance-no-int-to-ptr): is not read
    const std::uint32_t live = boundaries[position];
    if (live == 0) continue;
    const std::uint64_t at = seed.position + position;
    if (at / positions_per_block != counter) {
      counter = at / positions_per_block;
      heads_of_slots(seed.seed, counter, seed.sample, block.data());
    }
    const std::uint16_t* heads = block.data() + at % positions_per_block * slots;
    const Forward::Candidates all = forward.candidates(position);
    const std::uint8_t* const lengths = automaton.lengths() + all.first;
    const std::uint32_t* const tokens = automaton.tokens() + all.first;
    std::uint32_t left = live;
    std::uint32_t open = 0;
    alignas(64) std::array<std::uint16_t, slots> passed{};
    const auto take = [&](const std::uint16_t* bounds, std::size_t group) HWY_ATTR {
      const Compared compared = compare(heads, bounds, passed.data());
      open |= left & compared.equal;
      left &= ~compared.equal;
      for (std::size_t i = 0; i < Automaton::group; ++i) {
        boundaries[position - lengths[group + i]] |= left & ~compared.above[i];
        left &= compared.above[i];
      }
    };
    std::uint32_t* const row = rows.add(live);
    take(forward.thresholds(position).data(), 0);
    std::size_t count = Automaton::group;
    if (left != 0) {  // seldom
      forward.all_thresholds(position, thresholds.data());
      for (; left != 0 && count < all.count; count += Automaton::group) take(thresholds.data() + count, count);
    }
    const auto table = hn::LoadDup128(d, tokens);
    for (std::size_t slot = 0; slot < slots; slot += hn::Lanes(d)) {
      const auto last_index = hn::Set(d, static_cast<std::uint32_t>(count - 1));
      const auto index = hn::Min(hn::PromoteTo(d, hn::LoadU(half, passed.data() + slot)), last_index);
      const bool in_table = HWY_TARGET != HWY_SCALAR && count == Automaton::group;
      hn::StoreU(in_table ? hn::TableLookupLanes(table, hn::IndicesFromVec(d, index))
                          : hn::GatherIndex(d, tokens, hn::BitCast(whole, index)),
                 d, row + slot);
    }
    for (; open != 0; open &= open - 1) {
      const auto slot = static_cast<std::uint32_t>(std::countr_zero(open));
      Seed of_slot = seed;
      of_slot.sample += sample_of(slot);
      const std::size_t drawn = forward.draw(of_slot, position);
      boundaries[position - lengths[drawn]] |= open & -open;
      row[slot] = tokens[drawn];
    }
  }
  rows.flush();
}

}  // namespace tandem::unigram::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::unigram {

HWY_EXPORT(sweep);

namespace {

/// Up to 32 samples: seed.sample and those that follow.
void sample_batch(const Forward& forward, std::size_t size, const Seed& seed, std::span<Tokens> samples) {
  thread_local std::vector<std::uint32_t> boundary_buffer;
  thread_local Stage stage;
  std::uint32_t* boundaries = room(boundary_buffer, size + 1);
  std::fill_n(boundaries, size + 1, 0);
  for (std::size_t i = 0; i < samples.size(); ++i) boundaries[size] |= 1U << slot_of(i);
  std::array<std::size_t, slots> before;  // tokens of other blocks
  for (std::size_t i = 0; i < samples.size(); ++i) before[i] = samples[i].size();
  for (std::size_t last = size; last > 0;) {
    const std::size_t first = last - std::min(last, Stage::positions);
    stage.clear();
    for (std::size_t i = 0; i < samples.size(); ++i) {
      stage.ends[slot_of(i)] = reinterpret_cast<std::uintptr_t>(samples[i].data() + samples[i].size());
    }
    HWY_DYNAMIC_DISPATCH(sweep)(forward, first, last, seed, boundaries, stage);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      const std::size_t slot = slot_of(i);
      const std::span found(stage.tokens.data() + stage.next[slot] + 1, stage.tokens.data() + Stage::last(slot) + 1);
      if (first == 0 && last == size) {
        samples[i].insert(samples[i].end(), found.begin(), found.end());
      } else {
        samples[i].insert(samples[i].end(), found.rbegin(), found.rend());
      }
    }
    last = first;
  }
  if (size <= Stage::positions) return;
  for (std::size_t i = 0; i < samples.size(); ++i) std::reverse(samples[i].begin() + before[i], samples[i].end());
}

}  // namespace

void samples_simd(const Sampler& sampler, std::string_view text, const Seed& seed, std::vector<Tokens>& samples,
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
  tokens_of_blocks(text, execution, samples, sample_block);
}

}  // namespace tandem::unigram
#endif  // HWY_ONCE
