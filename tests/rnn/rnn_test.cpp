// The recurrent networks' definition: known values, the residual as a certificate, bad input. And what every variant
// owes beside agreement, which is tested over the registry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "benchmarks/suite/check.hpp"
#include "impl/rnn/rnn.hpp"
#include "problems/rnn/networks.hpp"
#include "tests/rnn/rows.hpp"

namespace tandem::rnn {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Cell, class Real>
Answer<Real> room_for(const Problem<Cell, Real>& problem) {
  return {.states = std::vector<Real>(problem.length() * problem.hidden_size, std::numeric_limits<Real>::quiet_NaN())};
}

template <class Cell, class Real>
std::vector<Real> states_of(const Problem<Cell, Real>& problem) {
  Answer<Real> answer = room_for(problem);
  reference(problem, answer);
  return answer.states;
}

TEST(Reference, TanhByHand) {
  const Problem<Tanh, double> problem{
      .hidden_size = 2, .weights = {0, 2, -1, 0}, .initial_state = {0.5, 0.25}, .input = {0.1, 0, 0, 0.3}};
  const double x11 = std::tanh(2 * 0.25 + 0.1);
  const double x12 = std::tanh(-0.5);
  EXPECT_THAT(states_of(problem),
              testing::Pointwise(testing::DoubleNear(1e-15), {x11, x12, std::tanh(2 * x12), std::tanh(-x11 + 0.3)}));
}

// Two equal sums are the same bits, but where the baseline has FMA: the compiler may fuse one of them.
#if defined(__FP_FAST_FMA) || defined(__aarch64__)
constexpr double fused = 1e-15;
#else
constexpr double fused = 0;
#endif

TEST(Reference, DiagonalIsDenseWithADiagonalMatrix) {
  const Problem<TanhDiagonal, double> diagonal{
      .hidden_size = 2, .weights = {0.9, -0.4}, .initial_state = {0.3, -2}, .input = {0.1, 0.2, -0.3, 0.4}};
  Problem<Tanh, double> dense{.hidden_size = 2, .weights = {0.9, 0, 0, -0.4}, .initial_state = {}, .input = {}};
  dense.initial_state = diagonal.initial_state;
  dense.input = diagonal.input;
  EXPECT_THAT(states_of(diagonal), testing::Pointwise(testing::DoubleNear(fused), states_of(dense)));
}

TEST(Reference, GruGatesByTheirLimits) {
  // z = 0 keeps the state; z = 1 takes the candidate; r = 0 hides the state from it, r = 1 shows all of it.
  const auto after = [](double z, double r) {
    const Problem<Gru, double> problem{
        .hidden_size = 1, .weights = {0, 0, 3}, .initial_state = {0.5}, .input = {z, r, 0.25}};
    return states_of(problem).front();
  };
  EXPECT_EQ(after(-infinity, 0), 0.5);
  EXPECT_NEAR(after(infinity, -infinity), std::tanh(0.25), 1e-15);
  EXPECT_NEAR(after(infinity, infinity), std::tanh(3 * 0.5 + 0.25), 1e-15);
  EXPECT_NEAR(after(0, infinity), 0.5 * 0.5 + 0.5 * std::tanh(1.75), 1e-15);
}

TEST(Reference, GruResetActsBeforeTheProduct) {
  // Reset after the product would give W_c x = (1, 0) here, times r = (1, 0): the first channel would see the second.
  const Problem<Gru, double> problem{.hidden_size = 2,
                                     .weights = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0},
                                     .initial_state = {0, 1},
                                     .input = {infinity, infinity, infinity, -infinity, 0, 0}};
  EXPECT_EQ(states_of(problem), (std::vector<double>{0, 0}));
}

TEST(Reference, GruDiagonalIsDenseWithDiagonalMatrices) {
  const Problem<GruDiagonal, double> diagonal{
      .hidden_size = 1, .weights = {0.5, -1, 2}, .initial_state = {0.3}, .input = {0.1, 0.2, 0.3, -0.1, -0.2, -0.3}};
  Problem<Gru, double> dense{.hidden_size = 1, .weights = {}, .initial_state = {}, .input = {}};
  dense.weights = diagonal.weights;
  dense.initial_state = diagonal.initial_state;
  dense.input = diagonal.input;
  EXPECT_EQ(states_of(diagonal), states_of(dense));
}

TEST(Residual, IsWhatOneWrongStateLeaves) {
  const auto problem = random_problem<Tanh>(5, 40, 3);
  Answer<> answer = room_for(problem);
  reference(problem, answer);
  EXPECT_LT(residual(problem, answer), 1e-6);
  answer.states[20 * 5 + 2] += 0.125F;
  EXPECT_GT(residual(problem, answer), 0.12);
  EXPECT_GT(residual(problem, answer, 20, 100), 0.12);
  EXPECT_LT(residual(problem, answer, 0, 100), 1e-6) << "step 20 is not among the steps looked at";
  answer.states[20 * 5 + 2] = std::nanf("");
  EXPECT_TRUE(std::isnan(residual(problem, answer)));
}

TEST(ErrorBound, HoldsForAContraction) {
  Problem<TanhDiagonal, double> problem{
      .hidden_size = 1, .weights = {0.75}, .initial_state = {0}, .input = std::vector<double>(50, 0.0)};
  // A trajectory with the error e in every step ends e (1 + a + a^2 + ...) away from 0.
  Answer<double> answer = room_for(problem);
  double x = 0;
  for (double& state : answer.states) state = x = std::tanh(0.75 * x) + 1e-6;
  const double bound = error_bound(problem, residual(problem, answer));
  EXPECT_NEAR(bound, 4e-6, 1e-9);
  EXPECT_LE(answer.states.back(), bound);
  EXPECT_GT(answer.states.back(), 0.99 * bound);
  problem.weights = {1};
  EXPECT_EQ(error_bound(problem, 1e-6), infinity);
}

template <class Cell>
const Rows<Problem<Cell>, Answer<>>& all_rows() {
  return suite::typed_method<Problem<Cell>, Answer<>>(method_name<Cell>()).variants;
}

template <class Cell>
class EveryVariant : public testing::Test {};
using Cells = testing::Types<Tanh, TanhDiagonal, Gru, GruDiagonal>;
TYPED_TEST_SUITE(EveryVariant, Cells);

TYPED_TEST(EveryVariant, RefusesLengthsThatDoNotFit) {
  using Cell = TypeParam;
  const auto good = random_problem<Cell>(3, 4, 1);
  for (const auto& variant : all_rows<Cell>()) {
    const auto message = [&](const Problem<Cell>& problem, Answer<> answer) -> std::string {
      try {
        variant.run(problem, answer, {.threads = 2});
      } catch (const std::invalid_argument& refusal) {
        return refusal.what();
      }
      return "accepted";
    };
    SCOPED_TRACE(variant.name.text);
    auto problem = good;
    problem.weights.pop_back();
    EXPECT_EQ(message(problem, room_for(good)), "weights has " + std::to_string(good.weights.size() - 1) +
                                                    " numbers, not " + std::to_string(good.weights.size()));
    problem = good;
    problem.initial_state.push_back(0);
    EXPECT_EQ(message(problem, room_for(good)), "initial_state has 4 numbers, not 3");
    problem = good;
    problem.input.pop_back();
    EXPECT_THAT(message(problem, room_for(good)), testing::HasSubstr("is no multiple of the"));
    EXPECT_EQ(message(good, Answer<>{.states = std::vector<float>(11)}), "the answer has 11 numbers, not 12");
    problem = good;
    problem.hidden_size = 0;
    EXPECT_NE(message(problem, room_for(good)), "accepted");
  }
}

TYPED_TEST(EveryVariant, NaNPoisonsItsStepAndLaterOnes) {
  using Cell = TypeParam;
  for (const std::size_t length : {50, 3001}) {
    auto problem = random_problem<Cell>(4, length, 1, {.gain = 0.5, .input_scale = 0.5});
    const std::size_t at = length * 2 / 3;
    problem.input[at * Cell::gates * 4 + 1] = std::nanf("");
    Answer<> expected = room_for(problem);
    reference(problem, expected);
    for (const auto& variant : all_rows<Cell>()) {
      Answer<> answer = room_for(problem);
      try {
        variant.run(problem, answer, {.threads = 2});
      } catch (const NoAnswer&) {
        continue;  // an iteration may say that it does not converge
      }
      for (std::size_t i = 0; i < expected.states.size(); ++i) {
        ASSERT_EQ(std::isnan(answer.states[i]), std::isnan(expected.states[i]))
            << variant.name.text << ", number " << i;
        if (!std::isnan(expected.states[i])) {
          ASSERT_NEAR(answer.states[i], expected.states[i], state_tolerance) << variant.name.text << ", number " << i;
        }
      }
    }
  }
}

TYPED_TEST(EveryVariant, TakesHugeInfiniteAndTinyNumbers) {
  using Cell = TypeParam;
  auto problem = random_problem<Cell>(5, 40, 1, {.gain = 0.5, .input_scale = 1});
  const float values[] = {1e30F, -1e30F, 1e-42F, static_cast<float>(infinity), -static_cast<float>(infinity), 88.0F};
  for (std::size_t i = 0; i < problem.input.size(); i += 3) problem.input[i] = values[i / 3 % std::size(values)];
  Answer<> expected = room_for(problem);
  reference(problem, expected);
  for (const auto& variant : all_rows<Cell>()) {
    Answer<> answer = room_for(problem);
    try {
      variant.run(problem, answer, {.threads = 2});
    } catch (const NoAnswer&) {
      continue;
    }
    for (std::size_t i = 0; i < expected.states.size(); ++i) {
      ASSERT_NEAR(answer.states[i], expected.states[i], state_tolerance) << variant.name.text << ", number " << i;
    }
  }
}

}  // namespace
}  // namespace tandem::rnn
