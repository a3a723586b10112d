// Training of the network: samples in the lanes, units broadcast, by the micro-kernels of attention. A tile of samples
// goes forward and back while its activations are in the first cache.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "impl/flow/chunks.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/network/network_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/flow/network/network-inl.hpp"

#ifndef TANDEM_FLOW_NETWORK_TYPES
#define TANDEM_FLOW_NETWORK_TYPES
namespace tandem::flow {

/// What each element's update needs of Adam.
struct AdamFactors {
  float beta1;
  float beta2;
  float rest1;  ///< 1 - beta1, which of a beta2 near 1 in float would have lost five digits
  float rest2;
  float rate;          ///< over the mean's correction
  float square_share;  ///< one over the square's
  float epsilon;
};

}  // namespace tandem::flow
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

template <std::size_t vectors>
void add_product(const float* out_gradient, std::size_t outputs, const float* turned, float* gradient,
                 std::size_t stride) {
  const D d;
  multiply<most_broadcast, vectors>(out_gradient, Constant<tile_rows>(), Constant<1>(), 0, outputs, turned, tile_rows,
                                    [&](std::size_t row, std::size_t v, V sum) HWY_ATTR {
                                      float* to = gradient + row * stride + v * lanes;
                                      hn::Store(hn::Add(hn::Load(d, to), sum), d, to);
                                    });
}

/// Adds the tile's share of a matrix's gradient, sum over samples of out_gradient in^T, and of its bias, whose input
/// is 1.
void matrix_gradient(const float* in, std::size_t inputs, const float* out_gradient, std::size_t outputs, float* turned,
                     float* gradient, std::size_t stride) {
  for (std::size_t unit = 0; unit < inputs + 1; unit += tile_rows) {
    const std::size_t units = std::min(tile_rows, inputs + 1 - unit);  // the bias among them, in the last tile
    const std::size_t real = std::min(units, inputs - std::min(inputs, unit));
    const std::size_t vectors = (units + lanes - 1) / lanes;
    if (real > 0) transpose(in + unit * tile_rows, tile_rows, real, tile_rows, turned, tile_rows);
    for (std::size_t r = real; r < vectors * lanes; ++r) {
      for (std::size_t k = 0; k < tile_rows; ++k) turned[k * tile_rows + r] = unit + r == inputs ? 1 : 0;
    }
    if (vectors == 3) add_product<3>(out_gradient, outputs, turned, gradient + unit, stride);
    if (vectors == 2) add_product<2>(out_gradient, outputs, turned, gradient + unit, stride);
    if (vectors == 1) add_product<1>(out_gradient, outputs, turned, gradient + unit, stride);
  }
}

/// The output of samples [begin, begin + count) becomes the gradient of the loss; returns their sum of squares.
double difference_to_slopes(const TrainingProblem& problem, std::size_t begin, std::size_t count, Workspace& w) {
  const float share = 2 / static_cast<float>(problem.data.size());
  const std::size_t size = w.shape.dimension;
  double sum = 0;
  for (std::size_t j = 0; j < size; ++j) {
    float* out = w.output + j * tile_rows;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t at = (begin + i) * size + j;
      const float difference = out[i] - (problem.noise.values[at] - problem.data.values[at]);
      sum += static_cast<double>(difference) * difference;
      out[i] = share * difference;
    }
    std::fill(out + count, out + tile_rows, 0.0F);
  }
  return sum;
}

/// Loss (a sum) and gradient (packed) of the samples [begin, end).
double chunk(const TrainingProblem& problem, std::size_t begin, std::size_t end, float* gradient) {
  Workspace w(problem.shape);
  const NetworkShape& shape = problem.shape;
  const float* parameters = problem.parameters.data();
  double loss = 0;
  for (std::size_t tile = begin; tile < end; tile += tile_rows) {
    const std::size_t count = std::min(tile_rows, end - tile);
    for (std::size_t i = 0; i < tile_rows; ++i) {
      const std::size_t sample = tile + std::min(i, count - 1);
      const float t = problem.times[sample];
      for (std::size_t j = 0; j < shape.dimension; ++j) {
        const std::size_t at = sample * shape.dimension + j;
        w.input[j * tile_rows + i] = (1 - t) * problem.data.values[at] + t * problem.noise.values[at];
      }
      w.input[shape.dimension * tile_rows + i] = t;
    }
    forward(parameters, w);
    loss += difference_to_slopes(problem, tile, count, w);
    matrix_gradient(w.second, shape.hidden, w.output, shape.dimension, w.turned, w.gradient_3, w.row_2);
    units_back(parameters + shape.weight_3(), shape.hidden, shape.dimension, w.output, w.second, w.second_gradient);
    matrix_gradient(w.first, shape.hidden, w.second_gradient, shape.hidden, w.turned, w.gradient_2, w.row_2);
    units_back(parameters + shape.weight_2(), shape.hidden, shape.hidden, w.second_gradient, w.first, w.first_gradient);
    matrix_gradient(w.input, shape.inputs(), w.first_gradient, shape.hidden, w.turned, w.gradient_1, w.row_1);
  }
  const auto unpack = [&](const float* rows, std::size_t stride, std::size_t outputs, std::size_t inputs, float* matrix,
                          float* bias) {
    for (std::size_t row = 0; row < outputs; ++row) {
      std::copy_n(rows + row * stride, inputs, matrix + row * inputs);
      bias[row] = rows[row * stride + inputs];
    }
  };
  unpack(w.gradient_1, w.row_1, shape.hidden, shape.inputs(), gradient, gradient + shape.bias_1());
  unpack(w.gradient_2, w.row_2, shape.hidden, shape.hidden, gradient + shape.weight_2(), gradient + shape.bias_2());
  unpack(w.gradient_3, w.row_2, shape.dimension, shape.hidden, gradient + shape.weight_3(), gradient + shape.bias_3());
  return loss;
}

/// Adam for the elements [begin, end), whose gradients are the sums over `chunks` lists one after the other.
void update(const TrainingProblem& problem, const float* gradients, std::size_t chunks, const AdamFactors& adam,
            std::size_t begin, std::size_t end, TrainingResult& result) {
  const std::size_t size = problem.parameters.size();
  const auto part = [&](auto d, std::size_t i) HWY_ATTR {
    auto g = hn::Zero(d);
    for (std::size_t c = 0; c < chunks; ++c) g = hn::Add(g, hn::LoadU(d, gradients + c * size + i));
    const auto mean =
        hn::MulAdd(hn::Set(d, adam.beta1), hn::LoadU(d, problem.mean.data() + i), hn::Mul(hn::Set(d, adam.rest1), g));
    const auto square = hn::MulAdd(hn::Set(d, adam.beta2), hn::LoadU(d, problem.square.data() + i),
                                   hn::Mul(hn::Mul(hn::Set(d, adam.rest2), g), g));
    const auto length = hn::Add(hn::Sqrt(hn::Mul(square, hn::Set(d, adam.square_share))), hn::Set(d, adam.epsilon));
    const auto change = hn::Div(hn::Mul(hn::Set(d, adam.rate), mean), length);
    hn::StoreU(g, d, result.gradient.data() + i);
    hn::StoreU(mean, d, result.mean.data() + i);
    hn::StoreU(square, d, result.square.data() + i);
    hn::StoreU(hn::Sub(hn::LoadU(d, problem.parameters.data() + i), change), d, result.parameters.data() + i);
  };
  const D d;
  std::size_t i = begin;
  for (; i + lanes <= end; i += lanes) part(d, i);
  for (; i < end; ++i) part(hn::CappedTag<float, 1>(), i);
}

void velocities(const NetworkShape& shape, const float* parameters, const float* x, std::size_t count, double t,
                float* out) {
  Workspace w(shape);
  const std::size_t size = shape.dimension;
  for (std::size_t tile = 0; tile < count; tile += tile_rows) {
    const std::size_t rows = std::min(tile_rows, count - tile);
    for (std::size_t i = 0; i < tile_rows; ++i) {
      const float* point = x + (tile + std::min(i, rows - 1)) * size;
      for (std::size_t j = 0; j < size; ++j) w.input[j * tile_rows + i] = point[j];
      w.input[size * tile_rows + i] = static_cast<float>(t);
    }
    forward(parameters, w);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < size; ++j) out[(tile + i) * size + j] = w.output[j * tile_rows + i];
    }
  }
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::flow {

HWY_EXPORT(chunk);
HWY_EXPORT(update);
HWY_EXPORT(velocities);

void simd(const TrainingProblem& problem, TrainingResult& result, const Execution& execution) {
  require_valid(problem, result);
  const std::size_t batch = problem.data.size(), size = problem.parameters.size();
  const std::size_t chunks = (batch + chunk_samples - 1) / chunk_samples;
  std::vector<float> gradients(chunks * size);
  std::vector<double> losses(chunks);
  for_each_chunk(execution, batch, chunk_samples, [&](std::size_t begin, std::size_t end) {
    const std::size_t number = begin / chunk_samples;
    losses[number] = HWY_DYNAMIC_DISPATCH(chunk)(problem, begin, end, gradients.data() + number * size);
  });
  double sum = 0;
  for (const double loss : losses) sum += loss;
  result.loss = sum / static_cast<double>(batch);

  const auto steps = static_cast<double>(problem.step + 1);
  const AdamFactors adam{.beta1 = static_cast<float>(problem.adam.beta1),
                         .beta2 = static_cast<float>(problem.adam.beta2),
                         .rest1 = static_cast<float>(1 - problem.adam.beta1),
                         .rest2 = static_cast<float>(1 - problem.adam.beta2),
                         .rate = static_cast<float>(problem.adam.rate / (1 - std::pow(problem.adam.beta1, steps))),
                         .square_share = static_cast<float>(1 / (1 - std::pow(problem.adam.beta2, steps))),
                         .epsilon = static_cast<float>(problem.adam.epsilon)};
  constexpr std::size_t grain = 4096;
  for_each_chunk(execution, size, grain, [&](std::size_t begin, std::size_t end) {
    HWY_DYNAMIC_DISPATCH(update)(problem, gradients.data(), chunks, adam, begin, end, result);
  });
}

void network_velocities(const NetworkShape& shape, std::span<const float> parameters, const float* x, std::size_t count,
                        double t, float* out) {
  HWY_DYNAMIC_DISPATCH(velocities)(shape, parameters.data(), x, count, t, out);
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
