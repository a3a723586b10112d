// The backward pass of the dense cells, in three parts: the gates of all steps (GRU; products with several states at
// once), the recurrence of lambda (products with the transposed weights, one after the other), and the gradients of the
// weights (sums of outer products, by tiles of rows). The first and the last are spread over the threads.
//
// Operations per step, d x d matrices, one multiplication with addition each: tanh 1 + 1 (recurrence, weights), GRU
// 3 + 3 + 3 (gates, recurrence, weights), of which the recurrence alone cannot be shared.
#include <algorithm>
#include <vector>

#include "impl/rnn/backward/backward.hpp"
#include "impl/support/denormals.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/backward/dense_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/rnn/backward/outer_products-inl.hpp"
#include "impl/rnn/kernels/activation-inl.hpp"
#include "impl/rnn/kernels/dense_panels-inl.hpp"
// clang-format on

#ifndef TANDEM_RNN_BACKWARD_DENSE
#define TANDEM_RNN_BACKWARD_DENSE
namespace tandem::rnn {

/// Where the parts find what they need. Until the recurrence has passed a step, gradient.input holds the gates z, r, c
/// of that step (GRU).
template <class Cell>
struct DenseBackward {
  const BackwardProblem<Cell>& problem;
  Gradient<>& gradient;
  std::vector<float> reset_states{};  ///< T x d: r o x_{t-1} (GRU)

  std::size_t size() const { return problem.forward.hidden_size; }
  const float* previous_state(std::size_t t) const {
    return t == 0 ? problem.forward.initial_state.data() : problem.states.data() + (t - 1) * size();
  }
};

}  // namespace tandem::rnn
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// A vector of numbers with room for whole registers behind.
inline std::vector<float> padded(std::size_t size, std::size_t rows = 1) {
  return std::vector<float>(rows * vectors_of(size) * lanes);
}

inline Panels<> transposed_panels(const float* matrix, std::size_t size) {
  std::vector<float> transposed(size * size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) transposed[j * size + i] = matrix[i * size + j];
  }
  return Panels<>(transposed.data(), size);
}

/// The gates of `columns` steps from t on, and r o x of each.
template <std::size_t columns>
void compute_gates(DenseBackward<Gru>& work, const Panels<>& w_z, const Panels<>& w_r, const Panels<>& w_c,
                   std::size_t t) {
  const Floats d;
  const std::size_t size = work.size();
  const std::size_t stride = vectors_of(size) * lanes;
  std::vector<float> states = padded(size, columns);
  std::vector<float> reset = padded(size, columns);
  for (std::size_t c = 0; c < columns; ++c) {
    std::copy_n(work.previous_state(t + c), size, states.data() + c * stride);
  }
  const auto place = [&](std::size_t c, std::size_t gate) { return ((t + c) * Gru::gates + gate) * size; };
  const auto with_input = [&](std::size_t gate, std::size_t v, std::size_t c, Vector sum) HWY_ATTR {
    return hn::Add(sum, load_row(work.problem.forward.input.data() + place(c, gate), v * lanes, size));
  };
  const auto keep = [&](std::size_t gate, std::size_t v, std::size_t c, Vector value)
                        HWY_ATTR { store_row(value, work.gradient.input.data() + place(c, gate), v * lanes, size); };
  multiply<false, columns>(w_z, states.data(), stride, [&](std::size_t v, std::size_t c, Vector sum) HWY_ATTR {
    keep(0, v, c, vector_sigmoid(d, with_input(0, v, c, sum)));
  });
  multiply<false, columns>(w_r, states.data(), stride, [&](std::size_t v, std::size_t c, Vector sum) HWY_ATTR {
    const Vector r = vector_sigmoid(d, with_input(1, v, c, sum));
    const Vector reset_state = hn::Mul(r, hn::LoadU(d, states.data() + c * stride + v * lanes));
    keep(1, v, c, r);
    hn::StoreU(reset_state, d, reset.data() + c * stride + v * lanes);
    store_row(reset_state, work.reset_states.data() + (t + c) * size, v * lanes, size);
  });
  multiply<false, columns>(w_c, reset.data(), stride, [&](std::size_t v, std::size_t c, Vector sum) HWY_ATTR {
    keep(2, v, c, vector_tanh(d, with_input(2, v, c, sum)));
  });
}

/// The gates of the steps [first, last).
void gates(DenseBackward<Gru>& work, std::size_t first, std::size_t last) {
  const std::size_t size = work.size();
  const float* weights = work.problem.forward.weights.data();
  const Panels<> w_z(weights, size);
  const Panels<> w_r(weights + size * size, size);
  const Panels<> w_c(weights + 2 * size * size, size);
  std::size_t t = first;
  for (; t + lockstep_columns <= last; t += lockstep_columns) {
    compute_gates<lockstep_columns>(work, w_z, w_r, w_c, t);
  }
  for (; t < last; ++t) compute_gates<1>(work, w_z, w_r, w_c, t);
}

/// lambda back through the whole sequence, writing the gradients of the inputs and of x_0.
void recur_tanh(DenseBackward<Tanh>& work) {
  const Floats d;
  const std::size_t size = work.size();
  const Panels<> transposed = transposed_panels(work.problem.forward.weights.data(), size);
  std::vector<float> lambda = padded(size);
  std::vector<float> delta = padded(size);
  for (std::size_t t = work.problem.length(); t-- > 0;) {
    for (std::size_t i = 0; i < size; i += lanes) {
      const Vector next = load_row(work.problem.states.data() + t * size, i, size);
      const Vector direct = load_row(work.problem.state_gradient.data() + t * size, i, size);
      const Vector total = hn::Add(hn::LoadU(d, lambda.data() + i), direct);
      const Vector through = hn::Mul(total, hn::NegMulAdd(next, next, hn::Set(d, 1.0F)));
      hn::StoreU(through, d, delta.data() + i);
      store_row(through, work.gradient.input.data() + t * size, i, size);
    }
    multiply<false, 1>(transposed, delta.data(), 0, [&](std::size_t v, std::size_t, Vector sum) HWY_ATTR {
      hn::StoreU(sum, d, lambda.data() + v * lanes);
    });
  }
  std::copy_n(lambda.begin(), size, work.gradient.initial_state.begin());
}

void recur_gru(DenseBackward<Gru>& work) {
  const Floats d;
  const std::size_t size = work.size();
  const float* weights = work.problem.forward.weights.data();
  const Panels<> transposed_z = transposed_panels(weights, size);
  const Panels<> transposed_r = transposed_panels(weights + size * size, size);
  const Panels<> transposed_c = transposed_panels(weights + 2 * size * size, size);
  std::vector<float> lambda = padded(size);
  std::vector<float> delta_z = padded(size);
  std::vector<float> delta_r = padded(size);
  std::vector<float> delta_c = padded(size);
  const Vector one = hn::Set(d, 1.0F);
  for (std::size_t t = work.problem.length(); t-- > 0;) {
    const float* x_row = work.previous_state(t);
    float* z_row = work.gradient.input.data() + t * Gru::gates * size;
    float* r_row = z_row + size;
    float* c_row = r_row + size;
    for (std::size_t i = 0; i < size; i += lanes) {
      const Vector x = load_row(x_row, i, size);
      const Vector z = load_row(z_row, i, size);
      const Vector c = load_row(c_row, i, size);
      const Vector direct = load_row(work.problem.state_gradient.data() + t * size, i, size);
      const Vector total = hn::Add(hn::LoadU(d, lambda.data() + i), direct);
      const Vector through_z = hn::Mul(hn::Mul(total, hn::Sub(c, x)), hn::Mul(z, hn::Sub(one, z)));
      const Vector through_c = hn::Mul(hn::Mul(total, z), hn::NegMulAdd(c, c, one));
      hn::StoreU(through_z, d, delta_z.data() + i);
      hn::StoreU(through_c, d, delta_c.data() + i);
      hn::StoreU(hn::Mul(total, hn::Sub(one, z)), d, lambda.data() + i);
      store_row(through_z, z_row, i, size);
      store_row(through_c, c_row, i, size);
    }
    const auto add_to_lambda = [&](std::size_t v, std::size_t, Vector sum) HWY_ATTR {
      float* part = lambda.data() + v * lanes;
      hn::StoreU(hn::Add(hn::LoadU(d, part), sum), d, part);
    };
    multiply<false, 1>(transposed_c, delta_c.data(), 0,
                       [&](std::size_t v, std::size_t, Vector reset_gradient) HWY_ATTR {
                         const std::size_t i = v * lanes;
                         const Vector r = load_row(r_row, i, size);
                         const Vector slope = hn::Mul(r, hn::Sub(one, r));
                         const Vector through_r = hn::Mul(hn::Mul(reset_gradient, load_row(x_row, i, size)), slope);
                         hn::StoreU(through_r, d, delta_r.data() + i);
                         store_row(through_r, r_row, i, size);
                         add_to_lambda(v, 0, hn::Mul(reset_gradient, r));
                       });
    multiply<true, 1>(transposed_z, delta_z.data(), 0, add_to_lambda);
    multiply<false, 1>(transposed_r, delta_r.data(), 0, add_to_lambda);
  }
  std::copy_n(lambda.begin(), size, work.gradient.initial_state.begin());
}

/// Part `task` of the gradients of the weights: a tile of rows of one gate.
template <class Cell>
void weight_task(DenseBackward<Cell>& work, std::size_t task) {
  const std::size_t size = work.size();
  const std::size_t gate = task % Cell::gates;
  const std::size_t tile = task / Cell::gates;
  const std::size_t steps = work.problem.length();
  const std::size_t width = Cell::gates * size;
  float* out = work.gradient.weights.data() + gate * size * size;
  const Matrix delta{work.gradient.input.data() + gate * size, width};
  if (gate == 2) return outer_products(delta, {work.reset_states.data(), size}, steps, size, tile, out);
  // x_0 lies elsewhere than the other states.
  outer_products(delta, {work.previous_state(0), size}, std::min<std::size_t>(steps, 1), size, tile, out);
  if (steps <= 1) return;
  outer_products({delta.first + width, width}, {work.previous_state(1), size}, steps - 1, size, tile, out);
}

void weights_tanh(DenseBackward<Tanh>& work, std::size_t task) { weight_task(work, task); }
void weights_gru(DenseBackward<Gru>& work, std::size_t task) { weight_task(work, task); }

std::size_t rows_per_tile() { return 2 * lanes; }

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(gates);
HWY_EXPORT(recur_tanh);
HWY_EXPORT(recur_gru);
HWY_EXPORT(weights_tanh);
HWY_EXPORT(weights_gru);
HWY_EXPORT(rows_per_tile);

namespace {

void recur(DenseBackward<Tanh>& work, const Execution&) {
  const DenormalsAreZero guard;
  HWY_DYNAMIC_DISPATCH(recur_tanh)(work);
}

void recur(DenseBackward<Gru>& work, const Execution& execution) {
  work.reset_states.resize(work.problem.states.size());
  for_each_chunk(execution, work.problem.length(), gate_steps, [&](std::size_t first, std::size_t last) {
    const DenormalsAreZero guard;
    HWY_DYNAMIC_DISPATCH(gates)(work, first, last);
  });
  const DenormalsAreZero guard;
  HWY_DYNAMIC_DISPATCH(recur_gru)(work);
}

void add_weights(DenseBackward<Tanh>& work, std::size_t task) { HWY_DYNAMIC_DISPATCH(weights_tanh)(work, task); }
void add_weights(DenseBackward<Gru>& work, std::size_t task) { HWY_DYNAMIC_DISPATCH(weights_gru)(work, task); }

template <class Cell>
void run(const BackwardProblem<Cell>& problem, Gradient<>& gradient, const Execution& execution) {
  require_shapes(problem, gradient);
  if (problem.forward.hidden_size == 0) return;
  DenseBackward<Cell> work{problem, gradient};
  recur(work, execution);
  std::ranges::fill(gradient.weights, 0.0F);
  const std::size_t rows = HWY_DYNAMIC_DISPATCH(rows_per_tile)();
  const std::size_t tasks = Cell::gates * ((problem.forward.hidden_size + rows - 1) / rows);
  for_each_chunk(execution, tasks, 1, [&](std::size_t task, std::size_t) {
    const DenormalsAreZero guard;
    add_weights(work, task);
  });
}

}  // namespace

template <>
void backward_simd(const BackwardProblem<Tanh>& problem, Gradient<>& gradient, const Execution& execution) {
  run(problem, gradient, execution);
}

template <>
void backward_simd(const BackwardProblem<Gru>& problem, Gradient<>& gradient, const Execution& execution) {
  run(problem, gradient, execution);
}

}  // namespace tandem::rnn
#endif
