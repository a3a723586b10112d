// Vector tanh and sigmoid. Included by foreach_target files, once per target.
//
// NaN stays NaN, infinities saturate. float: within 4e-7 of the exact value; double: within 4 units in the last place.
#if defined(TANDEM_RNN_ACTIVATION_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_ACTIVATION_INL_HPP
#undef TANDEM_RNN_ACTIVATION_INL_HPP
#else
#define TANDEM_RNN_ACTIVATION_INL_HPP
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  // Written so that NaN fails the comparison and stays.
  const auto limit = hn::Set(d, static_cast<hn::TFromD<D>>(20));
  const auto magnitude = hn::Abs(x);
  const auto clamped = hn::IfThenElse(hn::Gt(magnitude, limit), limit, magnitude);
  const auto e = hn::Expm1(d, hn::Add(clamped, clamped));
  return hn::CopySign(hn::Div(e, hn::Add(e, hn::Set(d, static_cast<hn::TFromD<D>>(2)))), x);
}

/// 1 / (1 + exp(-x)).
template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  const auto half = hn::Set(d, static_cast<hn::TFromD<D>>(0.5));
  return hn::MulAdd(Tanh(d, hn::Mul(x, half)), half, half);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
