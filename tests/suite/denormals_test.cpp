// Numbers below the normal range are taken for 0 by the fast recurrent networks, and by nobody else.
#include "impl/support/denormals.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cfloat>
#include <cmath>
#include <utility>

#include "impl/rnn/rnn.hpp"

namespace tandem {
namespace {

float quarter_of_the_smallest() {
  volatile float smallest = FLT_MIN;
  return smallest / 4;
}

TEST(DenormalsAreZero, OnlyWhileItLives) {
#if !defined(__x86_64__) && !defined(__aarch64__)
  GTEST_SKIP() << "this processor's setting is not known";
#endif
  EXPECT_GT(quarter_of_the_smallest(), 0);
  {
    const DenormalsAreZero outer;
    EXPECT_EQ(quarter_of_the_smallest(), 0);
    { const DenormalsAreZero inner; }
    EXPECT_EQ(quarter_of_the_smallest(), 0);
  }
  EXPECT_GT(quarter_of_the_smallest(), 0);
}

template <class Cell>
class FadingNetwork : public testing::Test {};
using Cells = testing::Types<rnn::Tanh, rnn::TanhDiagonal, rnn::Gru, rnn::GruDiagonal>;
TYPED_TEST_SUITE(FadingNetwork, Cells);

/// Weights and inputs of 0 and a small state: tanh forgets it at once, a GRU halves it at every step.
template <class Cell>
rnn::Problem<Cell> fading(std::size_t d, std::size_t length) {
  rnn::Problem<Cell> problem{.hidden_size = d, .weights = {}, .initial_state = {}, .input = {}};
  problem.weights.assign(rnn::weight_count<Cell>(d), 0);
  if (Cell::gates == 1) {  // a diagonal of 1/4
    for (std::size_t i = 0; i < d; ++i) problem.weights[Cell::dense ? i * d + i : i] = 0.25F;
  }
  problem.initial_state.assign(d, 1e-30F);
  problem.input.assign(length * Cell::gates * d, 0);
  return problem;
}

TYPED_TEST(FadingNetwork, EndsAtZero) {
  using Cell = TypeParam;
  using Variant = void (*)(const rnn::Problem<Cell>&, rnn::Answer<>&, const Execution&);
  for (const std::size_t d : {1, 5, 37}) {
    const auto problem = fading<Cell>(d, 2000);
    const std::pair<Variant, Scheduler> rows[] = {
        {rnn::sequential_simd<Cell>, Scheduler::sequential},
        {rnn::warm_start_simd<Cell>, Scheduler::sequential},
        {rnn::warm_start_simd<Cell>, Scheduler::openmp},
        {rnn::iterate_simd<rnn::Scheme::newton, Cell, float>, Scheduler::openmp}};
    for (const auto& [variant, scheduler] : rows) {
      rnn::Answer<> answer{.states = std::vector<float>(2000 * d, 1)};
      variant(problem, answer, {.threads = 3, .scheduler = scheduler});
      EXPECT_THAT(answer.states, testing::Each(testing::Truly([](float x) { return x == 0 || std::isnormal(x); })))
          << "d = " << d;
      EXPECT_GT(quarter_of_the_smallest(), 0) << "the caller's setting was changed";
    }
  }
}

}  // namespace
}  // namespace tandem
