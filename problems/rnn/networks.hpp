// Random recurrent networks with their inputs, from cells that forget in a few steps to cells that never do.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "impl/support/random.hpp"
#include "reference/rnn/backward.hpp"
#include "reference/rnn/fixed.hpp"
#include "reference/rnn/rnn.hpp"

namespace tandem::rnn {

/// How the random problems are drawn: weights gain * normal / sqrt(d) (dense), gain * normal (diagonal GRU), uniform
/// within gain (diagonal tanh), or gain itself (one channel of tanh); inputs input_scale * normal, initial state
/// uniform in [-1, 1).
struct Draw {
  double gain = 0.9;
  double input_scale = 1;
};

template <class Cell, class Real = float>
Problem<Cell, Real> random_problem(std::size_t hidden_size, std::size_t length, std::uint64_t seed,
                                   const Draw& draw = {}) {
  const std::size_t d = hidden_size;
  Problem<Cell, Real> problem{.hidden_size = d,
                              .weights = {},
                              .initial_state = {},
                              .input = {},
                              .stopping = {.tolerance = 0, .max_iterations = 200, .clamp = false}};
  problem.weights.resize(weight_count<Cell>(d));
  problem.initial_state.resize(d);
  problem.input.resize(d == 0 ? 0 : length * Cell::gates * d);
  const auto weight = [&](std::size_t i) {
    if (Cell::gates == 1 && d == 1) return draw.gain;
    if (Cell::dense) return draw.gain * random_normal(seed, i) / std::sqrt(static_cast<double>(d));
    // A channel of the diagonal tanh cell with |a| > 1 would not forget.
    return draw.gain * (Cell::gates == 1 ? 2 * random_uniform(seed, i) - 1 : random_normal(seed, i));
  };
  for (std::size_t i = 0; i < problem.weights.size(); ++i) problem.weights[i] = static_cast<Real>(weight(i));
  for (std::size_t i = 0; i < d; ++i) {
    problem.initial_state[i] = static_cast<Real>(2 * random_uniform(seed, i, 4) - 1);
  }
  for (std::size_t i = 0; i < problem.input.size(); ++i) {
    problem.input[i] = static_cast<Real>(draw.input_scale * random_normal(seed, i, 1));
  }
  return problem;
}

/// The allowed difference of one state. Rounding: a step adds at most (d + 4) u |A| |x| <= 2e-6 (u = 6e-8, d <= 512)
/// and the rational tanh 4e-7; a cell that forgets (these problems lose a factor of e in one to three steps) lets about
/// three steps' worth stand: 8e-6. Chunks and iterates may differ by the 1e-5 of meeting_tolerance, which a cell can
/// let grow twofold before it forgets it.
inline constexpr double state_tolerance = 3e-5;

/// Every channel has two resting places, one on either side of 0, and remembers for ever on which it started: chunks
/// that start from a guess end on the wrong side. Tanh: A near 1.5 I. GRU: gates half open, W_c near 4 I.
template <class Cell>
Problem<Cell> bistable_problem(std::size_t hidden_size, std::size_t length, std::uint64_t seed) {
  Problem<Cell> problem = random_problem<Cell>(hidden_size, length, seed, {.gain = 0.02, .input_scale = 0.1});
  const std::size_t d = hidden_size;
  const std::size_t candidate = (Cell::gates - 1) * d * (Cell::dense ? d : 1);
  for (std::size_t i = 0; i < d; ++i) {
    problem.weights[candidate + i * (Cell::dense ? d + 1 : 1)] = Cell::gates == 1 ? 1.5F : 4.0F;
    problem.initial_state[i] = random_bits(seed, i, 5) % 2 == 0 ? 0.8F : -0.8F;
  }
  return problem;
}

/// A problem for the agreement test: `count` decides both the length and, differently, the number of channels. Some of
/// every third seed's are long enough, and forget fast enough, for chunks to be tried.
template <class Cell>
Problem<Cell> awkward_problem(std::size_t count, std::uint64_t seed) {
  std::size_t hidden_size = count % (Cell::dense ? 23 : 19);
  std::size_t length = seed % 3 == 0 && count % 16 == 1 ? count + 2003 : count;
  // Some of the middling are wide instead of long.
  if (seed % 2 == 0 && count > 23 && count < 128) std::swap(hidden_size, length);
  return random_problem<Cell>(hidden_size, length, seed, {.gain = 0.5, .input_scale = 1});
}

/// A fixed number of iterations as the model. A linear recurrence with a weight beyond 1 has no bounded answer.
template <class Cell>
FixedProblem<Cell> fixed_problem(std::size_t hidden_size, std::size_t steps, std::size_t iterations,
                                 std::uint64_t seed) {
  constexpr Draw small_signals{.gain = 0.5, .input_scale = 0.1};
  FixedProblem<Cell> problem{random_problem<Cell>(hidden_size, steps, seed, small_signals), iterations};
  if (!Cell::dense) {
    for (float& weight : problem.network.weights) weight = std::clamp(weight, -0.9F, 0.9F);
  }
  return problem;
}

/// The backward pass along `states`, which are the answer to `forward`, with normal gradients of the states.
template <class Cell, class Real>
BackwardProblem<Cell, Real> backward_problem(Problem<Cell, Real> forward, std::vector<Real> states,
                                             std::uint64_t seed) {
  BackwardProblem<Cell, Real> problem{.forward = std::move(forward), .states = std::move(states), .state_gradient = {}};
  problem.state_gradient.resize(problem.states.size());
  for (std::size_t i = 0; i < problem.state_gradient.size(); ++i) {
    problem.state_gradient[i] = static_cast<Real>(random_normal(seed, i, 6));
  }
  return problem;
}

}  // namespace tandem::rnn
