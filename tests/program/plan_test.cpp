// A budget of time and what it buys, on a clock that only the steps move.
#include "program/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::program {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Steps of which each takes `factor` times what is expected of it.
struct World {
  double now = 0;
  std::vector<std::string> done{};

  Step step(std::string name, double expected, double factor = 1, std::string group = "rows", std::size_t rows = 10) {
    return {.what = name, .group = std::move(group), .seconds = expected, .rows = rows, .run = [=, this] {
              now += factor * expected;
              done.push_back(name);
            }};
  }
  NotReached carry_out(const std::vector<Step>& steps, double end) {
    suite::Progress progress(0);
    return program::carry_out(
        steps, end, [this] { return now; }, progress, [] { return true; });
  }
};

TEST(Plan, DoesAllInOrderWhereTheBudgetHoldsAll) {
  World world;
  const NotReached missed = world.carry_out({world.step("a", 1), world.step("b", 2), world.step("c", 3)}, 100);
  EXPECT_THAT(world.done, ElementsAre("a", "b", "c"));
  EXPECT_EQ(missed.rows + missed.claims, 0U);
}

TEST(Plan, LeavesOutWhatDoesNotFitAndCountsIt) {
  World world;
  const NotReached missed =
      world.carry_out({world.step("a", 4), world.step("too long", 20), world.step("a claim", 30, 1, "claims", 0),
                       world.step("b", 4), world.step("c", 4)},
                      10);
  EXPECT_THAT(world.done, ElementsAre("a", "b")) << "the last would end at 12";
  EXPECT_EQ(missed.rows, 20U);
  EXPECT_EQ(missed.claims, 1U);
}

TEST(Plan, StaysWithinItsBudgetWhateverExpectationsAreWorth) {
  for (const double factor : {0.1, 0.5, 1.0, 2.0, 8.0}) {
    World world;
    std::vector<Step> steps;
    for (int i = 0; i < 400; ++i) steps.push_back(world.step(std::to_string(i), 1, factor));
    const NotReached missed = world.carry_out(steps, 100);
    EXPECT_LE(world.now, 100) << factor;
    EXPECT_GE(world.now, std::min(400 * factor, 100 - 1.3 * factor)) << factor << ": the budget was not used";
    EXPECT_EQ(missed.rows, 10 * (400 - world.done.size()));
  }
}

TEST(Plan, StopsWhereItIsInterrupted) {
  World world;
  suite::Progress progress(0);
  int asked = 0;
  const auto go_on = [&] {
    ++asked;
    return world.done.empty();
  };
  const NotReached missed = carry_out(
      {world.step("too long", 200), world.step("a", 1), world.step("b", 1), world.step("c", 1)}, 100,
      [&] { return world.now; }, progress, go_on);
  EXPECT_EQ(asked, 2) << "before each that fits, until it says no";
  EXPECT_THAT(world.done, ElementsAre("a"));
  EXPECT_EQ(missed.rows, 30U);
}

TEST(Plan, WithoutTimeDoesNothing) {
  World world;
  EXPECT_EQ(world.carry_out({world.step("a", 1)}, 0).rows, 10U);
  EXPECT_THAT(world.done, IsEmpty());
}

TEST(Costs, FollowTheGroupThenAll) {
  World world;
  Costs costs;
  const Step of_a = world.step("", 2, 1, "a");
  const Step of_b = world.step("", 2, 1, "b");
  EXPECT_DOUBLE_EQ(costs.expected(of_a), 2) << "nothing is known yet";
  costs.add(of_a, 6);
  EXPECT_DOUBLE_EQ(costs.expected(of_a), 6);
  EXPECT_DOUBLE_EQ(costs.expected(of_b), 6) << "as wrong as the others";
  costs.add(of_b, 2);
  EXPECT_DOUBLE_EQ(costs.expected(of_a), 6);
  EXPECT_DOUBLE_EQ(costs.expected(of_b), 2);
  EXPECT_DOUBLE_EQ(costs.expected(world.step("", 2, 1, "c")), 4);
}

TEST(SecondsLeft, AreRightWithinAFifthOnceAThirdIsDone) {
  // Four groups that are each wrong in their own way, with a budget that holds all of them and with one that does not.
  for (const double end : {1000.0, 120.0}) {
    World world;
    std::vector<Step> steps;
    for (int i = 0; i < 100; ++i) {
      constexpr double factors[] = {0.3, 1, 2, 3};
      steps.push_back(world.step(std::to_string(i), 1, factors[i % 4], std::to_string(i % 4)));
    }
    std::vector<std::pair<double, double>> forecasts;  // when, and what was foretold
    Costs costs;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      forecasts.emplace_back(world.now, seconds_left(std::span(steps).subspan(i), end - world.now, costs));
      if (world.now + costs.expected(steps[i]) > end) continue;
      const double begin = world.now;
      steps[i].run();
      costs.add(steps[i], world.now - begin);
    }
    for (const auto& [when, foretold] : forecasts) {
      if (when < world.now / 3 || world.now - when < 5) continue;
      EXPECT_NEAR(foretold, world.now - when, 0.2 * (world.now - when)) << "at " << when << " of " << world.now;
    }
  }
}

}  // namespace
}  // namespace tandem::program
