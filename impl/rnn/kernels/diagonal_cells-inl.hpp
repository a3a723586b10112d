// One step of the diagonal cells on a vector of channels. Included by foreach_target files, once per target.
#if defined(TANDEM_RNN_KERNELS_DIAGONAL_CELLS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_KERNELS_DIAGONAL_CELLS_INL_HPP
#undef TANDEM_RNN_KERNELS_DIAGONAL_CELLS_INL_HPP
#else
#define TANDEM_RNN_KERNELS_DIAGONAL_CELLS_INL_HPP
#endif

#include <hwy/highway.h>

#include "impl/rnn/kernels/activation-inl.hpp"
#include "reference/rnn/rnn.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// `weight(gate)` and `input(gate)` give the vectors of one gate, so that the cells do not depend on where they lie.

template <class D, class V, class Weight, class Input>
HWY_INLINE V next_state(TanhDiagonal, D d, V x, const Weight& weight, const Input& input) {
  return vector_tanh(d, hn::MulAdd(weight(0), x, input(0)));
}

template <class D, class V, class Weight, class Input>
HWY_INLINE V next_state(GruDiagonal, D d, V x, const Weight& weight, const Input& input) {
  const V z = vector_sigmoid(d, hn::MulAdd(weight(0), x, input(0)));
  const V r = vector_sigmoid(d, hn::MulAdd(weight(1), x, input(1)));
  const V c = vector_tanh(d, hn::MulAdd(weight(2), hn::Mul(r, x), input(2)));
  // (x - z x) + z c rather than x + z (c - x), which loses c when a huge x_0 is forgotten at once.
  return hn::MulAdd(z, c, hn::NegMulAdd(z, x, x));
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
