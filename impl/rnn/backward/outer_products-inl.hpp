// Sums of outer products over the steps, the gradients of the weights. Included by foreach_target files, once per
// target.
#if defined(TANDEM_RNN_BACKWARD_OUTER_PRODUCTS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_BACKWARD_OUTER_PRODUCTS_INL_HPP
#undef TANDEM_RNN_BACKWARD_OUTER_PRODUCTS_INL_HPP
#else
#define TANDEM_RNN_BACKWARD_OUTER_PRODUCTS_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "impl/rnn/kernels/dense_panels-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Rows of matrices one below the other, `stride` numbers apart.
struct Matrix {
  const float* first;
  std::size_t stride;
};

/// out[i][j] += sum over the steps of delta[step][i] h[step][j], for two vectors of i and `columns` of j.
template <std::size_t columns>
void add_outer_tile(Matrix delta, Matrix h, std::size_t steps, std::size_t size, std::size_t i, std::size_t j,
                    float* out) {
  const Floats d;
  Vector sums[2][columns];
  for (auto& row : sums) {
    for (Vector& sum : row) sum = hn::Zero(d);
  }
  for (std::size_t step = 0; step < steps; ++step) {
    const float* row = delta.first + step * delta.stride;
    const Vector low = load_row(row, i, size);
    const Vector high = load_row(row, std::min(i + lanes, size), size);
    for (std::size_t c = 0; c < columns; ++c) {
      const Vector factor = hn::Set(d, h.first[step * h.stride + j + c]);
      sums[0][c] = hn::MulAdd(low, factor, sums[0][c]);
      sums[1][c] = hn::MulAdd(high, factor, sums[1][c]);
    }
  }
  HWY_ALIGN float column[2 * lanes];
  for (std::size_t c = 0; c < columns; ++c) {
    hn::Store(sums[0][c], d, column);
    hn::Store(sums[1][c], d, column + lanes);
    for (std::size_t k = i; k < std::min(i + 2 * lanes, size); ++k) out[k * size + j + c] += column[k - i];
  }
}

/// The gradient of the rows [2 lanes tile, 2 lanes (tile + 1)) of one gate's weights. Steps are summed in blocks, which
/// keeps both the rounding and the way to the caches short.
void outer_products(Matrix delta, Matrix h, std::size_t steps, std::size_t size, std::size_t tile, float* out) {
  const std::size_t i = tile * 2 * lanes;
  for (std::size_t first = 0; first < steps; first += outer_product_steps) {
    const Matrix delta_block{delta.first + first * delta.stride, delta.stride};
    const Matrix h_block{h.first + first * h.stride, h.stride};
    const std::size_t count = std::min(outer_product_steps, steps - first);
    std::size_t j = 0;
    for (; j + 6 <= size; j += 6) add_outer_tile<6>(delta_block, h_block, count, size, i, j, out);
    for (; j < size; ++j) add_outer_tile<1>(delta_block, h_block, count, size, i, j, out);
  }
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
