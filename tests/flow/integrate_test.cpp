// The integrators: known multipliers, orders, numbers of evaluations, dense output, and what they refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/flow/carry_adaptive.hpp"
#include "reference/flow/fields.hpp"
#include "reference/flow/integrate.hpp"
#include "reference/flow/straightness.hpp"

namespace tandem::flow {
namespace {

/// From noise of deviation 1 to data of deviation `data`, centred.
Field between_normals(double data) {
  return [data](std::span<const double> x, double t, std::span<double> velocity) {
    gaussian_velocity({{0}, {data * data}}, {{0}, {1}}, x, t, velocity);
  };
}

double multiplier(Scheme scheme, std::size_t steps, double data) {
  std::vector<double> x{1};
  EXPECT_EQ(integrate(between_normals(data), scheme, uniform_times(1, 0, steps), x),
            steps * evaluations_per_step(scheme));
  return x[0];
}

TEST(Euler, HasTheKnownMultipliersBetweenEqualNormals) {
  const std::pair<std::size_t, double> known[] = {
      {1, 0}, {2, 0.5}, {3, 0.64}, {4, 0.72}, {8, 0.8508217577854673}, {16, 0.9227042240597719}};
  for (const auto& [steps, expected] : known)
    EXPECT_NEAR(multiplier(Scheme::euler, steps, 1), expected, 1e-14) << steps;
}

TEST(Integrators, HaveTheKnownErrorsBetweenNormals) {
  // Computed once by another program: steps, end multiplier less the exact 1/2, a unit of its last digit.
  struct Known {
    Scheme scheme;
    std::size_t steps;
    double error, digit;
  };
  const Known table[] = {{Scheme::euler, 1, -0.5, 1e-12},
                         {Scheme::euler, 2, -0.30, 1e-2},
                         {Scheme::euler, 4, -0.160, 1e-3},
                         {Scheme::euler, 8, -0.085, 1e-3},
                         {Scheme::euler, 16, -0.0443, 1e-4},
                         {Scheme::euler, 32, -0.0226, 1e-4},
                         {Scheme::euler, 64, -0.0114, 1e-4},
                         {Scheme::euler, 128, -5.76e-3, 1e-5},
                         {Scheme::euler, 256, -2.89e-3, 1e-5},
                         {Scheme::heun, 2, -0.02, 1e-2},
                         {Scheme::heun, 4, 4.8e-3, 1e-4},
                         {Scheme::heun, 8, 2.4e-3, 1e-4},
                         {Scheme::heun, 16, 7.6e-4, 1e-5},
                         {Scheme::heun, 32, 2.1e-4, 1e-5},
                         {Scheme::heun, 64, 5.5e-5, 1e-6},
                         {Scheme::heun, 128, 1.4e-5, 1e-6},
                         {Scheme::runge_kutta_4, 1, -0.12, 1e-2},
                         {Scheme::runge_kutta_4, 2, -3.2e-3, 1e-4},
                         {Scheme::runge_kutta_4, 4, 6.1e-6, 1e-7},
                         {Scheme::runge_kutta_4, 16, 8.9e-8, 1e-9},
                         {Scheme::runge_kutta_4, 64, 6.3e-10, 1e-11},
                         {Scheme::runge_kutta_4, 256, 2.7e-12, 1e-13}};
  for (const auto& [scheme, steps, error, digit] : table) {
    EXPECT_NEAR(multiplier(scheme, steps, 0.5) - 0.5, error, digit) << name_of(scheme) << " " << steps;
  }
}

TEST(Euler, NeedsOneStepWhereAllPathsAreStraight) {
  // The pairs of the flow between normals, x_0 = x_1 / 2, have paths ((1 - t) / 2 + t) x_1 that never cross.
  const auto straight = [](std::span<const double> x, double t, std::span<double> velocity) {
    velocity[0] = x[0] / (1 + t);
  };
  std::vector<double> x{1.3};
  integrate(straight, Scheme::euler, uniform_times(1, 0, 1), x);
  EXPECT_EQ(x[0], 0.65);
  EXPECT_NEAR(straightness(straight, {1, {1.3}}, 0, 7).straightness, 0, 1e-16);
}

TEST(Integrators, HaveTheirOrders) {
  // Between two mixtures, which are smooth. (Between two normals the midpoint rule's leading error cancels, since the
  // square of the solution is a quadratic function of t, and it would look like order 3.)
  const Mixture data{1, {1, 2}, {-1, 1.5}, {0.5, 0.3}}, noise{1, {1, 1}, {-0.5, 1}, {1, 0.7}};
  const auto field = [&](std::span<const double> x, double t, std::span<double> velocity) {
    mixture_velocity(data, noise, x, t, velocity);
  };
  const auto end_of = [&](Scheme scheme, std::size_t steps) {
    std::vector<double> x{0.3};
    integrate(field, scheme, uniform_times(1, 0, steps), x);
    return x[0];
  };
  const double exact = end_of(Scheme::runge_kutta_4, 4096);
  // Errors that are powers of the steps already, and far above rounding.
  const std::pair<Scheme, std::size_t> cases[] = {
      {Scheme::euler, 1024}, {Scheme::heun, 512}, {Scheme::midpoint, 512}, {Scheme::runge_kutta_4, 128}};
  for (const auto& [scheme, steps] : cases) {
    const double slope =
        std::log2(std::abs(end_of(scheme, steps) - exact) / std::abs(end_of(scheme, 2 * steps) - exact));
    EXPECT_NEAR(slope, order_of(scheme), 0.05 * order_of(scheme)) << name_of(scheme);
  }
}

TEST(Integrators, GoBothWays) {
  std::vector<double> x{0.7};
  const auto field = between_normals(0.5);
  integrate(field, Scheme::runge_kutta_4, uniform_times(1, 0, 64), x);
  EXPECT_NEAR(x[0], 0.35, 1e-8);
  integrate(field, Scheme::runge_kutta_4, uniform_times(0, 1, 64), x);
  EXPECT_NEAR(x[0], 0.7, 1e-8);
}

TEST(Integrators, WithTheWrongSignLeaveTheFlow) {
  const auto wrong = [](std::span<const double> x, double t, std::span<double> velocity) {
    between_normals(0.5)(x, t, velocity);
    velocity[0] = -velocity[0];
  };
  std::vector<double> x{1};
  integrate(wrong, Scheme::runge_kutta_4, uniform_times(1, 0, 64), x);
  EXPECT_NEAR(x[0], 2, 1e-6);  // the inverse of the multiplier
}

TEST(DormandPrince, KeepsItsToleranceAndSaysWhatItCost) {
  std::size_t asked = 0;
  const auto field = [&](std::span<const double> x, double t, std::span<double> velocity) {
    ++asked;
    between_normals(0.5)(x, t, velocity);
  };
  double last = 1;
  for (const double tolerance : {1e-3, 1e-6, 1e-9}) {
    asked = 0;
    std::vector<double> x{1};
    const auto result = integrate_adaptive(field, 1, 0, x, {.relative = tolerance, .absolute = tolerance});
    EXPECT_EQ(result.evaluations, asked);
    EXPECT_EQ(result.evaluations, 1 + 6 * (result.accepted + result.rejected));
    const double error = std::abs(x[0] - 0.5);
    EXPECT_LT(error, 10 * tolerance);
    EXPECT_LT(error, last);
    last = error;
  }
}

TEST(DormandPrince, HasItsDenseStatesOnTheFlow) {
  std::vector<double> at;
  for (int i = 0; i <= 40; ++i) at.push_back(1 - i / 40.0);
  std::vector<std::vector<double>> states;
  std::vector<double> x{2};
  integrate_adaptive(between_normals(0.5), 1, 0, x, {.relative = 1e-8, .absolute = 1e-8}, at, &states);
  ASSERT_EQ(states.size(), at.size());
  for (std::size_t i = 0; i < at.size(); ++i) {
    const double deviation = std::hypot((1 - at[i]) * 0.5, at[i]);
    EXPECT_NEAR(states[i][0], 2 * deviation, 2e-7) << at[i];
  }
  EXPECT_EQ(states.front()[0], 2);
  EXPECT_EQ(states.back()[0], x[0]);
}

TEST(DormandPrince, TakesNoStepLongerThanAllowed) {
  const auto steps = [](double longest) {
    std::vector<double> x{1};
    return integrate_adaptive(between_normals(0.5), 1, 0, x, {.longest_step = longest}).accepted;
  };
  EXPECT_LT(steps(1), 30U);
  EXPECT_GE(steps(0.01), 100U);
  EXPECT_THROW(steps(0), std::invalid_argument);
}

TEST(DormandPrince, SaysWhereItStoodWhenTheEvaluationsRunOut) {
  std::vector<double> x{1};
  const auto stiff = [](std::span<const double> at, double t, std::span<double> velocity) {
    empirical_velocity(Points<double>{1, {-1, 1}}, at, t, velocity);
  };
  try {
    integrate_adaptive(stiff, 1, 1e-6, x, {.most_evaluations = 50});
    FAIL() << "ended";
  } catch (const std::runtime_error& sentence) {
    EXPECT_THAT(sentence.what(), testing::HasSubstr("after 50 evaluations"));
  }
  const auto broken = [](std::span<const double>, double, std::span<double> velocity) { velocity[0] = NAN; };
  EXPECT_THROW(integrate_adaptive(broken, 1, 0, x), std::runtime_error);
}

// Wherever it stands among the points that share their steps.
TEST(DormandPrince, TakesNoStepThatMakesAPointNoNumber) {
  for (const std::size_t broken : {0, 1, 2}) {
    const auto velocity = [&](const double*, double, double* out) {
      for (std::size_t point = 0; point < 3; ++point) out[point] = point == broken ? NAN : 1;
    };
    std::vector<double> x{0, 0, 0};
    EXPECT_THROW(carry_adaptive(1, 0, std::span(x), 1, {}, velocity, {}, [](std::size_t, std::span<const double>) {}),
                 std::runtime_error)
        << broken;
  }
}

TEST(Integrators, RefuseTimesThatMakeNoSense) {
  std::vector<double> x{1};
  const auto message = [&](const std::vector<double>& times) -> std::string {
    try {
      integrate(between_normals(1), Scheme::euler, times, x);
    } catch (const std::invalid_argument& sentence) {
      return sentence.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message({}), "there are no times");
  EXPECT_EQ(message({1, 0.5, 0.7}), "the times neither rise nor fall from each to the next");
  EXPECT_EQ(message({1, 1}), "the times neither rise nor fall from each to the next");
  EXPECT_EQ(message({1, -0.1}), "the time is -0.100000, not within [0, 1]");
  EXPECT_EQ(message({1}), "accepted");
  EXPECT_THROW(uniform_times(1, 0, 0), std::invalid_argument);
  EXPECT_THROW(uniform_times(1, 1, 3), std::invalid_argument);
  EXPECT_THROW(uniform_times(NAN, 0, 3), std::invalid_argument);
  EXPECT_THROW(scheme_named("rk45"), std::invalid_argument);
  EXPECT_EQ(scheme_named("midpoint"), Scheme::midpoint);
}

TEST(Straightness, BetweenNormalsIsTheClosedForm) {
  // A start at 1 stands for all: the flow is linear.
  for (const double data : {1.0, 0.5, 0.1}) {
    const auto found = straightness(between_normals(data), {1, {1}}, 0, 400);
    EXPECT_NEAR(found.straightness, data * (2 - std::acos(0.0)), 1e-4) << data;
    EXPECT_NEAR(found.ends.values[0], data, 1e-7);
    EXPECT_NEAR(found.cost, (1 - data) * (1 - data), 1e-7);
    EXPECT_EQ(found.evaluations, 400U * 9);
  }
}

TEST(Straightness, IsRightToEightDigitsWithEnoughSteps) {
  EXPECT_NEAR(straightness(between_normals(0.5), {1, {1}}, 0, 8000, Scheme::heun).straightness,
              0.5 * (2 - std::acos(0.0)), 1e-8);
}

TEST(Straightness, OfOnePairIsNothing) {
  const auto field = [](std::span<const double> x, double t, std::span<double> velocity) {
    paired_velocity({1, {3}}, {1, {-1}}, 0.5, x, t, velocity);
  };
  const auto found = straightness(field, {1, {-1}}, 0.01, 10);
  EXPECT_NEAR(found.straightness, 0, 1e-20);
}

TEST(Loss, OfAFieldThatIsZeroIsTheCost) {
  const auto zero = [](std::span<const double>, double, std::span<double> velocity) { velocity[0] = 0; };
  EXPECT_NEAR(loss(zero, {1, {1, 2}}, {1, {3, -1}}, 5), (4 + 9) / 2.0, 1e-15);
  EXPECT_NEAR(mean_cost({1, {1, 2}}, {1, {3, -1}}, 1), 2.5, 1e-15);
}

}  // namespace
}  // namespace tandem::flow
