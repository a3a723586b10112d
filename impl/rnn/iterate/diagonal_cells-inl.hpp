// f of the diagonal cells and what a scheme takes for its derivative. Included by foreach_target files, once per
// target.
#if defined(TANDEM_RNN_ITERATE_DIAGONAL_CELLS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_ITERATE_DIAGONAL_CELLS_INL_HPP
#undef TANDEM_RNN_ITERATE_DIAGONAL_CELLS_INL_HPP
#else
#define TANDEM_RNN_ITERATE_DIAGONAL_CELLS_INL_HPP
#endif

#include <hwy/highway.h>

#include "impl/rnn/kernels/activation-inl.hpp"
#include "impl/rnn/rnn.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class V>
struct Linearised {
  V value;  ///< f(x, u)
  V slope;  ///< what the scheme takes for its derivative in x
};

/// f and M of one step for a register of channels; weights and u hold one register per gate.
template <Scheme scheme, class D, class V = hn::Vec<D>>
HWY_INLINE Linearised<V> Linearise(TanhDiagonal, D d, const V* weights, V x, const V* u) {
  const V one = hn::Set(d, 1);
  const V a = weights[0];
  const V value = vector_tanh(d, hn::MulAdd(a, x, u[0]));
  if constexpr (scheme == Scheme::picard) return {value, one};
  if constexpr (scheme == Scheme::constant_jacobian) return {value, a};
  if constexpr (scheme == Scheme::input_linearised) {
    const V at_zero = vector_tanh(d, u[0]);
    return {value, hn::Mul(a, hn::NegMulAdd(at_zero, at_zero, one))};
  }
  if constexpr (scheme == Scheme::newton || scheme == Scheme::quasi_newton) {
    return {value, hn::Mul(a, hn::NegMulAdd(value, value, one))};
  }
  return {value, hn::Zero(d)};
}

/// The slope of a GRU given its gates: (1 - z) + (c - x) z (1 - z) a_z + z (1 - c^2) a_c (r + x r (1 - r) a_r).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V GruSlope(D d, const V* weights, V x, V z, V r, V c) {
  const V one = hn::Set(d, 1);
  const V keep = hn::Sub(one, z);
  const V through_z = hn::Mul(hn::Mul(hn::Sub(c, x), hn::Mul(z, keep)), weights[0]);
  const V reset = hn::MulAdd(hn::Mul(hn::Mul(x, weights[1]), hn::Sub(one, r)), r, r);
  const V through_c = hn::Mul(hn::Mul(z, hn::NegMulAdd(c, c, one)), hn::Mul(weights[2], reset));
  return hn::Add(hn::Add(keep, through_z), through_c);
}

template <Scheme scheme, class D, class V = hn::Vec<D>>
HWY_INLINE Linearised<V> Linearise(GruDiagonal, D d, const V* weights, V x, const V* u) {
  const V z = vector_sigmoid(d, hn::MulAdd(weights[0], x, u[0]));
  const V r = vector_sigmoid(d, hn::MulAdd(weights[1], x, u[1]));
  const V c = vector_tanh(d, hn::MulAdd(weights[2], hn::Mul(r, x), u[2]));
  const V value = hn::MulAdd(z, hn::Sub(c, x), x);
  if constexpr (scheme == Scheme::picard) return {value, hn::Set(d, 1)};
  if constexpr (scheme == Scheme::constant_jacobian) {
    return {value, hn::MulAdd(weights[2], hn::Set(d, 0.25), hn::Set(d, 0.5))};
  }
  if constexpr (scheme == Scheme::input_linearised) {
    return {value,
            GruSlope(d, weights, hn::Zero(d), vector_sigmoid(d, u[0]), vector_sigmoid(d, u[1]), vector_tanh(d, u[2]))};
  }
  if constexpr (scheme == Scheme::newton || scheme == Scheme::quasi_newton) {
    return {value, GruSlope(d, weights, x, z, r, c)};
  }
  return {value, hn::Zero(d)};
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
