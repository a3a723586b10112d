// Vector tanh and sigmoid. Included by foreach_target files, once per target.
//
// NaN stays NaN, infinities saturate. float: within 4e-7 of the exact value; double: within 1e-15.
#if defined(TANDEM_RNN_KERNELS_ACTIVATION_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_KERNELS_ACTIVATION_INL_HPP
#undef TANDEM_RNN_KERNELS_ACTIVATION_INL_HPP
#else
#define TANDEM_RNN_KERNELS_ACTIVATION_INL_HPP
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <type_traits>

#include "impl/support/bounds-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using tandem::HWY_NAMESPACE::at_least;
using tandem::HWY_NAMESPACE::at_most;

/// x within [-limit, limit]; NaN stays.
template <class D, class V>
HWY_INLINE V clamped(D d, V x, hn::TFromD<D> limit) {
  return at_least(hn::Set(d, -limit), at_most(hn::Set(d, limit), x));
}

/// float: x P(x^2) / Q(x^2) with P and Q of degree 4, the best such fraction on [-9, 9] that is exact to first order
/// at 0; it is 2e-8 off at most, and the rest of the error is rounding. Beyond 9 tanh is 1 to within 3e-8.
template <class D, class V>
HWY_INLINE V vector_tanh(D d, V x) {
  if constexpr (std::is_same_v<hn::TFromD<D>, float>) {
    const V bounded = clamped(d, x, 9);
    const V square = hn::Mul(bounded, bounded);
    V numerator = hn::MulAdd(hn::Set(d, 1.3337577917390299e-08F), square, hn::Set(d, 2.0595749447287505e-05F));
    V denominator = hn::MulAdd(hn::Set(d, 7.769265192563343e-07F), square, hn::Set(d, 0.00032842718737276114F));
    numerator = hn::MulAdd(numerator, square, hn::Set(d, 0.003494738652873575F));
    denominator = hn::MulAdd(denominator, square, hn::Set(d, 0.025873717677997635F));
    numerator = hn::MulAdd(numerator, square, hn::Set(d, 0.1338030119411363F));
    denominator = hn::MulAdd(denominator, square, hn::Set(d, 0.46713618620153746F));
    numerator = hn::MulAdd(numerator, square, hn::Set(d, 1.0F));
    denominator = hn::MulAdd(denominator, square, hn::Set(d, 1.0F));
    return hn::Div(hn::Mul(bounded, numerator), denominator);
  } else {
    const V magnitude = hn::Min(hn::Abs(x), hn::Set(d, 20.0));
    const V e = hn::Expm1(d, hn::Add(magnitude, magnitude));
    const V result = hn::CopySign(hn::Div(e, hn::Add(e, hn::Set(d, 2.0))), x);
    return hn::IfThenElse(hn::IsNaN(x), x, result);
  }
}

/// 1 / (1 + exp(-x)).
template <class D, class V>
HWY_INLINE V vector_sigmoid(D d, V x) {
  const V half = hn::Set(d, static_cast<hn::TFromD<D>>(0.5));
  return hn::MulAdd(vector_tanh(d, hn::Mul(x, half)), half, half);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
