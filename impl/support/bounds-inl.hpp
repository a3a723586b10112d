// Bounds that NaN passes. Included by foreach_target files, once per target.
#if defined(TANDEM_SUPPORT_BOUNDS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_SUPPORT_BOUNDS_INL_HPP
#undef TANDEM_SUPPORT_BOUNDS_INL_HPP
#else
#define TANDEM_SUPPORT_BOUNDS_INL_HPP
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Of two operands of which one is NaN x86 returns the second; Arm and the portable targets return the number.
constexpr bool second_if_nan = HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128;

/// max(bound, x); NaN where x is.
template <class V>
HWY_INLINE V at_least(V bound, V x) {
  if constexpr (second_if_nan) {
    return hn::Max(bound, x);
  } else {
    return hn::IfThenElse(hn::Lt(x, bound), bound, x);
  }
}

/// min(bound, x); NaN where x is.
template <class V>
HWY_INLINE V at_most(V bound, V x) {
  if constexpr (second_if_nan) {
    return hn::Min(bound, x);
  } else {
    return hn::IfThenElse(hn::Gt(x, bound), bound, x);
  }
}

}  // namespace tandem::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
