// The backward pass of the diagonal cells. A step back is, channel by channel, lambda_{t-1} = g_{t-1} + m_t lambda_t
// with a factor m_t that the forward pass fixes, so a block of steps maps lambda to p lambda + q, and blocks compose:
// the scan first finds p and q of every block, then the lambda that enters each, then the gradients of all blocks.
#include <algorithm>
#include <array>
#include <vector>

#include "impl/rnn/backward/backward.hpp"
#include "impl/support/denormals.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/rnn/backward/diagonal_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/rnn/kernels/activation-inl.hpp"
#include "impl/rnn/kernels/lanes-inl.hpp"
// clang-format on

#ifndef TANDEM_RNN_BACKWARD_DIAGONAL
#define TANDEM_RNN_BACKWARD_DIAGONAL
namespace tandem::rnn {

/// The steps first, ..., last - 1 (from 0) of a sequence.
struct Block {
  std::size_t first;
  std::size_t last;
};

/// What leaves a block backward, for each channel: lambda before the direct gradient of the state that it belongs to is
/// added, as the block maps it from `product` times what enters plus `lambda`.
struct BlockResult {
  std::vector<float> lambda;
  std::vector<float> product;
  std::vector<float> weights;
};

}  // namespace tandem::rnn
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// One step of some channels: lambda_{t-1} gets `factor` times lambda_t, the input of gate k gets input[k] times
/// lambda_t, and the weight of gate k that times weight[k].
template <class Cell, class V>
struct Linearised {
  V factor;
  V input[Cell::gates];
  V weight[Cell::gates];
};

/// The state and inputs of the channels that begin at `channel`, in step t.
template <class Cell, class D>
struct Step {
  D d;
  const BackwardProblem<Cell>& problem;
  std::size_t t;
  std::size_t channel;

  using V = hn::Vec<D>;

  HWY_INLINE V previous_state() const {
    const std::size_t size = problem.forward.hidden_size;
    return hn::LoadU(
        d, t == 0 ? problem.forward.initial_state.data() + channel : problem.states.data() + (t - 1) * size + channel);
  }
  HWY_INLINE V state() const { return hn::LoadU(d, problem.states.data() + t * problem.forward.hidden_size + channel); }
  HWY_INLINE V input(std::size_t gate) const {
    const std::size_t size = problem.forward.hidden_size;
    return hn::LoadU(d, problem.forward.input.data() + (t * Cell::gates + gate) * size + channel);
  }
  HWY_INLINE V weight(std::size_t gate) const {
    return hn::LoadU(d, problem.forward.weights.data() + gate * problem.forward.hidden_size + channel);
  }
};

template <class D>
HWY_INLINE Linearised<TanhDiagonal, hn::Vec<D>> linearised(const Step<TanhDiagonal, D>& step) {
  const auto next = step.state();
  const auto slope = hn::NegMulAdd(next, next, hn::Set(step.d, 1.0F));
  return {hn::Mul(slope, step.weight(0)), {slope}, {step.previous_state()}};
}

template <class D>
HWY_INLINE Linearised<GruDiagonal, hn::Vec<D>> linearised(const Step<GruDiagonal, D>& step) {
  const D d = step.d;
  const auto one = hn::Set(d, 1.0F);
  const auto x = step.previous_state();
  const auto z = vector_sigmoid(d, hn::MulAdd(step.weight(0), x, step.input(0)));
  const auto r = vector_sigmoid(d, hn::MulAdd(step.weight(1), x, step.input(1)));
  const auto reset_state = hn::Mul(r, x);
  const auto c = vector_tanh(d, hn::MulAdd(step.weight(2), reset_state, step.input(2)));
  const auto input_z = hn::Mul(hn::Sub(c, x), hn::Mul(z, hn::Sub(one, z)));
  const auto input_c = hn::Mul(z, hn::NegMulAdd(c, c, one));
  const auto reset = hn::Mul(step.weight(2), input_c);
  const auto input_r = hn::Mul(hn::Mul(reset, reset_state), hn::Sub(one, r));
  auto factor = hn::MulAdd(reset, r, hn::Sub(one, z));
  factor = hn::MulAdd(step.weight(0), input_z, factor);
  factor = hn::MulAdd(step.weight(1), input_r, factor);
  return {factor, {input_z, input_r, input_c}, {x, x, reset_state}};
}

/// How the block maps lambda: from 0 into result.lambda, and the product of its factors.
template <class Cell>
void map_block(const BackwardProblem<Cell>& problem, Block block, BlockResult& result) {
  const std::size_t size = problem.forward.hidden_size;
  result.lambda.assign(size, 0);
  result.product.assign(size, 1);
  for (std::size_t t = block.last; t-- > block.first;) {
    for_lanes<float>(size, [&](auto d, std::size_t channel) HWY_ATTR {
      const auto factor = linearised(Step<Cell, decltype(d)>{d, problem, t, channel}).factor;
      float* lambda = result.lambda.data() + channel;
      float* product = result.product.data() + channel;
      const auto direct = hn::LoadU(d, problem.state_gradient.data() + t * size + channel);
      hn::StoreU(hn::Mul(factor, hn::Add(hn::LoadU(d, lambda), direct)), d, lambda);
      hn::StoreU(hn::Mul(factor, hn::LoadU(d, product)), d, product);
    });
  }
}

/// The gradients of the block's inputs, and its share of the weights' in result.weights, from the lambda that enters,
/// which is replaced by the one that leaves.
template <class Cell>
void differentiate_block(const BackwardProblem<Cell>& problem, Block block, Gradient<>& gradient, BlockResult& result) {
  const std::size_t size = problem.forward.hidden_size;
  result.weights.assign(Cell::gates * size, 0);
  for (std::size_t t = block.last; t-- > block.first;) {
    for_lanes<float>(size, [&](auto d, std::size_t channel) HWY_ATTR {
      const auto step = linearised(Step<Cell, decltype(d)>{d, problem, t, channel});
      float* stored = result.lambda.data() + channel;
      const auto direct = hn::LoadU(d, problem.state_gradient.data() + t * size + channel);
      const auto lambda = hn::Add(hn::LoadU(d, stored), direct);
      for (std::size_t gate = 0; gate < Cell::gates; ++gate) {
        const auto input = hn::Mul(step.input[gate], lambda);
        hn::StoreU(input, d, gradient.input.data() + (t * Cell::gates + gate) * size + channel);
        float* weight = result.weights.data() + gate * size + channel;
        hn::StoreU(hn::MulAdd(input, step.weight[gate], hn::LoadU(d, weight)), d, weight);
      }
      hn::StoreU(hn::Mul(step.factor, lambda), d, stored);
    });
  }
}

void map_tanh(const BackwardProblem<TanhDiagonal>& problem, Block block, BlockResult& result) {
  map_block(problem, block, result);
}
void map_gru(const BackwardProblem<GruDiagonal>& problem, Block block, BlockResult& result) {
  map_block(problem, block, result);
}
void differentiate_tanh(const BackwardProblem<TanhDiagonal>& problem, Block block, Gradient<>& gradient,
                        BlockResult& result) {
  differentiate_block(problem, block, gradient, result);
}
void differentiate_gru(const BackwardProblem<GruDiagonal>& problem, Block block, Gradient<>& gradient,
                       BlockResult& result) {
  differentiate_block(problem, block, gradient, result);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::rnn {

HWY_EXPORT(map_tanh);
HWY_EXPORT(map_gru);
HWY_EXPORT(differentiate_tanh);
HWY_EXPORT(differentiate_gru);

namespace {

void map(const BackwardProblem<TanhDiagonal>& problem, Block block, BlockResult& result) {
  const DenormalsAreZero guard;
  HWY_DYNAMIC_DISPATCH(map_tanh)(problem, block, result);
}
void map(const BackwardProblem<GruDiagonal>& problem, Block block, BlockResult& result) {
  const DenormalsAreZero guard;
  HWY_DYNAMIC_DISPATCH(map_gru)(problem, block, result);
}
void differentiate(const BackwardProblem<TanhDiagonal>& problem, Block block, Gradient<>& gradient,
                   BlockResult& result) {
  const DenormalsAreZero guard;
  HWY_DYNAMIC_DISPATCH(differentiate_tanh)(problem, block, gradient, result);
}
void differentiate(const BackwardProblem<GruDiagonal>& problem, Block block, Gradient<>& gradient,
                   BlockResult& result) {
  const DenormalsAreZero guard;
  HWY_DYNAMIC_DISPATCH(differentiate_gru)(problem, block, gradient, result);
}

/// The blocked scan.
template <class Cell>
void run(const BackwardProblem<Cell>& problem, Gradient<>& gradient, const Execution& execution) {
  require_shapes(problem, gradient);
  const std::size_t count = (problem.length() + block_steps - 1) / block_steps;
  std::vector<BlockResult> results(count);
  const auto block = [&](std::size_t i) {
    return Block{i * block_steps, std::min((i + 1) * block_steps, problem.length())};
  };
  std::vector<float> lambda(problem.forward.hidden_size);
  std::vector<double> weights(gradient.weights.size());
  // One thread needs no map: it has the lambda that enters a block when it comes to it.
  const bool scan = execution.team() > 1;
  if (scan) {
    for_each_chunk(execution, count, 1, [&](std::size_t i, std::size_t) { map(problem, block(i), results[i]); });
    for (std::size_t i = count; i-- > 0;) {
      for (std::size_t channel = 0; channel < lambda.size(); ++channel) {
        // Where the factors' product overflows, nothing that enters must still leave as nothing.
        const float carried = lambda[channel] == 0 ? 0 : results[i].product[channel] * lambda[channel];
        const float leaves = carried + results[i].lambda[channel];
        results[i].lambda[channel] = lambda[channel];
        lambda[channel] = leaves;
      }
    }
    for_each_chunk(execution, count, 1,
                   [&](std::size_t i, std::size_t) { differentiate(problem, block(i), gradient, results[i]); });
  } else {
    for (std::size_t i = count; i-- > 0;) {
      results[i].lambda = lambda;
      differentiate(problem, block(i), gradient, results[i]);
      lambda = results[i].lambda;
    }
  }
  for (const BlockResult& result : results) {
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] += result.weights[i];
  }
  std::ranges::copy(lambda, gradient.initial_state.begin());
  std::ranges::transform(weights, gradient.weights.begin(), [](double sum) { return static_cast<float>(sum); });
}

}  // namespace

template <>
void backward_simd(const BackwardProblem<TanhDiagonal>& problem, Gradient<>& gradient, const Execution& execution) {
  run(problem, gradient, execution);
}

template <>
void backward_simd(const BackwardProblem<GruDiagonal>& problem, Gradient<>& gradient, const Execution& execution) {
  run(problem, gradient, execution);
}

}  // namespace tandem::rnn
#endif
