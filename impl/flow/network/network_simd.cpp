// Training of the network: samples in the lanes, units broadcast, by the micro-kernels of attention. A tile of samples
// goes forward and back while its activations are in the first cache.
#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/network/network_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/attention/product-inl.hpp"
#include "impl/rnn/kernels/activation-inl.hpp"

#ifndef TANDEM_FLOW_NETWORK_TYPES
#define TANDEM_FLOW_NETWORK_TYPES
namespace tandem::flow {

/// What each element's update needs of Adam.
struct AdamFactors {
  float beta1;
  float beta2;
  float rate;          ///< over the mean's correction
  float square_share;  ///< one over the square's
  float epsilon;
};

}  // namespace tandem::flow
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using attention::HWY_NAMESPACE::Constant;
using attention::HWY_NAMESPACE::D;
using attention::HWY_NAMESPACE::lanes;
using attention::HWY_NAMESPACE::most_broadcast;
using attention::HWY_NAMESPACE::tile_rows;
using attention::HWY_NAMESPACE::tile_vectors;
using attention::HWY_NAMESPACE::transpose;
using attention::HWY_NAMESPACE::V;

/// sink(a, v, sum) for the broadcast rows [first, count), where sum is that over k < depth of numbers[a * row + k *
/// step] * columns[k * tile_rows + v * lanes].
template <std::size_t rows, std::size_t vectors, class Row, class Step, class Sink>
HWY_INLINE void multiply(const float* numbers, Row row, Step step, std::size_t first, std::size_t count,
                         const float* columns, std::size_t depth, const Sink& sink) {
  for (; first + rows <= count; first += rows) {
    attention::HWY_NAMESPACE::tile<rows, vectors>(numbers + first * row, row, step, columns, depth,
                                                  [&](const auto& sums) HWY_ATTR {
                                                    for (std::size_t a = 0; a < rows; ++a) {
                                                      for (std::size_t v = 0; v < vectors; ++v) {
                                                        sink(first + a, v, sums[a][v]);
                                                      }
                                                    }
                                                  });
  }
  if constexpr (rows > 1) multiply<rows / 2, vectors>(numbers, row, step, first, count, columns, depth, sink);
}

/// A layer's units for a tile of samples, unit by unit, of which one more may stand for the bias.
std::size_t tiles_of_units(std::size_t units) { return (units + tile_rows - 1) / tile_rows; }

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

void forward(const float* parameters, const Workspace& w) {
  const NetworkShape& shape = w.shape;
  layer<true>(parameters, parameters + shape.bias_1(), shape.inputs(), shape.hidden, w.input, w.first);
  layer<true>(parameters + shape.weight_2(), parameters + shape.bias_2(), shape.hidden, shape.hidden, w.first,
              w.second);
  layer<false>(parameters + shape.weight_3(), parameters + shape.bias_3(), shape.hidden, shape.dimension, w.second,
               w.output);
}

/// The gradient before a layer's tanh, given that of the next one's output: matrix^T out (1 - unit^2).
void units_back(const float* matrix, std::size_t units, std::size_t outputs, const float* out_gradient,
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
    const auto mean = hn::MulAdd(hn::Set(d, adam.beta1), hn::LoadU(d, problem.mean.data() + i),
                                 hn::Mul(hn::Set(d, 1 - adam.beta1), g));
    const auto square = hn::MulAdd(hn::Set(d, adam.beta2), hn::LoadU(d, problem.square.data() + i),
                                   hn::Mul(hn::Mul(hn::Set(d, 1 - adam.beta2), g), g));
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

namespace {

/// Samples whose gradient is one sum. It is the same at every number of threads, and so are the sums.
constexpr std::size_t chunk_samples = 96;

template <class Scheduler>
void run(const TrainingProblem& problem, TrainingResult& result, const Execution& execution) {
  require_valid(problem, result);
  const std::size_t batch = problem.data.size(), size = problem.parameters.size();
  const std::size_t chunks = (batch + chunk_samples - 1) / chunk_samples;
  std::vector<float> gradients(chunks * size);
  std::vector<double> losses(chunks);
  Scheduler::for_each_chunk(execution, batch, chunk_samples, [&](std::size_t begin, std::size_t end) {
    const std::size_t number = begin / chunk_samples;
    losses[number] = HWY_DYNAMIC_DISPATCH(chunk)(problem, begin, end, gradients.data() + number * size);
  });
  double sum = 0;
  for (const double loss : losses) sum += loss;
  result.loss = sum / static_cast<double>(batch);

  const auto steps = static_cast<double>(problem.step + 1);
  const AdamFactors adam{.beta1 = static_cast<float>(problem.adam.beta1),
                         .beta2 = static_cast<float>(problem.adam.beta2),
                         .rate = static_cast<float>(problem.adam.rate / (1 - std::pow(problem.adam.beta1, steps))),
                         .square_share = static_cast<float>(1 / (1 - std::pow(problem.adam.beta2, steps))),
                         .epsilon = static_cast<float>(problem.adam.epsilon)};
  constexpr std::size_t grain = 4096;
  Scheduler::for_each_chunk(execution, size, grain, [&](std::size_t begin, std::size_t end) {
    HWY_DYNAMIC_DISPATCH(update)(problem, gradients.data(), chunks, adam, begin, end, result);
  });
}

}  // namespace

void simd(const TrainingProblem& problem, TrainingResult& result, const Execution&) {
  run<Sequential>(problem, result, {});
}

void simd_omp(const TrainingProblem& problem, TrainingResult& result, const Execution& execution) {
  run<OpenMp>(problem, result, execution);
}

void simd_tbb(const TrainingProblem& problem, TrainingResult& result, const Execution& execution) {
  run<OneTbb>(problem, result, execution);
}

void network_velocities(const NetworkShape& shape, std::span<const float> parameters, const float* x, std::size_t count,
                        double t, float* out) {
  HWY_DYNAMIC_DISPATCH(velocities)(shape, parameters.data(), x, count, t, out);
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
