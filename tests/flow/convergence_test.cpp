// Integrators against the flow between normals: known errors, orders and straightness, and certificates that refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <optional>

#include "benchmarks/suite/registry.hpp"
#include "impl/flow/flow.hpp"
#include "reference/flow/convergence.hpp"
#include "tests/support/refusal.hpp"

namespace tandem::flow {
namespace {

using test::refusal;

/// Noise of deviation 1 and data of deviation 1/2, as in the table of known errors (integrate_test.cpp).
ConvergenceProblem halved(Scheme scheme, std::size_t steps) {
  return {.data = {0.5}, .noise = {1}, .scheme = scheme, .steps = steps};
}

ConvergenceAnswer solved(const ConvergenceProblem& problem) {
  ConvergenceAnswer answer;
  reference(problem, answer);
  return answer;
}

TEST(Convergence, HasTheKnownErrorsAndOrders) {
  // Computed once by another program: the errors after 128 and 256 steps, with units of their last digits.
  const ConvergenceAnswer euler = solved(halved(Scheme::euler, 256));
  EXPECT_NEAR(euler.ends[0] - 0.5, -2.89e-3, 1e-5);
  EXPECT_NEAR(euler.order, std::log2(5.76 / 2.89), 0.01);
  EXPECT_EQ(euler.evaluations, 256U);
  const ConvergenceAnswer heun = solved(halved(Scheme::heun, 128));
  EXPECT_NEAR(heun.ends[0] - 0.5, 1.4e-5, 1e-6);
  EXPECT_NEAR(heun.order, std::log2(5.5 / 1.4), 0.05);
  const ConvergenceAnswer runge_kutta = solved(halved(Scheme::runge_kutta_4, 256));
  EXPECT_NEAR(runge_kutta.ends[0] - 0.5, 2.7e-12, 1e-13);
  EXPECT_EQ(runge_kutta.evaluations, 1024U);
  EXPECT_NEAR(runge_kutta.straightness[0], 0.5 * (2 - std::numbers::pi / 2), 5e-9);
}

TEST(Convergence, OfMoreCoordinatesIsThatOfEach) {
  const ConvergenceAnswer both = solved({.data = {0.5, 0.3}, .noise = {1, 2}, .steps = 64});
  const ConvergenceAnswer first = solved(halved(Scheme::runge_kutta_4, 64));
  const ConvergenceAnswer second = solved({.data = {0.3}, .noise = {2}, .steps = 64});
  EXPECT_THAT(both.ends, testing::ElementsAre(first.ends[0], second.ends[0]));
  EXPECT_THAT(both.straightness, testing::ElementsAre(first.straightness[0], second.straightness[0]));
}

TEST(Convergence, IsCertifiedByItsOrderAndItsStraightness) {
  const auto& method = suite::typed_method<ConvergenceProblem, ConvergenceAnswer>("flow_convergence");
  for (const Scheme scheme : {Scheme::euler, Scheme::heun, Scheme::midpoint, Scheme::runge_kutta_4}) {
    const ConvergenceProblem problem = halved(scheme, 256);
    EXPECT_EQ(method.certificate(problem, solved(problem)), std::nullopt) << name_of(scheme);
    ConvergenceAnswer slow = solved(problem);
    slow.order *= 0.94;
    EXPECT_NE(method.certificate(problem, slow), std::nullopt) << name_of(scheme);
    ConvergenceAnswer lower = solved(halved(scheme == Scheme::euler ? Scheme::heun : Scheme::euler, 256));
    EXPECT_NE(method.certificate(problem, lower), std::nullopt) << name_of(scheme);
  }
  const ConvergenceProblem problem = halved(Scheme::runge_kutta_4, 256);
  ConvergenceAnswer bent = solved(problem);
  bent.straightness[0] += 1e-8;
  EXPECT_EQ(method.certificate(problem, bent), "S of coordinate 0 is not that of the closed form");
}

TEST(Convergence, RefusesMalformedInput) {
  const auto message = [](const ConvergenceProblem& problem) {
    ConvergenceAnswer answer;
    const std::string sentence = refusal([&] { reference(problem, answer); });
    EXPECT_EQ(refusal([&] { simd(problem, answer, {}); }), sentence);
    return sentence;
  };
  EXPECT_EQ(message({.data = {}, .noise = {}}), "the normals have no dimensions");
  EXPECT_EQ(message({.data = {1}, .noise = {1, 2}}), "points of 1 dimensions do not go with points of 2");
  EXPECT_EQ(message({.data = {0}, .noise = {1}}), "a standard deviation is not positive and finite");
  EXPECT_EQ(message({.data = {1}, .noise = {NAN}}), "a standard deviation is not positive and finite");
  EXPECT_EQ(message({.data = {1}, .noise = {1}, .steps = 3}), "the steps are no even number above 0");
  EXPECT_EQ(message({.data = {1}, .noise = {1}, .steps = 0}), "the steps are no even number above 0");
}

}  // namespace
}  // namespace tandem::flow
