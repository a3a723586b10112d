// The network for a tile of samples: a sample in each lane, units broadcast, by the micro-kernels of attention.
// Included by foreach_target files.
#if defined(TANDEM_FLOW_NETWORK_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_FLOW_NETWORK_INL_HPP
#undef TANDEM_FLOW_NETWORK_INL_HPP
#else
#define TANDEM_FLOW_NETWORK_INL_HPP
#endif

#include <hwy/aligned_allocator.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>

#include "impl/attention/kernels/product-inl.hpp"
#include "impl/rnn/kernels/activation-inl.hpp"
#include "reference/flow/network.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using attention::HWY_NAMESPACE::Constant;
using attention::HWY_NAMESPACE::D;
using attention::HWY_NAMESPACE::lanes;
using attention::HWY_NAMESPACE::most_broadcast;
using attention::HWY_NAMESPACE::multiply;
using attention::HWY_NAMESPACE::tile_rows;
using attention::HWY_NAMESPACE::tile_vectors;
using attention::HWY_NAMESPACE::transpose;
using attention::HWY_NAMESPACE::V;

/// A layer's units for a tile of samples, unit by unit, of which one more may stand for the bias.
inline std::size_t tiles_of_units(std::size_t units) { return (units + tile_rows - 1) / tile_rows; }

/// Activations and their gradients of one tile, and the gradient of a chunk with every row of a matrix filled up to
/// whole tiles of units, the bias behind the last input.
struct Workspace {
  explicit Workspace(const NetworkShape& of)
      : shape(of),
        row_1(tiles_of_units(of.inputs() + 1) * tile_rows),
        row_2(tiles_of_units(of.hidden + 1) * tile_rows) {
    const std::size_t h = shape.hidden;
    const std::size_t units = shape.inputs() + 4 * h + shape.dimension;
    const std::size_t turned_units = std::max(row_1, row_2);
    const std::size_t gradient = h * row_1 + (h + shape.dimension) * row_2;
    memory = hwy::AllocateAligned<float>((units + turned_units) * tile_rows + gradient);
    input = memory.get();
    first = input + shape.inputs() * tile_rows;
    second = first + h * tile_rows;
    first_gradient = second + h * tile_rows;
    second_gradient = first_gradient + h * tile_rows;
    output = second_gradient + h * tile_rows;
    turned = output + shape.dimension * tile_rows;
    gradient_1 = turned + turned_units * tile_rows;
    gradient_2 = gradient_1 + h * row_1;
    gradient_3 = gradient_2 + h * row_2;
    std::fill_n(gradient_1, gradient, 0.0F);
  }

  NetworkShape shape;
  std::size_t row_1;
  std::size_t row_2;
  hwy::AlignedFreeUniquePtr<float[]> memory;
  float *input, *first, *second, *first_gradient, *second_gradient, *output, *turned;
  float *gradient_1, *gradient_2, *gradient_3;
};

/// out = tanh(matrix in + bias), or without the tanh.
template <bool activated>
void layer(const float* matrix, const float* bias, std::size_t inputs, std::size_t outputs, const float* in,
           float* out) {
  const D d;
  multiply<most_broadcast, tile_vectors>(matrix, inputs, Constant<1>(), 0, outputs, in, inputs,
                                         [&](std::size_t unit, std::size_t v, V sum) HWY_ATTR {
                                           V value = hn::Add(sum, hn::Set(d, bias[unit]));
                                           if constexpr (activated) value = rnn::HWY_NAMESPACE::vector_tanh(d, value);
                                           hn::Store(value, d, out + unit * tile_rows + v * lanes);
                                         });
}

inline void forward(const float* parameters, const Workspace& w) {
  const NetworkShape& shape = w.shape;
  layer<true>(parameters, parameters + shape.bias_1(), shape.inputs(), shape.hidden, w.input, w.first);
  layer<true>(parameters + shape.weight_2(), parameters + shape.bias_2(), shape.hidden, shape.hidden, w.first,
              w.second);
  layer<false>(parameters + shape.weight_3(), parameters + shape.bias_3(), shape.hidden, shape.dimension, w.second,
               w.output);
}

/// The gradient before a layer's tanh, given that of the next one's output: matrix^T out (1 - unit^2).
inline void units_back(const float* matrix, std::size_t units, std::size_t outputs, const float* out_gradient,
                       const float* unit_values, float* gradient) {
  const D d;
  multiply<most_broadcast, tile_vectors>(matrix, Constant<1>(), units, 0, units, out_gradient, outputs,
                                         [&](std::size_t unit, std::size_t v, V sum) HWY_ATTR {
                                           const std::size_t at = unit * tile_rows + v * lanes;
                                           const V value = hn::Load(d, unit_values + at);
                                           hn::Store(hn::Mul(sum, hn::NegMulAdd(value, value, hn::Set(d, 1.0F))), d,
                                                     gradient + at);
                                         });
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
