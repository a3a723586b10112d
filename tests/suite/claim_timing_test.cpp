// How claims about time are measured: who runs when and how often, and what the figures say.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "benchmarks/suite/epochs.hpp"
#include "claims/suite/timing.hpp"
#include "claims/suite/verdict.hpp"

namespace tandem::claims {
namespace {

void wait(int milliseconds) { std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds)); }

TEST(Turns, AreSixRoundsWhateverTheBudget) {
  int calls = 0;
  const Turns turns = take_turns({[&] { ++calls, wait(1); }, [] { wait(1); }}, 0);
  EXPECT_EQ(turns.rounds(), suite::fewest_rounds);
  EXPECT_GT(calls, 6);
  const Figure figure = turns.ratio(0, 1);
  EXPECT_EQ(figure.rounds, suite::fewest_rounds);
  EXPECT_TRUE(std::isfinite(figure.low) && std::isfinite(figure.high));
}

TEST(Turns, DoNotAlwaysHaveTheSameOrder) {
  std::string order;
  take_turns({[&] { order += 'a', wait(60); }, [&] { order += 'b', wait(60); }}, 0);
  ASSERT_GE(order.size(), 12U);
  const std::string rounds = order.substr(order.size() - 12);  // before them come the runs that find the epochs
  EXPECT_TRUE(rounds.find("aa") != std::string::npos || rounds.find("bb") != std::string::npos) << rounds;
}

// Sleeping takes no less than asked for, and on a busy machine a little more: the ratio stays far from 1.
TEST(Turns, TellWhichRunTakesLonger) {
  const Turns turns = take_turns({[] { wait(12); }, [] { wait(3); }}, 1);
  EXPECT_EQ(decide(turns.ratio(0, 1), at_least(1.2)), Verdict::confirmed) << text_of(turns.ratio(0, 1));
  EXPECT_EQ(decide(turns.ratio(1, 0), at_least(1)), Verdict::refuted) << text_of(turns.ratio(1, 0));
  EXPECT_GE(turns.seconds(0).low, 12e-3);
}

suite::RoundTimes times_of(std::size_t epochs, std::vector<double> first, std::vector<double> smallest) {
  return {.epochs = epochs, .first = std::move(first), .smallest = std::move(smallest)};
}

TEST(Turns, CompareFirstEpochsWhereARunHasNoSecond) {
  Turns turns{{times_of(2, {4, 4}, {2, 2}), times_of(2, {8, 8}, {8, 6})}};
  EXPECT_EQ(turns.round(1), (std::vector<double>{2, 6}));
  turns.times[1].epochs = 1;
  EXPECT_EQ(turns.round(1), (std::vector<double>{4, 8}));
}

TEST(Turns, MakeAFigureOfEveryRound) {
  const std::vector<double> a = {2, 2, 2, 2, 2, 2, 20};
  const std::vector<double> b = {1, 1, 1, 1, 1, 1, 10};  // the last round was disturbed as a whole
  const Turns turns{{times_of(1, a, a), times_of(1, b, b)}};
  const Figure figure = turns.figure([](std::span<const double> times) { return times[0] / times[1]; });
  EXPECT_EQ(figure.estimate, 2);
  EXPECT_EQ(figure.low, 2);
  EXPECT_EQ(figure.high, 2);
  EXPECT_EQ(figure.rounds, 7U);
  EXPECT_EQ(text_of(figure), "2.00 [2.00, 2.00] in 7 rounds");
}

TEST(Exponent, IsThatOfAPower) {
  const Figure growth = exponent({{64, 32, 128}, 9}, 4);
  EXPECT_DOUBLE_EQ(growth.estimate, 3);
  EXPECT_DOUBLE_EQ(growth.low, 2.5);
  EXPECT_DOUBLE_EQ(growth.high, 3.5);
  EXPECT_EQ(growth.rounds, 9U);
}

}  // namespace
}  // namespace tandem::claims
