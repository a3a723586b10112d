// The schemes that iterate over the whole sequence: exact facts about them (P1 to P5), awkward problems, honest
// failure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include "tests/rnn/schemes.hpp"

namespace tandem::rnn {
namespace {

/// Problems that every scheme but Picard's settles within 100 iterations. With a residual r and a step that shrinks
/// differences by the factor q in the long run, the error is at most about r / (1 - q): with q < 0.9 ten times the
/// tolerance of the stop; another factor of ten for steps that first let it grow.
template <class Real>
constexpr double allowed_error = std::is_same_v<Real, float> ? 1e-4 : 1e-10;

template <class Types>
class EveryCell : public testing::Test {};
template <class Cell_, class Real_>
struct Types {
  using Cell = Cell_;
  using Real = Real_;
};
using AllCells =
    testing::Types<Types<Tanh, float>, Types<Tanh, double>, Types<TanhDiagonal, float>, Types<TanhDiagonal, double>,
                   Types<Gru, float>, Types<Gru, double>, Types<GruDiagonal, float>, Types<GruDiagonal, double>>;
TYPED_TEST_SUITE(EveryCell, AllCells);

TYPED_TEST(EveryCell, AllSchemesFindTheTrajectory) {
  using Cell = typename TypeParam::Cell;
  using Real = typename TypeParam::Real;
  for (const std::size_t d : {1, 2, 3, 5, 8, 13, 37}) {
    for (const std::size_t length : {0, 1, 2, 127, 1031}) {
      auto problem = network_of<Cell, Real>(d, length, 0.35, 0.3);
      problem.stopping.max_iterations = 400;
      const auto wanted = expected(problem);
      for (const auto& [name, variant] : schemes<Cell, Real>()) {
        if (std::string(name) == "picard") continue;  // M = I forgets nothing: it is right after T iterations
        Answer<Real> answer;
        answer.repeated_steps = 7;  // of another run
        const Result result = run(variant, problem, answer);
        EXPECT_EQ(answer.repeated_steps, 0U) << name;
        EXPECT_TRUE(result.converged) << name << " d " << d << " T " << length << ": " << result.message;
        EXPECT_LE(error(answer, wanted), allowed_error<Real>) << name << " d " << d << " T " << length;
        EXPECT_EQ(result.iterations == 0, length == 0) << name;
      }
    }
  }
}

// P1: after n iterations the first n states are right, whatever the scheme.
TYPED_TEST(EveryCell, EveryIterationMakesOneMoreStateRight) {
  using Cell = typename TypeParam::Cell;
  using Real = typename TypeParam::Real;
  if constexpr (std::is_same_v<Real, double>) {
    constexpr std::size_t length = 64;
    for (const std::size_t d : {1, 3, 8}) {
      // Gain 2: no scheme is saved by a cell that forgets at once.
      auto problem = network_of<Cell, Real>(d, length, 2, 0.5);
      // Nothing but equality counts as right: the kernels reach it, because a right state has a correction of 0.
      problem.stopping.tolerance = std::numeric_limits<double>::denorm_min();
      for (const auto& [name, variant] : schemes<Cell, Real>()) {
        for (std::size_t most = 0; most <= length; ++most) {
          problem.stopping.max_iterations = most;
          Answer<Real> answer;
          const Result result = run(variant, problem, answer);
          // It may have given up before, knowing that these iterations are too few.
          const std::size_t n = result.converged ? most : result.iterations;
          EXPECT_EQ(answer.iterations, result.iterations);
          EXPECT_GE(n, std::min<std::size_t>(most, 50));
          // They are a trajectory up to the rounding of f: sums of d products and a few units of tanh. (To compare
          // states would not do: these cells let a difference grow.)
          Answer<Real> beginning{.states = {answer.states.begin(), answer.states.begin() + n * d}};
          auto shorter = problem;
          shorter.input.resize(n * Cell::gates * d);
          EXPECT_LE(residual(shorter, beginning), 1e-14) << name << " d " << d << " n " << n;
          EXPECT_TRUE(result.converged || most < length) << name << " d " << d << ": " << result.message;
        }
      }
    }
  }
}

// The definition of each scheme with f of the reference and its slope by differences: a wrong slope is no wrong answer,
// but other iterates on the way.
TYPED_TEST(EveryCell, TheFirstIteratesAreThoseOfTheDefinition) {
  using Cell = typename TypeParam::Cell;
  using Real = typename TypeParam::Real;
  constexpr std::size_t length = 40;
  constexpr double near = std::is_same_v<Real, float> ? 1e-4 : 1e-7;  // what differences leave of a slope
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto problem = network_of<Cell, Real>(1, length, 0.8, 1, seed);
    problem.stopping = {.tolerance = std::numeric_limits<Real>::denorm_min(), .clamp = false};
    auto of_one_step = network_of<Cell, double>(1, 1, 0.8, 1, seed);
    of_one_step.weights.assign(problem.weights.begin(), problem.weights.end());
    const auto f = [&](double x, std::size_t t, double input) {
      of_one_step.initial_state = {x};
      for (std::size_t i = 0; i < Cell::gates; ++i) of_one_step.input[i] = input * problem.input[t * Cell::gates + i];
      return expected(of_one_step).states[0];
    };
    const auto slope = [&](double x, std::size_t t, double input) {
      return (f(x + 1e-5, t, input) - f(x - 1e-5, t, input)) / 2e-5;
    };
    for (const auto& [scheme, variant] : schemes<Cell, Real>()) {
      const std::string name = scheme;
      std::vector<double> old(length + 1), next(length + 1);
      old[0] = next[0] = problem.initial_state[0];
      for (std::size_t iterations = 1; iterations <= 3; ++iterations) {
        for (std::size_t t = 0; t < length; ++t) {
          const double m = name == "jacobi"              ? 0
                           : name == "picard"            ? 1
                           : name == "constant_jacobian" ? slope(0, t, 0)
                           : name == "input_linearised"  ? slope(0, t, 1)
                                                         : slope(old[t], t, 1);
          next[t + 1] = f(old[t], t, 1) + m * (next[t] - old[t]);
        }
        old = next;
        problem.stopping.max_iterations = iterations;
        Answer<Real> answer;
        ASSERT_FALSE(run(variant, problem, answer).converged);
        const Answer<Real> wanted{.states = {old.begin() + 1, old.end()}};
        EXPECT_LE(error(answer, wanted), near) << name << " " << iterations << " seed " << seed;
      }
    }
  }
}

TYPED_TEST(EveryCell, ThreadCountsAgree) {
  using Cell = typename TypeParam::Cell;
  using Real = typename TypeParam::Real;
  for (const std::size_t d : {1, 7, 40}) {
    const auto problem = network_of<Cell, Real>(d, 3001, 0.5, 0.5);
    const auto wanted = expected(problem);
    Answer<Real> one;
    const Result alone = run(iterate_simd<Scheme::newton, Cell, Real>, problem, one);
    ASSERT_TRUE(alone.converged) << alone.message;
    for (int threads = 1; threads <= 4; ++threads) {
      for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
        Answer<Real> answer;
        const Result result = run(iterate_simd<Scheme::newton, Cell, Real>, problem, answer,
                                  {.threads = threads, .scheduler = scheduler});
        EXPECT_EQ(result.iterations, alone.iterations) << threads;
        EXPECT_LE(error(answer, wanted), allowed_error<Real>) << threads;
      }
    }
  }
}

TYPED_TEST(EveryCell, NanPoisonsItsStepAndLaterOnes) {
  using Cell = typename TypeParam::Cell;
  using Real = typename TypeParam::Real;
  for (const std::size_t d : {1, 5}) {
    for (const std::size_t at : {0, 1, 700}) {
      auto problem = network_of<Cell, Real>(d, 1000, 0.5, 0.5);
      problem.input[at * Cell::gates * d] = static_cast<Real>(nan);
      const auto wanted = expected(problem);
      Answer<Real> answer;
      const Execution two{.threads = 2, .scheduler = Scheduler::openmp};
      EXPECT_TRUE(run(iterate_simd<Scheme::newton, Cell, Real>, problem, answer, two).converged);
      EXPECT_LE(error(answer, wanted), allowed_error<Real>);
      EXPECT_FALSE(std::isnan(error(answer, wanted)));
    }
  }
}

// P2: near the solution Newton's error is squared by every iteration.
TEST(Newton, ConvergesQuadratically) {
  bool seen = false;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto problem = network_of<Tanh, double>(8, 512, 0.7, 1, seed);
    const auto wanted = expected(problem);
    double before = 1;
    for (std::size_t n = 1; n <= 6; ++n) {
      problem.stopping = {.tolerance = 1e-15, .max_iterations = n};
      Answer<double> answer;
      run(iterate_simd<Scheme::newton, Tanh, double>, problem, answer);
      const double after = error(answer, wanted);
      if (before < 0.03 && before > 1e-7) {
        seen = true;
        // |e'| <= K |e|^2 with K a sum of curvatures (|f''| < 0.77) over what the cell remembers, tens of steps.
        EXPECT_LE(after, 100 * before * before) << n;
      }
      before = after;
    }
  }
  EXPECT_TRUE(seen);
}

// P3: the constant Jacobian is refused by contractive networks that Jacobi settles. In the saturated channel, F - A is
// -A: the rate is |A| / (1 - |A|) > 1.
TEST(ConstantJacobian, FailsWhereJacobiConverges) {
  Problem<Tanh, double> problem = network(1, {0.9}, 2048, 1);
  problem.stopping = {.tolerance = 1e-6, .max_iterations = 200};
  Answer<double> answer;
  EXPECT_TRUE(run(iterate_simd<Scheme::jacobi, Tanh, double>, problem, answer).converged);
  EXPECT_FALSE(run(iterate_simd<Scheme::constant_jacobian, Tanh, double>, problem, answer).converged);
}

// P4: a bistable cell (slope 2 at the start, x = 0) lets Newton overflow although its trajectory is stable; putting
// iterates back into [-1, 1] rescues it.
TEST(Newton, IsRescuedByClamping) {
  auto problem = network(1, {2.0}, 2048, 0.1);
  problem.initial_state = {0.0};
  problem.stopping = {.tolerance = 1e-6, .max_iterations = 60};
  Answer<double> answer;
  EXPECT_FALSE(run(iterate_simd<Scheme::newton, Tanh, double>, problem, answer).converged);
  problem.stopping.clamp = true;
  const Result clamped = run(iterate_simd<Scheme::newton, Tanh, double>, problem, answer);
  EXPECT_TRUE(clamped.converged) << clamped.message;
  EXPECT_LE(residual(problem, answer), 1e-6);
  EXPECT_LE(clamped.iterations, 20U);
}

// P5: Jacobi needs about as many iterations as the cell has steps of memory.
TEST(Jacobi, TakesTheForgettingLength) {
  auto problem = network(1, {0.5}, 4096, 0.001);  // slope 0.5 everywhere
  problem.stopping = {.tolerance = 1e-9, .max_iterations = 100};
  Answer<double> answer;
  const Result result = run(iterate_simd<Scheme::jacobi, Tanh, double>, problem, answer);
  EXPECT_TRUE(result.converged);
  // The error after n iterations is 0.5^n times that of the start: the inputs' 0.004 at most (four sigma), and the
  // initial state. x_0 of order 1 reaches step n with the same factor.
  EXPECT_NEAR(static_cast<double>(result.iterations), std::log(1e-9) / std::log(0.5), 10);
}

TEST(Schemes, OneIterationWithoutRecurrence) {
  const auto problem = network(5, std::vector<double>(25), 300, 1);
  const auto wanted = expected(problem);
  for (const auto& [name, variant] : schemes<Tanh, double>()) {
    if (std::string(name) == "picard") continue;  // M = I is not the Jacobian here
    Answer<double> answer;
    const Result result = run(variant, problem, answer);
    EXPECT_EQ(result.iterations, 1U) << name;
    EXPECT_LE(error(answer, wanted), 1e-15) << name;
  }
}

TEST(Schemes, AwkwardMatrices) {
  const std::size_t d = 6;
  std::vector<double> identity(d * d);
  std::vector<double> nilpotent(d * d);
  std::vector<double> rotation(d * d);  // orthogonal * 0.999: rotations of three planes
  for (std::size_t i = 0; i < d; ++i) identity[i * d + i] = 1;
  for (std::size_t i = 0; i + 1 < d; ++i) nilpotent[i * d + i + 1] = 1;
  for (std::size_t i = 0; i < d; i += 2) {
    const double angle = 0.3 + static_cast<double>(i);
    rotation[i * d + i] = rotation[(i + 1) * d + i + 1] = 0.999 * std::cos(angle);
    rotation[(i + 1) * d + i] = 0.999 * std::sin(angle);
    rotation[i * d + i + 1] = -0.999 * std::sin(angle);
  }
  const std::vector<Problem<Tanh, double>> problems = {network(d, identity, 500, 1), network(d, nilpotent, 500, 1),
                                                       network(d, rotation, 500, 1),
                                                       network(2, {0.9, 1, 0, 0.9}, 500, 1)};
  for (std::size_t i = 0; i < problems.size(); ++i) {
    auto problem = problems[i];
    problem.stopping.max_iterations = 500;  // as many as there are steps: always enough
    const auto wanted = expected(problem);
    for (const auto& [name, variant] : schemes<Tanh, double>()) {
      Answer<double> answer;
      const Result result = run(variant, problem, answer);
      if (!result.converged) {
        EXPECT_NE(std::string(name), "newton") << i << ": " << result.message;
        continue;
      }
      EXPECT_LE(residual(problem, answer), 2e-12) << name << " " << i;
      EXPECT_LE(error(answer, wanted), 1e-9) << name << " " << i;  // saturated inputs: all four forget within 100 steps
    }
  }
}

TEST(Schemes, SaturatedInputsAndFarInitialStates) {
  for (const double scale : {1e2, 1e30}) {
    auto problem = network_of<Tanh, float>(9, 400, 0.9, scale);
    problem.initial_state.assign(9, 50.0F);
    const auto wanted = expected(problem);
    for (const auto& [name, variant] : schemes<Tanh, float>()) {
      if (std::string(name) != "jacobi" && std::string(name) != "newton") continue;
      Answer<float> answer;
      const Result result = run(variant, problem, answer);
      EXPECT_TRUE(result.converged) << name << result.message;
      EXPECT_LE(error(answer, wanted), 1e-4) << name << " " << scale;
    }
  }
}

TEST(Schemes, SayThatTheyHaveNotConverged) {
  auto problem = network_of<Tanh, float>(8, 400, 0.9, 1);
  problem.stopping.max_iterations = 2;
  Answer<float> answer;
  const Result result = run(iterate_simd<Scheme::jacobi, Tanh>, problem, answer);
  EXPECT_FALSE(result.converged);
  EXPECT_EQ(result.iterations, 2U);
  EXPECT_THAT(result.message, testing::MatchesRegex("not converged after 2 iterations, residual [0-9.e+-]+"));
  // The residual that is told is that of the iterate that is left.
  EXPECT_NEAR(std::stod(result.message.substr(result.message.rfind(' '))), residual(problem, answer),
              0.01 * residual(problem, answer));
}

TEST(Schemes, GiveUpWhenTheyStagnate) {
  auto problem = network_of<Tanh, double>(32, 4000, 3, 0.1);  // chaotic
  problem.stopping.max_iterations = 1000;
  Answer<double> answer;
  const Result result = run(iterate_simd<Scheme::picard, Tanh, double>, problem, answer);
  EXPECT_FALSE(result.converged);
  EXPECT_LT(result.iterations, 500U);
}

TEST(Schemes, RefuseWrongShapes) {
  auto problem = network_of<Tanh, float>(4, 10, 0.5, 1);
  Answer<float> answer;
  EXPECT_THROW((iterate_simd<Scheme::newton, Tanh>(problem, answer, {})), std::invalid_argument);
}

}  // namespace
}  // namespace tandem::rnn
