// Philox4x32-10 as in Random123 and draw.hpp, for as many counters as a register holds 64-bit lanes. Included once per
// SIMD target.
#if defined(TANDEM_UNIGRAM_PHILOX_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_UNIGRAM_PHILOX_INL
#undef TANDEM_UNIGRAM_PHILOX_INL
#else
#define TANDEM_UNIGRAM_PHILOX_INL
#endif

#include <hwy/highway.h>

#include "impl/unigram/draw.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::unigram::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// The uniform numbers of the even and of the odd sample of a pair, for positions and pairs in the lanes.
template <class D, class V>
void philox_uniforms(D d, std::uint64_t seed, V position, V pair, double* even, double* odd) {
#if HWY_TARGET == HWY_SCALAR
  (void)d;
  const auto block = draw_block(seed, hn::GetLane(position), static_cast<std::uint32_t>(hn::GetLane(pair)));
  *even = unit_interval(block[0] | std::uint64_t{block[1]} << 32);
  *odd = unit_interval(block[2] | std::uint64_t{block[3]} << 32);
#else
  // The words lie in the lower halves of 64 bits; what is in the upper ones is ignored by the multiplications, and so
  // by all.
  const hn::Repartition<std::uint32_t, D> halves;
  const hn::RebindToFloat<D> real;
  const auto product = [&](V a, V b) HWY_ATTR { return hn::MulEven(hn::BitCast(halves, a), hn::BitCast(halves, b)); };
  const V multiplier0 = hn::Set(d, 0xD2511F53U);
  const V multiplier1 = hn::Set(d, 0xCD9E8D57U);
  V word0 = position;
  V word1 = hn::ShiftRight<32>(position);
  V word2 = pair;
  V word3 = hn::Zero(d);
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const V product0 = product(word0, multiplier0);
    const V product1 = product(word2, multiplier1);
    word0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), word1), hn::Set(d, key0));
    word2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), word3), hn::Set(d, key1));
    word1 = product1;
    word3 = product0;
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
  const auto unit = [&](V low, V high) HWY_ATTR {
    const V bits = hn::Or(hn::And(low, hn::Set(d, 0xFFFFFFFFU)), hn::ShiftLeft<32>(high));
    const V one = hn::Set(d, 0x3FF0000000000000U);
    return hn::Sub(hn::BitCast(real, hn::Or(hn::ShiftRight<12>(bits), one)), hn::Set(real, 1.0));
  };
  hn::StoreU(unit(word0, word1), real, even);
  hn::StoreU(unit(word2, word3), real, odd);
#endif
}

}  // namespace
}  // namespace tandem::unigram::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
