// The diagonal cells step by step, over channels and in chunks, against the definition in double, on every SIMD target.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "impl/rnn/rnn.hpp"
#include "impl/support/random.hpp"
#include "tests/rnn/rows.hpp"
#include "tests/support/full_speed.hpp"

namespace tandem::rnn {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Normally distributed.
float normal(std::uint64_t seed, std::uint64_t item) { return static_cast<float>(random_normal(seed, item)); }

template <class Cell>
Problem<Cell> problem_of(std::size_t d, std::size_t length, float gain, float input_scale) {
  Problem<Cell> problem;
  problem.hidden_size = d;
  for (std::size_t i = 0; i < weight_count<Cell>(d); ++i) problem.weights.push_back(gain * (i % 3 == 2 ? -1 : 1));
  for (std::size_t i = 0; i < d; ++i) problem.initial_state.push_back(normal(1, i));
  for (std::size_t i = 0; i < length * Cell::gates * d; ++i) problem.input.push_back(input_scale * normal(2, i));
  return problem;
}

template <class Cell>
class Diagonal : public testing::Test {
 public:
  /// Runs every variant on every target and thread count up to `most_threads`, and calls `check(answer)`.
  template <class Check>
  static void for_every_variant(const Problem<Cell>& problem, int most_threads, const Check& check) {
    for (const suite::SimdTarget& target : suite::simd_targets()) {
      const suite::PinnedSimdTarget pinned(target.id);
      for (const auto& variant : rows_starting_with<Cell>({"sequential_simd", "channels", "warm_start"})) {
        const bool threaded = suite::VariantTraits(variant.name.text).threaded;
        for (int threads = 1; threads <= (threaded ? most_threads : 1); ++threads) {
          SCOPED_TRACE(variant.name.text + ", " + target.name + ", " + std::to_string(threads) + " threads, d = " +
                       std::to_string(problem.hidden_size) + ", T = " + std::to_string(problem.length()));
          // The capacity stays when it shrinks: what lies behind must not change.
          constexpr std::size_t behind = 16;
          const std::size_t count = problem.length() * problem.hidden_size;
          Answer<> answer;
          answer.states.assign(count + behind, nan);
          for (std::size_t i = 0; i < behind; ++i) answer.states[count + i] = 42;
          answer.states.resize(count);
          variant.run(problem, answer, {.threads = threads});
          for (std::size_t i = 0; i < behind; ++i) ASSERT_EQ(answer.states.data()[count + i], 42) << "behind the end";
          check(answer);
          if (testing::Test::HasFatalFailure()) return;
        }
      }
    }
  }

  static void expect_near(const Answer<>& answer, const Answer<>& expected, std::size_t d, double tolerance) {
    ASSERT_EQ(answer.states.size(), expected.states.size());
    for (std::size_t i = 0; i < expected.states.size(); ++i) {
      const float actual = answer.states[i];
      if (std::isnan(expected.states[i]) && std::isnan(actual)) continue;
      ASSERT_LE(std::abs(actual - expected.states[i]), tolerance)
          << "step " << i / d << ", channel " << i % d << ": " << actual << ", expected " << expected.states[i];
    }
  }

  static Answer<> reference_of(const Problem<Cell>& problem) {
    Answer<> expected;
    expected.states.resize(problem.length() * problem.hidden_size);
    reference(problem, expected);
    return expected;
  }

  static void expect_all_near(const Problem<Cell>& problem, double tolerance, int most_threads = 2) {
    const Answer<> expected = reference_of(problem);
    for_every_variant(problem, most_threads,
                      [&](const Answer<>& answer) { expect_near(answer, expected, problem.hidden_size, tolerance); });
  }
};

using Cells = testing::Types<TanhDiagonal, GruDiagonal>;
TYPED_TEST_SUITE(Diagonal, Cells);

// One activation is 4e-7 off at most, a product and sum 2e-7; a GRU step has three of them, of which z and r count half
// and a quarter. Where a step forgets at least a tenth of an error ten steps' worth stand, and a boundary adds 1e-6
// times the gain of a step at most. The cells below (gain 0.9, inputs of size 1) forget a third or more.
constexpr double tolerance = 1e-5;

TYPED_TEST(Diagonal, EveryLengthAndSize) {
  for (const std::size_t d : {0, 1, 2, 3, 7, 8, 9, 17, 64}) {
    for (const std::size_t length : {0, 1, 2, 7, 8, 9, 31, 127, 1000}) {
      this->expect_all_near(problem_of<TypeParam>(d, length, 0.9F, 1), tolerance, 4);
      if (this->HasFatalFailure()) return;
    }
  }
}

TYPED_TEST(Diagonal, LongSequences) {
  if (!test::full_speed) GTEST_SKIP() << "takes long without optimisation";
  for (const std::size_t d : {1, 2, 8, 17}) {
    for (const std::size_t length : {30011, 100003}) {
      this->expect_all_near(problem_of<TypeParam>(d, length, 0.9F, 1), tolerance, d == 1 ? 4 : 2);
      if (this->HasFatalFailure()) return;
    }
  }
  this->expect_all_near(problem_of<TypeParam>(64, 30011, 0.9F, 1), tolerance);
}

TYPED_TEST(Diagonal, ChannelsAreBitwiseTheSequentialOnes) {
  for (const std::size_t d : {1, 2, 9, 17, 64, 71}) {
    const Problem<TypeParam> problem = problem_of<TypeParam>(d, 300, 0.9F, 1);
    for (const suite::SimdTarget& target : suite::simd_targets()) {
      const suite::PinnedSimdTarget pinned(target.id);
      Answer<> expected;
      expected.states.resize(d * 300);
      sequential_simd(problem, expected, {});
      for (const auto& row : rows_starting_with<TypeParam>({"channels"})) {
        for (int threads = 1; threads <= 4; ++threads) {
          Answer<> answer;
          answer.states.resize(d * 300);
          row.run(problem, answer, {.threads = threads});
          EXPECT_EQ(answer.states, expected.states) << row.name.text << ", " << target.name << ", " << d;
        }
      }
    }
  }
}

TYPED_TEST(Diagonal, SaturatedInfiniteAndTinyInputs) {
  for (const std::size_t d : {1, 3, 17}) {
    for (const float scale : {20.0F, 1e30F, 1e-39F, 0.0F}) {
      this->expect_all_near(problem_of<TypeParam>(d, 12000, 0.5F, scale), tolerance);
    }
    Problem<TypeParam> problem = problem_of<TypeParam>(d, 12000, 0.9F, 1);
    for (std::size_t i = 0; i < problem.input.size(); i += 37) problem.input[i] = i % 2 == 0 ? infinity : -infinity;
    this->expect_all_near(problem, tolerance);
    this->expect_all_near(problem_of<TypeParam>(d, 12000, 0, 1), tolerance);  // no memory (tanh)
    if (this->HasFatalFailure()) return;
  }
}

TYPED_TEST(Diagonal, ForgetsAnyInitialState) {
  for (const float start : {-2.5F, 1000.0F, 1e30F}) {
    Problem<TypeParam> problem = problem_of<TypeParam>(3, 3000, 0.5F, 1);
    for (float& state : problem.initial_state) state = start;
    // The rounding of a GRU gate is multiplied by the state: z = 1 and r = 1, the candidate is then 1 or -1.
    for (std::size_t i = 0; i < 3 * (TypeParam::gates - 1); ++i) problem.input[i] = 1e32F;
    this->expect_all_near(problem, tolerance);
  }
}

TYPED_TEST(Diagonal, NanPoisonsOneChannelFromItsStepOn) {
  for (const std::size_t d : {1, 2, 9}) {
    for (const std::size_t when : {0, 700, 15000, 29999}) {
      Problem<TypeParam> problem = problem_of<TypeParam>(d, 30000, 0.9F, 1);
      problem.input[(when * TypeParam::gates + TypeParam::gates - 1) * d + d / 2] = nan;
      const Answer<> expected = this->reference_of(problem);
      this->for_every_variant(problem, 2, [&](const Answer<>& answer) {
        for (std::size_t t = 0; t < 30000; ++t) {
          for (std::size_t i = 0; i < d; ++i) {
            const bool poisoned = i == d / 2 && t >= when;
            ASSERT_EQ(std::isnan(answer.states[t * d + i]), poisoned) << "step " << t << ", channel " << i;
          }
        }
        this->expect_near(answer, expected, d, tolerance);
      });
      if (this->HasFatalFailure()) return;
    }
  }
}

// ---- cells that do not forget, or not at once: chunks that start from zero are wrong

/// Two stable states, about 0.66 and -0.66; an input now and then throws the state into the other one.
Problem<TanhDiagonal> bistable(std::size_t d, std::size_t length, std::size_t quiet) {
  Problem<TanhDiagonal> problem = problem_of<TanhDiagonal>(d, length, 1.2F, 0.01F);
  for (float& weight : problem.weights) weight = 1.2F;
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t i = 0; i < d; ++i) {
      float& input = problem.input[t * d + i];
      // Until `quiet` the input drives the state, and the cell seems to forget.
      if (t < quiet) input = 2 * normal(5, t * d + i);
      if (t % 7919 == 11) input = t / 7919 % 2 == 0 ? 3 : -3;
    }
  }
  return problem;
}

// Near a stable state a step of the bistable cell halves an error, at least; in between it grows, but the inputs are
// such that no state stays there.
TEST(DiagonalMemory, BistableCellsAreRight) {
  for (const std::size_t d : {1, 2, 8}) {
    for (const std::size_t quiet : {0, 50000}) {
      Diagonal<TanhDiagonal>::expect_all_near(bistable(d, 100003, quiet), 3e-5);
      if (testing::Test::HasFatalFailure()) return;
    }
  }
}

// (The driver of several channels refuses such a block before it runs; its own test has those that it repairs.)
TEST(DiagonalMemory, BistableChunksAreRepaired) {
  const Problem<TanhDiagonal> problem = bistable(1, 200003, 100000);
  Answer<> answer;
  answer.states.resize(problem.length());
  warm_start_simd(problem, answer, {});
  EXPECT_GT(answer.repeated_steps, 1000) << "nothing was repeated: the case tests nothing";
  EXPECT_LT(answer.repeated_steps, problem.length());
  Diagonal<TanhDiagonal>::expect_near(answer, Diagonal<TanhDiagonal>::reference_of(problem), 1, 3e-5);
}

/// a = 0.999 and inputs so small that tanh is all but linear: an error stays for 1000 steps, of which each adds up to
/// 4e-7, but as roundings of either sign: their square root, and a boundary.
TEST(DiagonalMemory, LongMemoryIsRight) {
  for (const std::size_t d : {1, 3}) {
    Diagonal<TanhDiagonal>::expect_all_near(problem_of<TanhDiagonal>(d, 100003, 0.999F, 0.001F), 4e-5);
    Diagonal<TanhDiagonal>::expect_all_near(problem_of<TanhDiagonal>(d, 100003, 0.99F, 0.01F), 4e-5);
  }
}

TEST(DiagonalMemory, ForgettingCellsRepeatLittle) {
  for (const std::size_t d : {1, 8}) {
    const Problem<TanhDiagonal> problem = problem_of<TanhDiagonal>(d, 200003, 0.9F, 1);
    Answer<> answer;
    answer.states.resize(problem.length() * d);
    warm_start_simd(problem, answer, {});
    EXPECT_LT(answer.repeated_steps, problem.length() / 50);
  }
}

/// |a| > 3 leaves the table of the scalar loop; inputs that drive the cell keep it from being bistable.
TEST(ScalarTanh, EveryGainIsWithinRounding) {
  for (const float gain : {-3.5F, -3.0F, -1.0F, 0.0F, 0.1F, 1.0F, 2.9F, 3.1F, 100.0F, infinity, nan}) {
    Problem<TanhDiagonal> problem = problem_of<TanhDiagonal>(1, 3000, gain, 1);
    problem.weights[0] = gain;
    for (std::size_t t = 0; t < problem.input.size(); t += 3) problem.input[t] = 50 * problem.input[t];
    Answer<> answer;
    answer.states.resize(3000);
    sequential_simd(problem, answer, {});
    // What each step does to its own predecessor: a |rounding of it|, and tanh.
    const double rounding = gain > 50 ? 1e-5 : 1e-6;
    EXPECT_LE(residual(problem, answer), rounding) << gain;
  }
}

}  // namespace
}  // namespace tandem::rnn
