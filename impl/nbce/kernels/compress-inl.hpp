// Compression of the lanes of a mask. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_KERNELS_COMPRESS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_KERNELS_COMPRESS_INL_HPP
#undef TANDEM_NBCE_KERNELS_COMPRESS_INL_HPP
#else
#define TANDEM_NBCE_KERNELS_COMPRESS_INL_HPP
#endif

#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>

#include "impl/nbce/kernels/compress_table.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Stores the lanes of the mask, in order, and possibly more numbers up to a whole vector; returns how many they are.
/// Highway 1.0.3's own function copies its table to the stack at every call, but for AVX-512, which needs none.
template <class D, class V, class M>
HWY_INLINE std::size_t compress_store(V values, M mask, D d, float* to) {
#if HWY_TARGET <= HWY_AVX3
  // In a register, since AMD's Zen 4 compresses into memory in microcode. CompressStore's own result counts what lies
  // beyond the lanes of a smaller vector, too (Highway 1.2).
  hn::StoreU(hn::Compress(values, mask), d, to);
  return hn::CountTrue(d, mask);
#else
  std::uint8_t bits[8] = {};
  hn::StoreMaskBits(d, mask, bits);
  const std::size_t count = static_cast<std::size_t>(std::popcount(bits[0]));
  if constexpr (HWY_TARGET == HWY_AVX2 && hn::MaxLanes(D()) == 8) {
    const hn::RebindToUnsigned<D> words;
    const hn::Rebind<std::uint8_t, D> bytes;
    const auto order = hn::PromoteTo(words, hn::LoadU(bytes, compress_table[bits[0]].data()));
    hn::StoreU(hn::TableLookupLanes(values, hn::IndicesFromVec(d, order)), d, to);
  } else {
    HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)];
    hn::Store(values, d, lanes);
    std::size_t stored = 0;
    for (std::size_t lane = 0; lane < hn::Lanes(d); ++lane) {
      to[stored] = lanes[lane];
      stored += bits[0] >> lane & 1;
    }
  }
  return count;
#endif
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
