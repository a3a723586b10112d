// The exponentials of logits. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_KERNELS_EXPONENTIAL_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_KERNELS_EXPONENTIAL_INL_HPP
#undef TANDEM_NBCE_KERNELS_EXPONENTIAL_INL_HPP
#else
#define TANDEM_NBCE_KERNELS_EXPONENTIAL_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "impl/nbce/kernels/exponential_table.hpp"
#include "impl/nbce/row/row.hpp"
#include "impl/support/bounds-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// (logit - anchor) / log 2. Where multiplication and addition are not fused the product of a large logit would be
/// rounded more than what is left of it allows: there the anchor comes off first.
template <class D>
HWY_INLINE hn::Vec<D> binary_distance(D d, hn::Vec<D> logit, const Anchor& anchor) {
  const auto log2e = hn::Set(d, Anchor::log2e);
#if HWY_NATIVE_FMA
  return hn::MulSub(logit, log2e, hn::Set(d, anchor.whole));
#else
  return hn::MulAdd(hn::Sub(logit, hn::Set(d, anchor.nearest)), log2e, hn::Set(d, anchor.offset));
#endif
}

/// The same, at least -110.
template <class D>
HWY_INLINE hn::Vec<D> bounded_distance(D d, hn::Vec<D> logit, const Anchor& anchor) {
  return binary_distance(d, hn::Max(logit, hn::Set(d, anchor.lowest)), anchor);
}

/// As many steps as a register or two hold.
constexpr int exponential_steps = HWY_TARGET <= HWY_AVX3 ? 32 : HWY_TARGET == HWY_AVX2 ? 8 : 1;

/// The table's entry for the low bits of a number of steps. A vector is whole or has a single lane.
template <class DI>
HWY_INLINE hn::Vec<DI> table_entry(DI d, [[maybe_unused]] hn::Vec<DI> number) {
  const std::uint32_t* const table = exponential_table<exponential_steps>.data();
  if constexpr (exponential_steps == 1) {
    return hn::Set(d, static_cast<std::int32_t>(table[0]));
  } else if constexpr (hn::MaxLanes(DI()) == 1) {
    return hn::Set(d, static_cast<std::int32_t>(table[hn::GetLane(number) & (exponential_steps - 1)]));
  } else {
    // By hand: Highway's functions ask for indices without other bits.
    const auto entries = [&](int half) HWY_ATTR {
      return hn::LoadU(d, reinterpret_cast<const std::int32_t*>(table) + half * hn::MaxLanes(DI()));
    };
#if HWY_TARGET <= HWY_AVX3
    return hn::Vec<DI>{_mm512_permutex2var_epi32(entries(0).raw, number.raw, entries(1).raw)};
#elif HWY_TARGET == HWY_AVX2
    return hn::Vec<DI>{_mm256_permutevar8x32_epi32(entries(0).raw, number.raw)};
#endif
  }
}

/// e^(logit - anchor) to within 2.8e-7, as a product: 2^k is a table's entry with an exponent, 2^r a short polynomial.
/// k is the multiple of 1 / steps nearest to logit log2e - whole, found by an addition after which its low bits count
/// steps. What is below anchor.lowest counts as that, 1e-33: no mass is 0. NaN and +inf become NaN.
template <class D>
struct Exponential {
  hn::Vec<D> fraction;
  hn::Vec<D> power;

  HWY_INLINE Exponential(D d, hn::Vec<D> logit, const Anchor& anchor) {
    constexpr int steps = exponential_steps;
    using Polynomial = Between<steps>;
    constexpr float round = 0x1.8p23F / steps;
    const auto bounded = tandem::HWY_NAMESPACE::at_least(hn::Set(d, anchor.lowest), logit);
#if HWY_NATIVE_FMA
    const auto log2e = hn::Set(d, Anchor::log2e);
    const auto magic = round - anchor.whole;
    const auto shifted = hn::MulAdd(bounded, log2e, hn::Set(d, magic));
    const auto rest = hn::MulSub(bounded, log2e, hn::Sub(shifted, hn::Set(d, magic + Polynomial::shift)));
#else
    const auto distance = binary_distance(d, bounded, anchor);
    const auto shifted = hn::Add(distance, hn::Set(d, round));
    const auto rest = hn::Sub(distance, hn::Sub(shifted, hn::Set(d, round + Polynomial::shift)));
#endif
    constexpr auto& c = Polynomial::coefficients;
    constexpr std::size_t added = Polynomial::shift == 0 ? 1 : 0;
    fraction = added == 0 ? rest : hn::Add(rest, hn::Set(d, c[0]));
    for (std::size_t i = added; i < c.size(); ++i) fraction = hn::MulAdd(fraction, rest, hn::Set(d, c[i]));
    const hn::RebindToSigned<D> integers;
    const auto number = hn::BitCast(integers, shifted);
    power = hn::BitCast(d, hn::Add(hn::ShiftLeft<exponent_shift<steps>>(number), table_entry(integers, number)));
  }
  HWY_INLINE hn::Vec<D> value() const { return hn::Mul(fraction, power); }
};

template <class D>
HWY_INLINE hn::Vec<D> exponential(D d, hn::Vec<D> logit, const Anchor& anchor) {
  return Exponential<D>(d, logit, anchor).value();
}

#if HWY_TARGET <= HWY_AVX3
/// e^(logit - anchor) as Exponential has it, by an instruction that multiplies by a power of two. Nothing needs a bound
/// for that: masses become 0 below 2^-149 and +inf above 2^128. But what is -inf, or as good as that, becomes NaN, too.
class Scaled {
  using D = hn::ScalableTag<float>;
  using V = hn::Vec<D>;

 public:
  /// Whether the anchor is so near to 0 that the table's entries can be relative to it.
  static bool reaches(const Anchor& anchor) { return std::abs(anchor.whole) <= 100; }

  /// Tokens of interest are above `head`.
  Scaled(const Anchor& anchor, float head) : magic_(hn::Set(D(), round - anchor.whole)) {
    // A little less than their mass. What is too little for a float with all of its digits is nothing.
    const double bound = (1 - 1e-5) * std::exp(static_cast<double>(head) - anchor.value());
    head_mass_ = hn::Set(D(), bound < 1e-30 ? 0.0F : static_cast<float>(std::min(bound, 1e30)));
    const auto factor = hn::Set(D(), std::ldexp(1.0F, -static_cast<int>(anchor.whole)));
    low_ = hn::Mul(hn::LoadU(D(), table.data()), factor);
    high_ = hn::Mul(hn::LoadU(D(), table.data() + hn::Lanes(D())), factor);
    shifted_magic_ = hn::Add(magic_, hn::Set(D(), Polynomial::shift));
  }

  /// sum + e^(logit - anchor)
  HWY_INLINE V add(V logit, V sum) const {
    const auto log2e = hn::Set(D(), Anchor::log2e);
    const auto number = hn::MulAdd(logit, log2e, magic_);
    const auto whole = hn::Sub(number, shifted_magic_);
    const auto rest = hn::MulSub(logit, log2e, whole);
    const auto fraction = hn::MulAdd(rest, rest, hn::Set(D(), Polynomial::coefficients[0]));
    const V entry{_mm512_permutex2var_ps(low_.raw, _mm512_castps_si512(number.raw), high_.raw)};
    return hn::MulAdd(fraction, V{_mm512_scalef_ps(entry.raw, whole.raw)}, sum);
  }

  /// Whether a sum of masses can have one of a token above the head.
  template <class Logit>
  HWY_INLINE bool any_above(const Logit*, V sum) const {
    return !hn::AllFalse(D(), hn::Ge(sum, head_mass_));
  }

 private:
  using Polynomial = Between<exponential_steps>;
  static_assert(Polynomial::coefficients.size() == 1 && exponential_steps == 2 * hn::MaxLanes(D()));
  static constexpr float round = 0x1.8p23F / exponential_steps;
  static constexpr auto& table = scaled_table<exponential_steps>;

  V magic_;
  V shifted_magic_;
  V low_;
  V high_;
  V head_mass_;
};
#endif

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
