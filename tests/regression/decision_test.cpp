// How often the gate's rule errs and what it finds, on synthetic noise that is worse than it should be. The seeds are
// fixed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>
#include <stdexcept>
#include <vector>

#include "benchmarks/regression/decision.hpp"
#include "impl/support/random.hpp"
#include "tests/support/full_speed.hpp"

namespace tandem::regression {
namespace {

using suite::Word;
using testing::HasSubstr;

/// How processes of one program differ by where their code and data happen to lie.
enum class Luck {
  normal,      ///< by a normal variable
  two_places,  ///< by one of two values, either one as likely
  seldom,      ///< by nothing but for one process in ten
};

struct World {
  double head = 1;       ///< its true time; the base takes 1
  double layout = 0.01;  ///< standard deviation of what a process is faster or slower by, for good
  double noise = 0.03;   ///< of an epoch, drift aside
  double spikes = 0.1;   ///< share of the epochs that a neighbour disturbs
  Luck luck = Luck::normal;
};

/// Pairs of processes on a clock that drifts as AR(1) with correlation 0.7 and 5 %, epochs in the order ABBA or BAAB.
class Series {
 public:
  Series(const World& world, std::uint64_t seed) : world_(world), seed_(seed) {}

  std::vector<PairTimes> pairs(std::size_t count, std::size_t rounds = 34) {
    std::vector<PairTimes> result(count);
    for (PairTimes& pair : result) {
      const double base = layout();
      const double head = world_.head * layout();
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
  double uniform() { return random_uniform(seed_, ++draws_); }
  double normal() { return random_normal(seed_, ++draws_); }
  double layout() {
    switch (world_.luck) {
      case Luck::normal:
        return std::exp(world_.layout * normal());
      case Luck::two_places:
        return std::exp(uniform() < 0.5 ? world_.layout : -world_.layout);
      case Luck::seldom:
        return std::exp(uniform() < 0.1 ? world_.layout * std::sqrt(10) : 0.0);
    }
    throw std::logic_error("luck of no kind");
  }
  double time(double true_time) {
    constexpr double correlation = 0.7;
    drift_ = correlation * drift_ + std::sqrt(1 - correlation * correlation) * 0.05 * normal();
    double log_time = drift_ + world_.noise * normal();
    if (uniform() < world_.spikes) log_time += std::log1p(2 * uniform());
    return true_time * std::exp(log_time);
  }

  World world_;
  std::uint64_t seed_;
  std::uint64_t draws_ = 0;
  double drift_ = 0;
};

/// As the gate races a row: looks until there is a word, then the second race.
Decision race(const World& world, std::uint64_t seed, Rule rule, std::span<const std::size_t> looks) {
  Series series(world, seed);
  Decision decision;
  std::vector<PairTimes> pairs;
  for (const std::size_t look : looks) {
    for (PairTimes& pair : series.pairs(look - pairs.size())) pairs.push_back(std::move(pair));
    decision = decide(pairs, rule);
    if (decision.word != Word::undecided) break;
  }
  return decision;
}

Decision first_race(const World& world, std::uint64_t seed) {
  return race(world, 2 * seed, {.confidence = look_confidence(0.05, first_looks.size(), 1)}, first_looks);
}

Decision gate(const World& world, std::uint64_t seed) {
  Decision first = first_race(world, seed);
  if (first.word == Word::same || first.word == Word::undecided) return first;
  const Rule rule{.confidence = look_confidence(0.01, second_looks.size(), 3),
                  .fewest_pairs = second_looks.front(),
                  .fewest_pairs_for_a_change = second_looks.front(),
                  .other_pairs = first.pair_ratios};
  return confirmed(first, race(world, 2 * seed + 1, rule, second_looks));
}

/// Words of a number of rows.
struct Words {
  double changed = 0;  ///< share that is called slower or faster
  double slower = 0;
  double same = 0;
  double suspected = 0;
};

Words words(const World& world, int rows, std::uint64_t seed) {
  Words count;
  for (int row = 0; row < rows; ++row) {
    const Word first = first_race(world, seed + row).word;
    const Word word = gate(world, seed + row).word;
    const auto is_change = [](Word said) { return said == Word::slower || said == Word::faster; };
    count.suspected += is_change(first) ? 1.0 / rows : 0;
    count.changed += is_change(word) ? 1.0 / rows : 0;
    count.slower += word == Word::slower ? 1.0 / rows : 0;
    count.same += word == Word::same ? 1.0 / rows : 0;
  }
  return count;
}

TEST(Decide, CallsABuildOfItselfNothingButTheSame) {
  const Words count = words({}, 2000, 0);
  EXPECT_LE(count.suspected, 0.05);  // the nominal rate of the first race
  EXPECT_LE(count.changed, 0.001);
  EXPECT_GT(count.same, 0.9) << "a rule that never decides errs never";
}

TEST(Decide, TheLuckOfLayoutAloneIsNotCalledAChange) {
  // Processes of one program that differ by up to 20 %, far beyond the margin, and hardly any other noise.
  std::uint64_t seed = 10000;
  for (const Luck luck : {Luck::normal, Luck::two_places, Luck::seldom}) {
    for (const double layout : {0.01, 0.05, 0.2}) {
      const World world{.layout = layout, .noise = 0.002, .spikes = 0, .luck = luck};
      EXPECT_LE(words(world, 2000, seed += 10000).changed, 0.001) << static_cast<int>(luck) << ", " << layout;
    }
  }
}

TEST(Decide, FindsFivePerCentAndTen) {
  // Pairs that differ by 1.4 % on a loud machine; and as rows of the second cache do once their memory is drawn anew.
  EXPECT_GE(words({.head = 1.05}, 400, 5000).slower, 0.95);
  EXPECT_GE(words({.head = 1.10}, 400, 6000).slower, 0.99);
  const double second_cache = 0.015;
  EXPECT_GE(words({.head = 1.05, .layout = second_cache}, 400, 7000).slower, 0.95);
  EXPECT_GE(words({.head = 1.10, .layout = second_cache}, 400, 8000).slower, 0.99);
}

TEST(Decide, HasTheRatesThatTheReadmeShows) {
  struct Kind {
    const char* name;
    double layout;
    Luck luck = Luck::normal;
  };
  constexpr int rows = test::emulated ? 50 : 1000;
  constexpr std::uint64_t seed = 500000;
  for (const Kind& kind : {Kind{"0.3 %", 0.003}, Kind{"1 %", 0.01}, Kind{"1.5 %", 0.015}, Kind{"3 %", 0.03},
                           Kind{"8 %", 0.08}, Kind{"8 %, one of two places", 0.08, Luck::two_places}}) {
    World world{.layout = kind.layout, .noise = 0.005, .spikes = 0.02, .luck = kind.luck};
    const double changed = words(world, rows, seed).changed;
    EXPECT_LE(changed, 0.001) << kind.name;
    std::printf("%-24s a change where there is none: %.0f of %d; slower:", kind.name, rows * changed, rows);
    for (const double slower : {0.02, 0.05, 0.10}) {
      world.head = 1 + slower;
      std::printf("  %.0f %%: %.1f %%", 100 * slower, 100 * words(world, rows, seed).slower);
    }
    std::printf("\n");
  }
}

TEST(Decide, SaysWhatItWouldHaveFound) {
  // A build that is slower by so much and is not suspected must not claim that it would have been.
  constexpr int rows = 1000;
  for (const double slower : {0.02, 0.03, 0.05}) {
    for (const double layout : {0.003, 0.01, 0.02}) {
      int missed = 0;
      for (int row = 0; row < rows; ++row) {
        const Decision decision = first_race({.head = 1 + slower, .layout = layout}, 90000 + row);
        EXPECT_GT(decision.would_have_found, 0.01);
        missed += decision.word != Word::slower && decision.would_have_found < slower ? 1 : 0;
      }
      EXPECT_LE(missed, rows / 20) << slower << ", " << layout;
    }
  }
}

TEST(Decide, SeesBothDirectionsAlike) {
  std::vector<PairTimes> pairs = Series({.head = 1.2, .layout = 0}, 1).pairs(12);
  EXPECT_EQ(decide(pairs, {.confidence = 0.99}).word, Word::slower);
  for (PairTimes& pair : pairs) std::swap(pair.base, pair.head);
  EXPECT_EQ(decide(pairs, {.confidence = 0.99}).word, Word::faster);
}

TEST(Decide, TheMarginThatIsGivenRulesAll) {
  const World quiet{.head = 1.04, .layout = 0.001, .noise = 0.001, .spikes = 0};
  const std::vector<PairTimes> pairs = Series(quiet, 3).pairs(12);
  EXPECT_EQ(decide(pairs, {}).word, Word::slower);
  EXPECT_EQ(decide(pairs, {.margin = 0.1, .margin_rules = true}).word, Word::same);
  const std::vector<PairTimes> little = Series({.head = 1.004, .layout = 0.001, .noise = 0, .spikes = 0}, 3).pairs(6);
  EXPECT_EQ(decide(little, {}).word, Word::same);
  EXPECT_NEAR(decide(little, {}).would_have_found, 0.02, 0.01);
  EXPECT_EQ(decide(little, {.margin = 0.001, .margin_rules = true}).word, Word::undecided);
}

TEST(Decide, OtherPairsTellHowMuchPairsDiffer) {
  // Eight pairs that happen to agree, and others of the same builds that do not.
  const std::vector<PairTimes> pairs = Series({.head = 1.05, .layout = 0, .noise = 0.001, .spikes = 0}, 5).pairs(8);
  EXPECT_EQ(decide(pairs, {.fewest_pairs_for_a_change = 8}).word, Word::slower);
  const std::vector<double> others = {0.9, 1.2, 1.1, 0.95, 1.15, 0.9};
  const Decision decision = decide(pairs, {.fewest_pairs_for_a_change = 8, .other_pairs = others});
  EXPECT_EQ(decision.word, Word::undecided);
  EXPECT_NEAR(decision.time_ratio.estimate, 1.05, 0.01) << "its mean is of its own pairs";
}

TEST(Decide, AFewPairsGiveNoWordAndSomeNoChange) {
  const std::vector<PairTimes> pairs = Series({.head = 2}, 4).pairs(2);
  EXPECT_EQ(decide(pairs, {}).word, Word::undecided);
  EXPECT_THAT(decide(pairs, {}).why, HasSubstr("pairs"));
  EXPECT_EQ(decide({}, {}).word, Word::undecided);
  const std::vector<PairTimes> twelve = Series({.head = 2}, 4).pairs(12);
  const auto word_of = [&](std::size_t count, const Rule& rule) {
    return decide(std::span(twelve).first(count), rule).word;
  };
  EXPECT_EQ(word_of(12, {}), Word::slower);
  EXPECT_EQ(word_of(11, {}), Word::undecided) << "luck of two places would agree too often";
  EXPECT_EQ(decide(std::span(twelve).first(11), {}).why,
            "it takes 12 pairs of processes to call it slower, and there were 11");
  EXPECT_EQ(word_of(7, {.fewest_pairs = 8, .fewest_pairs_for_a_change = 8}), Word::undecided);
  EXPECT_EQ(word_of(8, {.fewest_pairs = 8, .fewest_pairs_for_a_change = 8}), Word::slower);
}

TEST(Decide, OneDisturbedPairDoesNotDecide) {
  const World quiet{.head = 1.05, .layout = 0.002, .noise = 0.002, .spikes = 0};
  std::vector<PairTimes> pairs = Series(quiet, 9).pairs(12);
  for (double& seconds : pairs[4].base) seconds *= 1.3;
  EXPECT_EQ(decide(pairs, {}).word, Word::slower);
  std::vector<PairTimes> same = Series({.layout = 0.002, .noise = 0.002, .spikes = 0}, 9).pairs(8);
  for (double& seconds : same[4].head) seconds *= 1.3;
  EXPECT_EQ(decide(same, {}).word, Word::same);
}

TEST(Decide, AClockThatGivesNoTimeGivesNoWord) {
  std::vector<PairTimes> pairs = Series({.head = 2}, 5).pairs(6);
  for (PairTimes& pair : pairs) {
    for (std::size_t round = 0; round < pair.base.size() / 2; ++round) {
      pair.head[round] = std::vector<double>{0, -1, std::nan(""), std::numeric_limits<double>::infinity()}[round % 4];
    }
  }
  const Decision decision = decide(pairs, {});
  EXPECT_EQ(decision.word, Word::undecided);
  EXPECT_THAT(decision.why, HasSubstr("clock"));
}

TEST(Decide, AWideIntervalIsUndecided) {
  const Decision decision = decide(Series({.layout = 0.1}, 6).pairs(3), {});
  EXPECT_EQ(decision.word, Word::undecided);
  EXPECT_EQ(decision.why, "") << "its interval and what would have been found say it";
  EXPECT_GT(decision.would_have_found, widest_same);
}

TEST(Confirmed, OnlyWhatBothRacesSayIsSaid) {
  Decision slower;
  slower.word = Word::slower;
  Decision same;
  same.word = Word::same;
  EXPECT_EQ(confirmed(slower, slower).word, Word::slower);
  EXPECT_EQ(confirmed(slower, same).word, Word::undecided);
  EXPECT_THAT(confirmed(slower, same).why, HasSubstr("not confirmed"));
}

TEST(LookConfidence, SharesTheErrorAmongLooksAndRows) {
  EXPECT_NEAR(look_confidence(0.03, 3, 1), 0.99, 1e-12);
  EXPECT_NEAR(look_confidence(0.03, 3, 10), 0.999, 1e-12);
}

}  // namespace
}  // namespace tandem::regression
