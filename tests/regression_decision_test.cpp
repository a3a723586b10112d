// How often the gate's rule errs and what it finds, on synthetic noise that is worse than it should be. The seeds are
// fixed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "benchmarks/regression/decision.hpp"
#include "impl/support/random.hpp"

namespace tandem::regression {
namespace {

using suite::Verdict;
using testing::HasSubstr;

struct World {
  double head = 1;       ///< its true time; the base takes 1
  double layout = 0.01;  ///< standard deviation of what a process is faster or slower by, for good
  double noise = 0.03;   ///< of an epoch, drift aside
  double spikes = 0.1;   ///< share of the epochs that a neighbour disturbs
};

/// Pairs of processes on a clock that drifts as AR(1) with correlation 0.7 and 5 %, epochs in the order ABBA or BAAB.
class Series {
 public:
  Series(const World& world, std::uint64_t seed) : world_(world), seed_(seed) {}

  std::vector<PairTimes> pairs(std::size_t count, std::size_t rounds = 34) {
    std::vector<PairTimes> result(count);
    for (PairTimes& pair : result) {
      const double base = std::exp(world_.layout * normal());
      const double head = world_.head * std::exp(world_.layout * normal());
      for (std::size_t round = 0; round < rounds; ++round) {
        const bool base_first = random_bits(seed_, ++draws_) % 2 == 0;
        const double outer = base_first ? base : head;
        const double inner = base_first ? head : base;
        const double first = time(outer);
        const double middle = std::min(time(inner), time(inner));
        const double both = std::min(first, time(outer));
        pair.base.push_back(base_first ? both : middle);
        pair.head.push_back(base_first ? middle : both);
      }
    }
    return result;
  }

 private:
  double normal() { return random_normal(seed_, ++draws_); }
  double time(double true_time) {
    constexpr double correlation = 0.7;
    drift_ = correlation * drift_ + std::sqrt(1 - correlation * correlation) * 0.05 * normal();
    double log_time = drift_ + world_.noise * normal();
    if (random_uniform(seed_, ++draws_) < world_.spikes) log_time += std::log1p(2 * random_uniform(seed_, ++draws_));
    return true_time * std::exp(log_time);
  }

  World world_;
  std::uint64_t seed_;
  std::uint64_t draws_ = 0;
  double drift_ = 0;
};

/// As the gate races a row: looks until there is a word, then the second race.
Decision race(const World& world, std::uint64_t seed, double margin, std::span<const std::size_t> looks,
              double confidence) {
  Series series(world, seed);
  Decision decision;
  std::vector<PairTimes> pairs;
  for (const std::size_t look : looks) {
    for (PairTimes& pair : series.pairs(look - pairs.size())) pairs.push_back(std::move(pair));
    decision = decide(pairs, margin, confidence);
    if (decision.verdict != Verdict::undecided) break;
  }
  return decision;
}

Decision first_race(const World& world, std::uint64_t seed, double margin) {
  return race(world, 2 * seed, margin, first_looks, look_confidence(0.05, first_looks.size(), 1));
}

Decision gate(const World& world, std::uint64_t seed, double margin) {
  Decision first = first_race(world, seed, margin);
  if (first.verdict == Verdict::same || first.verdict == Verdict::undecided) return first;
  const double confidence = look_confidence(0.01, second_looks.size(), 3);
  return confirmed(first, race(world, 2 * seed + 1, margin, second_looks, confidence));
}

TEST(Decide, CallsABuildOfItselfNothingButTheSame) {
  // 2,000 rows, layouts that differ by 1.4 % between two processes, a margin of 2 %.
  constexpr int rows = 2000;
  int suspected = 0;
  int wrong = 0;
  int same = 0;
  for (int row = 0; row < rows; ++row) {
    const Verdict first = first_race({}, row, 0.02).verdict;
    suspected += first == Verdict::slower || first == Verdict::faster ? 1 : 0;
    const Verdict word = gate({}, row, 0.02).verdict;
    wrong += word == Verdict::slower || word == Verdict::faster ? 1 : 0;
    same += word == Verdict::same ? 1 : 0;
  }
  EXPECT_LE(suspected, rows / 20);  // the nominal rate of the first race
  EXPECT_LE(wrong, rows / 1000);
  EXPECT_GT(same, rows / 10) << "a rule that never decides errs never";
}

TEST(Decide, TheLuckOfLayoutAloneIsNotCalledSlower) {
  // Processes of one program that differ by 20 %, far beyond the margin, and hardly any other noise.
  constexpr int rows = 4000;
  int wrong = 0;
  for (int row = 0; row < rows; ++row) {
    wrong += gate({.layout = 0.2, .noise = 0.002, .spikes = 0}, 10000 + row, 0.02).verdict == Verdict::slower ? 1 : 0;
  }
  EXPECT_LE(wrong, rows / 1000);
}

TEST(Decide, FindsFivePerCentAndTen) {
  constexpr int rows = 300;
  int five = 0;
  int ten = 0;
  for (int row = 0; row < rows; ++row) {
    five += gate({.head = 1.05}, 5000 + row, 0.01).verdict == Verdict::slower ? 1 : 0;
    ten += gate({.head = 1.10}, 6000 + row, 0.02).verdict == Verdict::slower ? 1 : 0;
  }
  EXPECT_GE(five, 0.9 * rows);
  EXPECT_GE(ten, 0.99 * rows);
}

TEST(Decide, SeesBothDirectionsAlike) {
  std::vector<PairTimes> pairs = Series({.head = 1.2, .layout = 0}, 1).pairs(3);
  EXPECT_EQ(decide(pairs, 0.02, 0.99).verdict, Verdict::slower);
  for (PairTimes& pair : pairs) std::swap(pair.base, pair.head);
  EXPECT_EQ(decide(pairs, 0.02, 0.99).verdict, Verdict::faster);
}

TEST(Decide, OnePairOfTwelveMayContradictAndNoneOfFewer) {
  // The fortune of layout in most pairs does not make a slower build.
  const World slower{.head = 1.1, .layout = 0, .noise = 0.001, .spikes = 0};
  const World same{.head = 1, .layout = 0, .noise = 0.001, .spikes = 0};
  for (const std::size_t count : {3u, 8u, 11u, 12u}) {
    std::vector<PairTimes> pairs = Series(slower, count).pairs(count);
    EXPECT_EQ(decide(pairs, 0.02, 0.99).verdict, Verdict::slower) << count;
    pairs.back() = Series(same, 1).pairs(1).front();
    EXPECT_EQ(decide(pairs, 0.02, 0.99).verdict, count < 12 ? Verdict::undecided : Verdict::slower) << count;
    pairs.front() = pairs.back();
    EXPECT_EQ(decide(pairs, 0.02, 0.99).verdict, Verdict::undecided) << count;
  }
}

TEST(Decide, FewerThanThreePairsGiveNoWord) {
  const std::vector<PairTimes> pairs = Series({.head = 2}, 4).pairs(2);
  EXPECT_EQ(decide(pairs, 0.02, 0.95).verdict, Verdict::undecided);
  EXPECT_THAT(decide(pairs, 0.02, 0.95).why, HasSubstr("pairs"));
  EXPECT_EQ(decide({}, 0.02, 0.95).verdict, Verdict::undecided);
  const std::vector<PairTimes> seven = Series({.head = 2}, 4).pairs(7);
  EXPECT_EQ(decide(seven, 0.02, 0.95, second_looks.front()).verdict, Verdict::undecided);
  EXPECT_EQ(decide(seven, 0.02, 0.95).verdict, Verdict::slower);
}

TEST(Decide, AClockThatGivesNoTimeGivesNoWord) {
  std::vector<PairTimes> pairs = Series({.head = 2}, 5).pairs(3);
  for (PairTimes& pair : pairs) {
    for (std::size_t round = 0; round < pair.base.size() / 2; ++round) {
      pair.head[round] = std::vector<double>{0, -1, std::nan(""), std::numeric_limits<double>::infinity()}[round % 4];
    }
  }
  const Decision decision = decide(pairs, 0.02, 0.95);
  EXPECT_EQ(decision.verdict, Verdict::undecided);
  EXPECT_THAT(decision.why, HasSubstr("clock"));
}

TEST(Decide, AWideIntervalIsUndecidedAndForecastsTheRounds) {
  // The forecast, when it is followed, leads to a word.
  const World world{.head = 1, .layout = 0, .noise = 0.1};
  const Decision decision = decide(Series(world, 6).pairs(3, 34), 0.02, 0.95);
  ASSERT_EQ(decision.verdict, Verdict::undecided);
  ASSERT_GT(decision.more_rounds, 0U);
  const std::size_t rounds = (decision.rounds + 4 * decision.more_rounds) / 3;
  EXPECT_EQ(decide(Series(world, 6).pairs(3, rounds), 0.02, 0.95).verdict, Verdict::same);
}

TEST(Confirmed, OnlyWhatBothRacesSayIsSaid) {
  Decision slower;
  slower.verdict = Verdict::slower;
  Decision same;
  same.verdict = Verdict::same;
  EXPECT_EQ(confirmed(slower, slower).verdict, Verdict::slower);
  EXPECT_EQ(confirmed(slower, same).verdict, Verdict::undecided);
  EXPECT_THAT(confirmed(slower, same).why, HasSubstr("not confirmed"));
}

TEST(MarginOfSelfRace, IsWhatThreePairsInFourKeepAndOnePerCentAtLeast) {
  const std::vector<double> noisy = {1.01, 0.99, 1.02, 1 / 1.03, 1.04, 1.5, 1, 1, 1, 1};
  EXPECT_NEAR(margin_of_self_race(noisy), 0.03, 1e-12);
  const std::vector<double> quiet(10, 1.001);
  EXPECT_EQ(margin_of_self_race(quiet), 0.01);
}

TEST(LookConfidence, SharesTheErrorAmongLooksAndRows) {
  EXPECT_NEAR(look_confidence(0.03, 3, 1), 0.99, 1e-12);
  EXPECT_NEAR(look_confidence(0.03, 3, 10), 0.999, 1e-12);
}

}  // namespace
}  // namespace tandem::regression
