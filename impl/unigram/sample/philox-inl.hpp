// Philox4x32-10 as in Random123 and draw.hpp, for as many counters as a register holds 64-bit lanes. Included once per
// SIMD target.
#if defined(TANDEM_UNIGRAM_PHILOX_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_UNIGRAM_PHILOX_INL
#undef TANDEM_UNIGRAM_PHILOX_INL
#else
#define TANDEM_UNIGRAM_PHILOX_INL
#endif

#include <hwy/highway.h>

#include <array>
#include <utility>

#include "impl/unigram/sample/draw.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::unigram::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// The words of the heads' blocks, in the lower halves of the lanes; what is in the upper ones is any.
template <class V>
struct Words {
  V word0, word1, word2, word3;
};

/// Those of one counter and several registers of samples, side by side: a round waits for the one before.
template <std::size_t calls, class D, class V = hn::Vec<D>>
HWY_INLINE std::array<Words<V>, calls> head_words(D d, std::uint64_t seed, V counter,
                                                  const std::array<V, calls>& samples) {
  // With their first values: GCC compiles a constructor that nobody wrote without the target's instructions.
  const auto all_from = [&](auto first) HWY_ATTR {
    const auto all_of = [&]<std::size_t... call>(std::index_sequence<call...>) HWY_ATTR {
      return std::array<Words<V>, calls>{first(samples[call])...};
    };
    return all_of(std::make_index_sequence<calls>());
  };
#if HWY_TARGET == HWY_SCALAR
  return all_from([&](V sample) HWY_ATTR -> Words<V> {
    const auto block =
        draw_block(seed, hn::GetLane(counter), static_cast<std::uint32_t>(hn::GetLane(sample)), head_stream);
    return {hn::Set(d, block[0]), hn::Set(d, block[1]), hn::Set(d, block[2]), hn::Set(d, block[3])};
  });
#else
  // What is in the upper halves is ignored by the multiplications, and so by all.
  const hn::Repartition<std::uint32_t, D> halves;
  const auto product = [&](V a, V b) HWY_ATTR { return hn::MulEven(hn::BitCast(halves, a), hn::BitCast(halves, b)); };
  // A shuffle and no shift, which would go where the multiplications go.
  const auto upper = [&](V v) HWY_ATTR { return hn::BitCast(d, hn::Shuffle2301(hn::BitCast(halves, v))); };
  const V multiplier0 = hn::Set(d, 0xD2511F53U);
  const V multiplier1 = hn::Set(d, 0xCD9E8D57U);
  auto all = all_from([&](V sample) HWY_ATTR -> Words<V> {
    return {counter, upper(counter), sample, hn::Set(d, head_stream)};
  });
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    for (Words<V>& words : all) {
      const V product0 = product(words.word0, multiplier0);
      const V product1 = product(words.word2, multiplier1);
      words.word0 = hn::Xor(hn::Xor(upper(product1), words.word1), hn::Set(d, key0));
      words.word2 = hn::Xor(hn::Xor(upper(product0), words.word3), hn::Set(d, key1));
      words.word1 = product1;
      words.word3 = product0;
    }
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  return all;
#endif
}

}  // namespace
}  // namespace tandem::unigram::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
