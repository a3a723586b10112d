// The heads of all positions of a block and their thresholds: most are not asked for, but none is waited for.
#include "impl/unigram/sample/draw.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/unigram/sample/draw_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/unigram/sample/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::unigram::HWY_NAMESPACE {

/// Eight heads for each of `count` counters, and for some more.
void heads_of_blocks(std::uint64_t seed, std::uint64_t first, std::size_t count, std::uint32_t sample,
                     std::uint16_t* heads) {
  const hn::CappedTag<std::uint64_t, 8> d;
  const auto low = hn::Set(d, 0xFFFFFFFFU);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto [words] = head_words<1>(d, seed, hn::Iota(d, first + i), {hn::Set(d, sample)});
    hn::StoreInterleaved2(hn::Or(hn::And(words.word0, low), hn::ShiftLeft<32>(words.word1)),
                          hn::Or(hn::And(words.word2, low), hn::ShiftLeft<32>(words.word3)), d,
                          reinterpret_cast<std::uint64_t*>(heads + i * positions_per_block));
  }
}

void thresholds_of_sums(const PartialSums& sums, std::size_t count, Thresholds* thresholds) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<std::int32_t, decltype(d)> whole;
  const hn::Rebind<std::uint16_t, decltype(d)> d16;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto scale = hn::Div(hn::Set(d, all_heads), hn::Load(d, sums.all.data() + i));
    const auto threshold = [&](const PartialSums::Sums& of) HWY_ATTR {
      return hn::DemoteTo(d16, hn::DemoteTo(whole, hn::Mul(hn::Load(d, of.data() + i), scale)));
    };
    hn::StoreInterleaved4(threshold(sums.first), threshold(sums.two), threshold(sums.three), threshold(sums.four), d16,
                          thresholds[i].data());
  }
}

}  // namespace tandem::unigram::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::unigram {

HWY_EXPORT(heads_of_blocks);
HWY_EXPORT(thresholds_of_sums);

const std::uint16_t* draw_heads(const Seed& seed, std::size_t count, std::vector<std::uint16_t>& buffer) {
  const std::uint64_t first = seed.position / positions_per_block;
  const std::size_t before = seed.position % positions_per_block;
  const std::size_t blocks = (before + count + positions_per_block - 1) / positions_per_block;
  constexpr std::size_t more = 7;  // blocks that a vector of eight may add
  if (buffer.size() < (blocks + more) * positions_per_block) buffer.resize((blocks + more) * positions_per_block);
  HWY_DYNAMIC_DISPATCH(heads_of_blocks)(seed.seed, first, blocks, seed.sample, buffer.data());
  return buffer.data() + before;
}

void compute_thresholds(const PartialSums& sums, std::size_t count, Thresholds* thresholds) {
  HWY_DYNAMIC_DISPATCH(thresholds_of_sums)(sums, count, thresholds);
}

double draw_uniform(const Seed& seed, std::size_t position) {
  const std::uint64_t at = seed.position + position;
  const auto heads = draw_block(seed.seed, at / positions_per_block, seed.sample, head_stream);
  const auto tail = draw_block(seed.seed, at, seed.sample, tail_stream);
  const std::uint64_t head = heads[at % positions_per_block / 2] >> (at % 2 * 16) & 0xFFFF;
  const std::uint64_t rest = (tail[0] | std::uint64_t{tail[1]} << 32) >> 28;
  return 0x1p-52 * static_cast<double>(head << 36 | rest);
}

}  // namespace tandem::unigram
#endif  // HWY_ONCE
