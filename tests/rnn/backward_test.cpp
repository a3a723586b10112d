// The backward pass: the reference against finite differences in double, and what the registry's agreement test does
// not say of the variants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "impl/rnn/backward/backward.hpp"
#include "impl/support/random.hpp"
#include "problems/rnn/networks.hpp"
#include "tests/rnn/rows.hpp"

namespace tandem::rnn {
namespace {

template <class Cell, class Real>
BackwardProblem<Cell, Real> make_problem(std::size_t d, std::size_t length) {
  const double gain = 0.6 * (Cell::dense ? std::sqrt(static_cast<double>(d)) : 1);
  Problem<Cell, Real> forward = random_problem<Cell, Real>(d, length, 1, {.gain = gain, .input_scale = 1});
  Answer<Real> answer{.states = std::vector<Real>(length * d)};
  reference(forward, answer);
  return backward_problem(std::move(forward), std::move(answer.states), 1);
}

template <class Cell, class Real>
Gradient<Real> empty_gradient(const BackwardProblem<Cell, Real>& problem) {
  const Real nan = std::numeric_limits<Real>::quiet_NaN();
  return {.initial_state = std::vector<Real>(problem.forward.hidden_size, nan),
          .input = std::vector<Real>(problem.forward.input.size(), nan),
          .weights = std::vector<Real>(problem.forward.weights.size(), nan)};
}

/// sum_t <g_t, x_t>
template <class Cell>
double loss(const Problem<Cell, double>& forward, const std::vector<double>& state_gradient) {
  Answer<double> answer{.states = std::vector<double>(state_gradient.size())};
  reference(forward, answer);
  double sum = 0;
  for (std::size_t i = 0; i < state_gradient.size(); ++i) sum += state_gradient[i] * answer.states[i];
  return sum;
}

template <class Cell>
class Backward : public testing::Test {};
using Cells = testing::Types<Tanh, TanhDiagonal, Gru, GruDiagonal>;
TYPED_TEST_SUITE(Backward, Cells);

TYPED_TEST(Backward, ReferenceIsTheDerivativeOfTheLoss) {
  using Cell = TypeParam;
  const auto problem = make_problem<Cell, double>(5, 9);
  auto gradient = empty_gradient(problem);
  reference_backward(problem, gradient);
  const auto expect_derivatives = [&](std::vector<double> Problem<Cell, double>::*numbers,
                                      const std::vector<double>& derivatives, const char* what) {
    for (std::size_t i = 0; i < derivatives.size(); ++i) {
      constexpr double h = 1e-5;
      auto moved = problem.forward;
      (moved.*numbers)[i] += h;
      const double above = loss(moved, problem.state_gradient);
      (moved.*numbers)[i] -= 2 * h;
      const double below = loss(moved, problem.state_gradient);
      // The central difference is off by h^2 times a third derivative, and by the rounding of the loss over h.
      ASSERT_NEAR(derivatives[i], (above - below) / (2 * h), 1e-7) << what << " " << i;
    }
  };
  expect_derivatives(&Problem<Cell, double>::initial_state, gradient.initial_state, "x_0");
  expect_derivatives(&Problem<Cell, double>::input, gradient.input, "input");
  expect_derivatives(&Problem<Cell, double>::weights, gradient.weights, "weight");
}

TYPED_TEST(Backward, BlocksOfStepsFitTogetherAtEveryThreadCount) {
  using Cell = TypeParam;
  const auto rows = rows_starting_with<BackwardProblem<Cell>, Gradient<>>(method_name<Cell>() + "_backward", {"simd"});
  for (const std::size_t d : {1, 3, 8, 17}) {
    const auto problem = make_problem<Cell, float>(d, 13001);  // more than three blocks of the diagonal scan
    auto expected = empty_gradient(problem);
    reference_backward(problem, expected);
    // Gradients that have grown on their way back are as exact as their size allows.
    double scale = 1;
    for (const float value : expected.input) scale = std::max(scale, std::abs(static_cast<double>(value)));
    for (const int threads : {1, 2, 3, 4}) {
      for (const auto& row : rows) {
        auto gradient = empty_gradient(problem);
        row.run(problem, gradient, {.threads = threads});
        for (std::size_t i = 0; i < expected.input.size(); ++i) {
          ASSERT_NEAR(gradient.input[i], expected.input[i], 1e-5 * scale)
              << i << " at " << threads << " threads, d = " << d;
        }
        for (std::size_t i = 0; i < d; ++i)
          ASSERT_NEAR(gradient.initial_state[i], expected.initial_state[i], 1e-5 * scale);
        for (std::size_t i = 0; i < expected.weights.size(); ++i) {
          // Rounding of 13001 terms of that size and random sign.
          ASSERT_NEAR(gradient.weights[i], expected.weights[i], 2e-3 * scale) << i;
        }
      }
    }
  }
}

TYPED_TEST(Backward, ASequenceOfNoStepsHasNoGradient) {
  using Cell = TypeParam;
  const auto problem = make_problem<Cell, float>(3, 0);
  auto gradient = empty_gradient(problem);
  backward_simd(problem, gradient, {});
  EXPECT_THAT(gradient.initial_state, testing::Each(0.0F));
  EXPECT_THAT(gradient.weights, testing::Each(0.0F));
}

TYPED_TEST(Backward, NaNGoesBackwardOnly) {
  using Cell = TypeParam;
  auto problem = make_problem<Cell, float>(4, 20);
  constexpr std::size_t at = 11;
  problem.state_gradient[at * 4] = std::numeric_limits<float>::quiet_NaN();
  auto gradient = empty_gradient(problem);
  backward_simd(problem, gradient, {});
  const std::size_t width = Cell::gates * 4;
  for (std::size_t t = at + 1; t < 20; ++t) {
    for (std::size_t i = 0; i < width; ++i) EXPECT_FALSE(std::isnan(gradient.input[t * width + i])) << t;
  }
  for (std::size_t t = 0; t <= at; ++t) EXPECT_TRUE(std::isnan(gradient.input[t * width])) << t;
  EXPECT_TRUE(std::isnan(gradient.initial_state[0]));
}

TYPED_TEST(Backward, RefusesLengthsThatDoNotFit) {
  using Cell = TypeParam;
  const auto good = make_problem<Cell, float>(3, 4);
  const auto message = [](const BackwardProblem<Cell>& problem, Gradient<> gradient) -> std::string {
    try {
      backward_simd(problem, gradient, {});
    } catch (const std::invalid_argument& refusal) {
      return refusal.what();
    }
    return "accepted";
  };
  auto problem = good;
  problem.states.pop_back();
  EXPECT_EQ(message(problem, empty_gradient(good)), "states has 11 numbers, not 12");
  problem = good;
  problem.state_gradient.push_back(0);
  EXPECT_EQ(message(problem, empty_gradient(good)), "state_gradient has 13 numbers, not 12");
  auto gradient = empty_gradient(good);
  gradient.initial_state.pop_back();
  EXPECT_EQ(message(good, gradient), "the gradient of initial_state has 2 numbers, not 3");
}

}  // namespace
}  // namespace tandem::rnn
