// Sweeps of the diagonal cells: one fused pass evaluates f and its derivative and solves the scalar recurrences, with
// channels in the lanes (diagonal_kernel-inl.hpp), for every cell, precision and scheme.
#include <memory>

#include "impl/rnn/iterate/sweep.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/iterate/diagonal_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/rnn/iterate/diagonal_kernel-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

template <class Cell, class Real>
std::unique_ptr<internal::SweepKernel<Real>> make_diagonal(Scheme scheme, const internal::Network<Real>& network,
                                                           double tolerance) {
  switch (scheme) {
    case Scheme::jacobi:
      return std::make_unique<DiagonalKernel<Scheme::jacobi, Cell, Real>>(network, tolerance);
    case Scheme::picard:
      return std::make_unique<DiagonalKernel<Scheme::picard, Cell, Real>>(network, tolerance);
    case Scheme::constant_jacobian:
      return std::make_unique<DiagonalKernel<Scheme::constant_jacobian, Cell, Real>>(network, tolerance);
    case Scheme::input_linearised:
      return std::make_unique<DiagonalKernel<Scheme::input_linearised, Cell, Real>>(network, tolerance);
    case Scheme::newton:
    case Scheme::quasi_newton:  // the Jacobian is its own diagonal
      break;
  }
  return std::make_unique<DiagonalKernel<Scheme::newton, Cell, Real>>(network, tolerance);
}

// HWY_EXPORT takes names that are no templates.
using internal::Made;
Made<float> tanh_float(Scheme scheme, const internal::Network<float>& network, double tolerance) {
  return make_diagonal<TanhDiagonal>(scheme, network, tolerance);
}
Made<double> tanh_double(Scheme scheme, const internal::Network<double>& network, double tolerance) {
  return make_diagonal<TanhDiagonal>(scheme, network, tolerance);
}
Made<float> gru_float(Scheme scheme, const internal::Network<float>& network, double tolerance) {
  return make_diagonal<GruDiagonal>(scheme, network, tolerance);
}
Made<double> gru_double(Scheme scheme, const internal::Network<double>& network, double tolerance) {
  return make_diagonal<GruDiagonal>(scheme, network, tolerance);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(tanh_float);
HWY_EXPORT(tanh_double);
HWY_EXPORT(gru_float);
HWY_EXPORT(gru_double);

namespace internal {

template <>
Made<float> make_kernel<TanhDiagonal>(Scheme scheme, const Network<float>& network, double tolerance) {
  return HWY_DYNAMIC_DISPATCH(tanh_float)(scheme, network, tolerance);
}
template <>
Made<double> make_kernel<TanhDiagonal>(Scheme scheme, const Network<double>& network, double tolerance) {
  return HWY_DYNAMIC_DISPATCH(tanh_double)(scheme, network, tolerance);
}
template <>
Made<float> make_kernel<GruDiagonal>(Scheme scheme, const Network<float>& network, double tolerance) {
  return HWY_DYNAMIC_DISPATCH(gru_float)(scheme, network, tolerance);
}
template <>
Made<double> make_kernel<GruDiagonal>(Scheme scheme, const Network<double>& network, double tolerance) {
  return HWY_DYNAMIC_DISPATCH(gru_double)(scheme, network, tolerance);
}

}  // namespace internal
}  // namespace tandem::rnn
#endif  // HWY_ONCE
