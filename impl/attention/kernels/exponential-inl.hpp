// 2^x as softmax needs it: x at most 0 but for rounding, exactly 1 at 0, exactly 0 far below, NaN where x is.
// Included by foreach_target files.
#if defined(TANDEM_ATTENTION_EXPONENTIAL_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_ATTENTION_EXPONENTIAL_INL_HPP
#undef TANDEM_ATTENTION_EXPONENTIAL_INL_HPP
#else
#define TANDEM_ATTENTION_EXPONENTIAL_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "impl/support/bounds-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// At most 16 numbers: what the tiles are made for.
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
inline constexpr std::size_t lanes = hn::MaxLanes(D());

/// Where 2^x becomes 0: its bits are those of 0. What lies between it and the least power with full precision, 2^-126,
/// is a denormal number, which counts as 0.
inline constexpr float least_exponent = -127;

struct Power {
  V value;     ///< 2^x
  V exponent;  ///< x, but no lower than some bound where the value is 0: their product is a number
};

/// The polynomials have the least relative error (8e-8 and 9e-8) among those of degree 5 that are 1 at 0. Denormal
/// results are taken for 0: the caller sees to it that the processor does so, too (DenormalsAreZero).
HWY_INLINE Power exp2(V x) {
  const D d;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  // The rest above a whole number, and a scaling by the whole part: NaN and underflow need no care of their own.
  constexpr int above_floor = 1;
  x = tandem::HWY_NAMESPACE::at_least(hn::Set(d, -200.0F), x);
  const V rest{_mm512_reduce_ps(x.raw, above_floor)};
  V y = hn::Set(d, 0.001867130632F);
  y = hn::MulAdd(y, rest, hn::Set(d, 0.009017028846F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.05579991639F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.2401644439F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.6931512952F));
  y = hn::MulAdd(y, rest, hn::Set(d, 1.0F));
  return {V{_mm512_scalef_ps(y.raw, x.raw)}, x};
#else
  const hn::RebindToSigned<D> integer;
  x = tandem::HWY_NAMESPACE::at_least(hn::Set(d, least_exponent), x);
  // Next to 1.5 * 2^23 numbers are integers: adding rounds, and the last bits are the rounded x.
  const V shift = hn::Set(d, 0x1.8p23F);
  const V shifted = hn::Add(x, shift);
  const V rest = hn::Sub(x, hn::Sub(shifted, shift));
  V y = hn::Set(d, 0.001326472731F);
  y = hn::MulAdd(y, rest, hn::Set(d, 0.009671512991F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.05550733581F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.2402224243F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.6931470037F));
  y = hn::MulAdd(y, rest, hn::Set(d, 1.0F));
  // A product, not a sum of exponents: of a NaN the sum could make a number.
  const auto power = hn::Add(hn::ShiftLeft<23>(hn::BitCast(integer, shifted)), hn::Set(integer, 127 << 23));
  return {hn::Mul(y, hn::BitCast(d, power)), x};
#endif
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
