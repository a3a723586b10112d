// How many runs fill an epoch, from readings that are made up.
#include <gtest/gtest.h>

#include <limits>

#include "benchmarks/suite/epochs.hpp"

namespace tandem::suite {
namespace {

TEST(Epochs, AreFilledByRunsOfMicroseconds) {
  const EpochPlan plan = plan_epochs(1e-3, [](const EpochPlan&) { return 1e-6; });
  EXPECT_NEAR(static_cast<double>(plan.runs), 1000, 1);
  EXPECT_FALSE(plan.warm_up);
  EXPECT_EQ(plan.epochs, 2U);
  EXPECT_NEAR(plan.round_seconds, 2e-3, 1e-5);
}

TEST(Epochs, OfFewRunsHaveOneBeforeThem) {
  const EpochPlan plan = plan_epochs(1e-3, [](const EpochPlan&) { return 0.4e-3; });
  EXPECT_EQ(plan.runs, 2U);
  EXPECT_TRUE(plan.warm_up);
  EXPECT_NEAR(plan.round_seconds, 2 * 3 * 0.4e-3, 1e-9);
}

TEST(Epochs, OfALongRunAreOne) {
  const EpochPlan plan = plan_epochs(1e-3, [](const EpochPlan&) { return 0.2; });
  EXPECT_EQ(plan.runs, 1U);
  EXPECT_FALSE(plan.warm_up);
  EXPECT_EQ(plan.epochs, 1U);
}

TEST(Epochs, AreNotPlannedByOneDisturbedReading) {
  int readings = 0;
  const EpochPlan plan = plan_epochs(1e-3, [&](const EpochPlan&) { return ++readings == 1 ? 50e-6 : 1e-6; });
  EXPECT_NEAR(static_cast<double>(plan.runs), 1000, 1);
  EXPECT_GE(readings, 3);
}

TEST(Epochs, EndWhereNothingCanBeTimed) {
  int readings = 0;
  plan_epochs(1e-3, [&](const EpochPlan&) {
    ++readings;
    return std::numeric_limits<double>::quiet_NaN();
  });
  EXPECT_EQ(readings, 1);
}

}  // namespace
}  // namespace tandem::suite
