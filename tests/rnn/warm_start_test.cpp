// Chunks of the sequence at once must give the sequential answer for every cell, also where boundaries do not fit: here
// are cells that forget, cells that forget only most of the time, and cells that never do.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <tuple>
#include <vector>

#include "impl/rnn/rnn.hpp"
#include "impl/rnn/warm_start/dense_lockstep.hpp"
#include "impl/rnn/warm_start/warm_start.hpp"
#include "impl/support/random.hpp"
#include "problems/rnn/networks.hpp"
#include "tests/rnn/rows.hpp"

namespace tandem::rnn {
namespace {

// Uniform numbers of variance 1.
float noise(std::uint64_t seed, std::uint64_t i) {
  return static_cast<float>(std::sqrt(3.0) * (2 * random_uniform(seed, i) - 1));
}

template <class Cell>
Problem<Cell> network_of(std::size_t d, std::size_t length, double gain, double input_scale) {
  return random_problem<Cell>(d, length, 1, {.gain = gain, .input_scale = input_scale});
}

constexpr std::size_t of_another_run = std::size_t{1} << 40;

template <class Cell>
Answer<> empty_answer(const Problem<Cell>& problem) {
  Answer<> answer;
  answer.states.assign(problem.length() * problem.hidden_size, -7);
  answer.repeated_steps = of_another_run;
  return answer;
}

template <class Cell>
using Run = std::function<void(const Problem<Cell>&, Answer<>&, const Execution&)>;

template <class Cell>
Answer<> answer_of(const Run<Cell>& run, const Problem<Cell>& problem, int threads = 1) {
  Answer<> answer = empty_answer(problem);
  run(problem, answer, {.threads = threads});
  EXPECT_LT(answer.repeated_steps, of_another_run);
  return answer;
}

// The largest difference; infinity where one is NaN and the other is not.
double difference(const Answer<>& a, const Answer<>& b) {
  double worst = 0;
  for (std::size_t i = 0; i < a.states.size(); ++i) {
    if (std::isnan(a.states[i]) && std::isnan(b.states[i])) continue;
    const double apart = std::abs(static_cast<double>(a.states[i]) - b.states[i]);
    worst = std::max(worst, std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart);
  }
  return worst;
}

template <class Cell>
class Dense : public testing::Test {};
using Cells = testing::Types<Tanh, Gru>;
TYPED_TEST_SUITE(Dense, Cells);

template <class Cell>
Rows<Problem<Cell>, Answer<>> warm_starts() {
  return rows_starting_with<Cell>({"warm_start"});
}

// Both sides are a few roundings per step off, which a contraction with a factor of about 0.9 adds up to 10 times as
// many, and sums of d products add sqrt(d): below 1e-6 x 8. Where chunks meet they are 1e-5 apart, and as much again
// for the step that leaves the one trajectory for the other.
constexpr double tolerance = 2 * meeting_tolerance + 1e-5;

TYPED_TEST(Dense, CellsThatForgetGiveTheSequentialAnswer) {
  for (const std::size_t d : {1, 3, 8, 17, 64}) {
    for (const std::size_t length : {5000, 8191}) {
      const auto problem = network_of<TypeParam>(d, length, 0.8, 1);
      Answer<> expected = empty_answer(problem);
      reference(problem, expected);
      EXPECT_LE(difference(answer_of<TypeParam>(sequential_simd<TypeParam>, problem), expected), 1e-5) << d;
      for (const auto& row : warm_starts<TypeParam>()) {
        for (int threads = 1; threads <= 4; ++threads) {
          const Answer<> answer = answer_of(row.run, problem, threads);
          EXPECT_LE(difference(answer, expected), tolerance)
              << row.name.text << ", d " << d << ", " << threads << " threads";
        }
      }
    }
  }
}

TYPED_TEST(Dense, ShortSequencesGiveTheSequentialAnswer) {
  for (const std::size_t length : {0, 1, 2, 7, 31, 61, 127, 1021, 1024, 1031, 2053}) {
    const auto problem = network_of<TypeParam>(5, length, 0.8, 1);
    const Answer<> expected = answer_of<TypeParam>(sequential_simd<TypeParam>, problem);
    for (const auto& row : warm_starts<TypeParam>()) {
      EXPECT_LE(difference(answer_of(row.run, problem, 3), expected), tolerance)
          << row.name.text << ", length " << length;
    }
  }
  const Problem<TypeParam> nothing;
  EXPECT_TRUE(answer_of<TypeParam>(warm_start_simd<TypeParam>, nothing).states.empty());
}

TYPED_TEST(Dense, NaNPoisonsItsStepAndAllLaterOnes) {
  constexpr std::size_t d = 9;
  constexpr std::size_t length = 6000;
  const auto clean = network_of<TypeParam>(d, length, 0.8, 1);
  const Answer<> undisturbed = answer_of<TypeParam>(sequential_simd<TypeParam>, clean);
  for (const std::size_t t : {0, 20, 40, 1000, 3123, 5999}) {
    auto problem = clean;
    problem.input[t * TypeParam::gates * d + 4] = std::nanf("");
    const Answer<> expected = answer_of<TypeParam>(sequential_simd<TypeParam>, problem);
    for (const auto& row : warm_starts<TypeParam>()) {
      const Answer<> answer = answer_of(row.run, problem, 2);
      EXPECT_LE(difference(answer, expected), tolerance) << row.name.text << ", NaN at " << t;
      for (std::size_t i = 0; i < t * d; ++i) ASSERT_LE(std::abs(answer.states[i] - undisturbed.states[i]), tolerance);
      EXPECT_TRUE(std::isnan(answer.states[t * d + 4]));
      EXPECT_TRUE(t + 1 == length || std::isnan(answer.states.back()));
    }
  }
}

// Small inputs do not keep it on one course: rounding grows until two right answers have nothing in common. The answer
// must be a trajectory all the same, up to the jump where chunks meet.
TEST(WarmStart, ChaoticCellGivesATrajectory) {
  for (const std::size_t d : {17, 64}) {
    const auto problem = network_of<Tanh>(d, 6000, 1.5, 0.1);
    for (const auto& row : warm_starts<Tanh>()) {
      EXPECT_LE(residual(problem, answer_of(row.run, problem, 2)), 1e-5) << row.name.text;
    }
  }
}

// Eight switches, x' = tanh(2 x + u): an input of +-5 sets them, and without it they stay. They are set every fourth
// step, to +, save between `begin` and `end`, where they have been set to - once.
Problem<Tanh> switches(std::size_t length, std::size_t begin, std::size_t end) {
  constexpr std::size_t d = 8;
  Problem<Tanh> problem{.hidden_size = d, .weights = {}, .initial_state = std::vector<float>(d, 0.5F), .input = {}};
  problem.weights.assign(d * d, 0);
  for (std::size_t i = 0; i < d; ++i) problem.weights[i * d + i] = 2;
  for (std::size_t t = 0; t < length; ++t) {
    const bool left_alone = t >= begin && t < end;
    const float pulse = t == begin ? -5.0F : left_alone || t % 4 != 0 ? 0.05F : 5.0F;
    for (std::size_t i = 0; i < d; ++i) problem.input.push_back(pulse + 0.01F * noise(4, t * d + i));
  }
  return problem;
}

TEST(WarmStart, BistableCellIsCaughtAndRepaired) {
  // Wherever the gap lies and however long it is; from the first block, which is too small for a rehearsal, on.
  constexpr std::size_t length = 30000;
  std::size_t repaired = 0;
  for (const std::size_t begin : {1000, 1100, 1500, 2000, 4000, 9000, 15000, 24000}) {
    for (const std::size_t steps : {40, 300, 700, 2500, 29000}) {
      const auto problem = switches(length, begin, begin + steps);
      const Answer<> expected = answer_of<Tanh>(sequential_simd<Tanh>, problem);
      ASSERT_LT(expected.states[(begin + 20) * 8], -0.8);
      for (const auto& row : warm_starts<Tanh>()) {
        for (int threads = 1; threads <= 4; ++threads) {
          const Answer<> answer = answer_of(row.run, problem, threads);
          EXPECT_LE(difference(answer, expected), tolerance) << row.name.text << ", gap " << begin << " + " << steps;
          repaired += answer.repeated_steps > 0 ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GE(repaired, 20U);
}

// What a stretch met once and left again it has not met: the states behind the last step would not fit.
TYPED_TEST(Dense, StretchesThatMeetAndPartHaveNotMet) {
  constexpr std::size_t d = 9;
  const auto problem = network_of<TypeParam>(d, 200, 0.8, 1);
  const Answer<> right = answer_of<TypeParam>(sequential_simd<TypeParam>, problem);
  const auto steps_taken = [&](const std::vector<std::size_t>& right_steps) {
    Answer<> answer = empty_answer(problem);
    for (const std::size_t t : right_steps) {
      std::copy_n(right.states.begin() + static_cast<std::ptrdiff_t>(t * d), d,
                  answer.states.begin() + static_cast<std::ptrdiff_t>(t * d));
    }
    std::vector<Stretch> stretches = {{10, right.states.data() + 9 * d}, {110, right.states.data() + 109 * d}};
    const std::size_t steps = dense_lockstep(problem, answer)->advance(stretches, 20, meeting_tolerance);
    return std::tuple(steps, stretches[0].met, stretches[1].met);
  };
  EXPECT_EQ(steps_taken({13, 120}), (std::tuple(20U, false, false))) << "one after the other is not together";
  EXPECT_EQ(steps_taken({15, 115}), (std::tuple(6U, true, true)));
  EXPECT_EQ(steps_taken({29, 112}), (std::tuple(20U, true, false)));
}

}  // namespace
}  // namespace tandem::rnn
