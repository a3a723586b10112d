// The statistics against themselves: exact ranks, and error rates on synthetic noise that is worse than it should be.
#include "benchmarks/suite/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <numbers>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "impl/support/random.hpp"

namespace tandem::suite {
namespace {

using ::testing::Each;
using ::testing::UnorderedElementsAreArray;

constexpr double infinity = std::numeric_limits<double>::infinity();

double normal(std::uint64_t seed, std::uint64_t item) {
  const double radius = std::sqrt(-2 * std::log(1 - random_uniform(seed, item, 0)));
  return radius * std::cos(2 * std::numbers::pi * random_uniform(seed, item, 1));
}

/// A clock whose log drifts as AR(1) with lag-one correlation 0.7 and a standard deviation of 5 %, plus 1 % of
/// independent noise and, one time in ten, a spike of up to 200 %: a neighbour woke up.
class NoisyClock {
 public:
  explicit NoisyClock(std::uint64_t seed) : seed_(seed) {}

  double time(double true_time) {
    constexpr double correlation = 0.7;
    const std::uint64_t item = 2 * tick_++;
    drift_ = correlation * drift_ + std::sqrt(1 - correlation * correlation) * 0.05 * normal(seed_, item);
    double log_factor = drift_ + 0.01 * normal(seed_, item + 1);
    if (random_uniform(seed_, item, 2) < 0.1) log_factor += std::log1p(2 * random_uniform(seed_, item, 3));
    return true_time * std::exp(log_factor);
  }

 private:
  std::uint64_t seed_;
  std::uint64_t tick_ = 0;
  double drift_ = 0;
};

struct Race {
  std::vector<double> first;
  std::vector<double> second;
};

/// Two arms in Latin-square order; a time is the smaller of two epochs, as in the suite.
Race race(double first, double second, std::size_t rounds, std::uint64_t seed) {
  NoisyClock clock(seed);
  Race result{std::vector<double>(rounds), std::vector<double>(rounds)};
  const auto orders = latin_square_orders(2, rounds, seed);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (const std::size_t arm : orders[round]) {
      const double true_time = arm == 0 ? first : second;
      (arm == 0 ? result.first : result.second)[round] = std::min(clock.time(true_time), clock.time(true_time));
    }
  }
  return result;
}

/// The error of the sign test itself: the nominal one, rounded down to what a binomial can have.
double exact_error(std::size_t count, double confidence) {
  const std::size_t rank = sign_test_rank(count, confidence);
  double probability = std::ldexp(1.0, -static_cast<int>(count));
  double tail = 0;
  for (std::size_t k = 0; k < rank; ++k) {
    tail += probability;
    probability *= static_cast<double>(count - k) / static_cast<double>(k + 1);
  }
  return 2 * tail;
}

double plus_two_standard_errors(double rate, int draws) { return rate + 2 * std::sqrt(rate * (1 - rate) / draws); }

TEST(Median, IsTheMiddleValueOrTheMeanOfTheTwo) {
  EXPECT_EQ(median(std::vector{3.0}), 3);
  EXPECT_EQ(median(std::vector{5.0, 1.0, 3.0}), 3);
  EXPECT_EQ(median(std::vector{4.0, 1.0, 3.0, 100.0}), 3.5);
  EXPECT_EQ(median(std::vector{2.0, 2.0, 2.0, 1.0}), 2);
  EXPECT_EQ(median(std::vector{-infinity, 1.0, infinity}), 1);
}

TEST(Median, RefusesNoSamplesAndNaN) {
  EXPECT_THROW(median({}), std::invalid_argument);
  EXPECT_THROW(median(std::vector{1.0, std::nan("")}), std::invalid_argument);
  EXPECT_THROW(median_interval({}), std::invalid_argument);
}

TEST(SignTestRank, MatchesDirectBinomialSums) {
  for (std::size_t count = 1; count <= 60; ++count) {
    // Pascal's triangle in whole numbers: exact up to 2^60.
    std::vector<std::uint64_t> row{1};
    for (std::size_t n = 0; n < count; ++n) {
      row.push_back(0);
      for (std::size_t k = row.size() - 1; k > 0; --k) row[k] += row[k - 1];
    }
    for (const double confidence : {0.5, 0.75, 0.9, 0.9375, 0.95, 0.99, 0.998}) {
      const double allowed = std::ldexp((1 - confidence) / 2, static_cast<int>(count));
      std::size_t expected = 0;
      std::uint64_t tail = row[0];
      while (static_cast<double>(tail) <= allowed) tail += row[++expected];
      EXPECT_EQ(sign_test_rank(count, confidence), expected) << "count " << count << ", confidence " << confidence;
    }
  }
}

TEST(SignTestRank, KnownValuesAndLargeCounts) {
  EXPECT_EQ(sign_test_rank(0, 0.95), 0u);
  EXPECT_EQ(sign_test_rank(5, 0.95), 0u);  // 2 / 2^5 = 6.25 % outside the extremes
  EXPECT_EQ(sign_test_rank(6, 0.95), 1u);  // 2 / 2^6 = 3.1 %
  EXPECT_EQ(sign_test_rank(52, 0.95), 19u);
  EXPECT_EQ(sign_test_rank(100, 0.95), 40u);
  // Far beyond the range of 2^-count: n / 2 - 1.96 sqrt(n) / 2.
  EXPECT_NEAR(static_cast<double>(sign_test_rank(100000, 0.95)), 50000 - 1.959964 * std::sqrt(100000) / 2, 2);
}

TEST(SignTestRank, RefusesAConfidenceThatIsNone) {
  for (const double confidence : {0.0, 1.0, -1.0, 95.0, std::nan("")}) {
    EXPECT_THROW(sign_test_rank(10, confidence), std::invalid_argument) << confidence;
    EXPECT_THROW(ratio_interval({}, {}, confidence), std::invalid_argument) << confidence;
  }
}

TEST(MedianInterval, TakesTheRankedSamples) {
  const Interval interval = median_interval(std::vector{6.0, 2.0, 4.0, 1.0, 5.0, 3.0, 8.0, 7.0, 9.0});
  EXPECT_EQ(interval.estimate, 5);
  EXPECT_EQ(interval.low, 2);
  EXPECT_EQ(interval.high, 8);
}

TEST(MedianInterval, IsInfiniteForTooFewSamples) {
  const Interval interval = median_interval(std::vector{1.0, 2.0, 3.0, 4.0, 5.0});
  EXPECT_EQ(interval.estimate, 3);
  EXPECT_EQ(interval.low, -infinity);
  EXPECT_EQ(interval.high, infinity);
}

TEST(MedianInterval, TiesGiveAPoint) {
  const Interval interval = median_interval(std::vector<double>(20, 7.0));
  EXPECT_EQ(interval.low, 7);
  EXPECT_EQ(interval.estimate, 7);
  EXPECT_EQ(interval.high, 7);
}

TEST(MedianInterval, CoversTheMedianAsOftenAsTheBinomialSays) {
  constexpr int draws = 4000;
  for (const std::size_t count : {6u, 13u, 52u}) {
    int missed = 0;
    for (int draw = 0; draw < draws; ++draw) {
      std::vector<double> samples(count);
      for (std::size_t i = 0; i < count; ++i) {
        samples[i] = std::log(random_uniform(count, draw, i) + 1e-300);  // skewed, median log(1/2)
      }
      const Interval interval = median_interval(samples);
      if (interval.low > -std::numbers::ln2 || interval.high < -std::numbers::ln2) ++missed;
    }
    const double error = exact_error(count, 0.95);
    EXPECT_LE(error, 0.05);
    EXPECT_NEAR(static_cast<double>(missed) / draws, error, 3 * std::sqrt(error / draws)) << count;
  }
}

TEST(RatioInterval, IsExactWithoutNoise) {
  const std::vector<double> slow(10, 3.0);
  const std::vector<double> fast(10, 2.0);
  const Interval speedup = ratio_interval(slow, fast);
  EXPECT_DOUBLE_EQ(speedup.estimate, 1.5);
  EXPECT_DOUBLE_EQ(speedup.low, 1.5);
  EXPECT_DOUBLE_EQ(speedup.high, 1.5);
}

TEST(RatioInterval, PairsByRound) {
  // Both arms slow down a thousandfold during the race; the ratio of each round stays 2.
  std::vector<double> slow;
  std::vector<double> fast;
  for (int round = 0; round < 20; ++round) {
    fast.push_back(std::exp2(round / 2.0));
    slow.push_back(2 * fast.back());
  }
  const Interval speedup = ratio_interval(slow, fast);
  EXPECT_NEAR(speedup.low, 2, 1e-12);
  EXPECT_NEAR(speedup.high, 2, 1e-12);
}

TEST(RatioInterval, SwappedArmsGiveTheReciprocal) {
  const Race times = race(1, 1.3, 52, 7);
  const Interval ratio = ratio_interval(times.first, times.second);
  const Interval swapped = ratio_interval(times.second, times.first);
  EXPECT_NEAR(ratio.estimate * swapped.estimate, 1, 1e-12);
  EXPECT_NEAR(ratio.low * swapped.high, 1, 1e-12);
  EXPECT_NEAR(ratio.high * swapped.low, 1, 1e-12);
}

TEST(RatioInterval, DropsRoundsThatTheClockDidNotSee) {
  const std::vector<double> slow{4, 0, 4, 4, -1, 4, 4, 4, 4, infinity, std::nan(""), 4};
  const std::vector<double> fast{2, 2, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2};
  const Interval speedup = ratio_interval(slow, fast);  // seven rounds are left
  EXPECT_DOUBLE_EQ(speedup.estimate, 2);
  EXPECT_DOUBLE_EQ(speedup.low, 2);
  EXPECT_DOUBLE_EQ(speedup.high, 2);
}

TEST(RatioInterval, SaysNothingWhenNothingIsLeft) {
  for (const std::size_t rounds : {std::size_t{0}, std::size_t{30}}) {
    const Interval speedup = ratio_interval(std::vector<double>(rounds, 0.0), std::vector<double>(rounds, 0.0));
    EXPECT_TRUE(std::isnan(speedup.estimate));
    EXPECT_EQ(speedup.low, 0);
    EXPECT_EQ(speedup.high, infinity);
    EXPECT_EQ(verdict(speedup, 0.02), Verdict::undecided);
  }
}

TEST(RatioInterval, RefusesUnequalLengths) {
  EXPECT_THROW(ratio_interval(std::vector{1.0}, std::vector{1.0, 2.0}), std::invalid_argument);
}

TEST(RatioInterval, FalseAlarmsStayWithinTheNominalRate) {
  constexpr int draws = 2000;
  for (const std::size_t rounds : {33u, 52u, 100u}) {
    int alarms = 0;
    for (int draw = 0; draw < draws; ++draw) {
      const Race times = race(1, 1, rounds, 1000 + draw);
      const Interval ratio = ratio_interval(times.first, times.second);
      if (ratio.low > 1 || ratio.high < 1) ++alarms;
    }
    EXPECT_LE(static_cast<double>(alarms) / draws, plus_two_standard_errors(0.05, draws)) << rounds << " rounds";
    EXPECT_GT(alarms, 0) << "an interval that never errs is not the one that was asked for";
  }
}

TEST(RatioInterval, UnpairedTimesOfTheSameClockWouldRaiseFalseAlarms) {
  // The noise of these tests is bad enough to matter: one arm after the other, as most tools do it, fails on it.
  constexpr int draws = 1000;
  constexpr std::size_t rounds = 20;
  int alarms = 0;
  for (int draw = 0; draw < draws; ++draw) {
    NoisyClock clock(5000 + draw);
    Race times;
    for (std::size_t round = 0; round < rounds; ++round) times.first.push_back(clock.time(1));
    for (std::size_t round = 0; round < rounds; ++round) times.second.push_back(clock.time(1));
    const Interval ratio = ratio_interval(times.first, times.second);
    if (ratio.low > 1 || ratio.high < 1) ++alarms;
  }
  EXPECT_GT(static_cast<double>(alarms) / draws, 0.1);
}

TEST(RatioInterval, SeesFivePerCentAtAHundredRounds) {
  constexpr int draws = 1000;
  int seen = 0;
  int wrong = 0;
  for (int draw = 0; draw < draws; ++draw) {
    const Race times = race(1.05, 1, 100, 9000 + draw);
    const Interval speedup = ratio_interval(times.first, times.second);
    if (speedup.low > 1) ++seen;
    if (speedup.high < 1) ++wrong;
  }
  EXPECT_GE(static_cast<double>(seen) / draws, 0.9);
  EXPECT_EQ(wrong, 0);
}

TEST(RatioInterval, PermutedLabelsHideARealDifference) {
  // The null hypothesis made from data that has a difference: which arm is which is drawn anew in every round.
  constexpr int draws = 2000;
  constexpr std::size_t rounds = 52;
  int alarms = 0;
  for (int draw = 0; draw < draws; ++draw) {
    Race times = race(1.5, 1, rounds, 20000 + draw);
    for (std::size_t round = 0; round < rounds; ++round) {
      if (random_bits(77, draw, round) % 2 == 1) std::swap(times.first[round], times.second[round]);
    }
    const Interval ratio = ratio_interval(times.first, times.second);
    if (ratio.low > 1 || ratio.high < 1) ++alarms;
  }
  EXPECT_LE(static_cast<double>(alarms) / draws, plus_two_standard_errors(exact_error(rounds, 0.95), draws));
}

TEST(RatioInterval, TiedClocksRaiseNoAlarm) {
  // A clock of 10 % resolution: most rounds tie at ratio 1.
  constexpr int draws = 500;
  int alarms = 0;
  for (int draw = 0; draw < draws; ++draw) {
    Race times = race(1, 1, 52, 40000 + draw);
    for (auto* arm : {&times.first, &times.second}) {
      for (double& time : *arm) time = std::round(time * 10) / 10;
    }
    const Interval ratio = ratio_interval(times.first, times.second);
    if (ratio.low > 1 || ratio.high < 1) ++alarms;
  }
  EXPECT_LE(static_cast<double>(alarms) / draws, plus_two_standard_errors(0.05, draws));
}

TEST(Verdict, ComparesTheWholeIntervalWithTheMargin) {
  constexpr double margin = 0.02;
  EXPECT_EQ(verdict({1.1, 1.03, 1.2}, margin), Verdict::faster);
  EXPECT_EQ(verdict({1.1, 1.01, 1.2}, margin), Verdict::undecided);
  EXPECT_EQ(verdict({0.9, 0.8, 0.97}, margin), Verdict::slower);
  EXPECT_EQ(verdict({0.9, 0.8, 0.99}, margin), Verdict::undecided);
  EXPECT_EQ(verdict({1, 0.99, 1.01}, margin), Verdict::same);
  EXPECT_EQ(verdict({1.005, 1.004, 1.006}, margin), Verdict::same);  // significant, but of no importance
  EXPECT_EQ(verdict({1, 0.5, 2}, margin), Verdict::undecided);
  EXPECT_EQ(verdict({1, 1, 1}, 0), Verdict::same);
  EXPECT_EQ(verdict({1, 0, infinity}, margin), Verdict::undecided);
}

TEST(Verdict, SwappedArmsGiveTheOppositeVerdict) {
  const std::map<Verdict, Verdict> opposite{{Verdict::faster, Verdict::slower},
                                            {Verdict::slower, Verdict::faster},
                                            {Verdict::same, Verdict::same},
                                            {Verdict::undecided, Verdict::undecided}};
  for (const double low : {0.7, 0.95, 0.985, 1.0, 1.03, 1.3}) {
    for (const double width : {1.0, 1.01, 1.2}) {
      const Interval ratio{low, low, low * width};
      const Interval swapped{1 / ratio.estimate, 1 / ratio.high, 1 / ratio.low};
      EXPECT_EQ(verdict(swapped, 0.02), opposite.at(verdict(ratio, 0.02))) << low << " times " << width;
    }
  }
}

TEST(Verdict, HasWords) {
  EXPECT_EQ(describe(Verdict::faster, 0.02), "faster");
  EXPECT_EQ(describe(Verdict::slower, 0.02), "slower");
  EXPECT_EQ(describe(Verdict::same, 0.02), "same within 2 %");
  EXPECT_EQ(describe(Verdict::same, 0.005), "same within 0.5 %");
  EXPECT_EQ(describe(Verdict::undecided, 0.02), "undecided");
}

TEST(Verdict, RefusesANegativeMargin) {
  EXPECT_THROW(verdict({1, 1, 1}, -0.01), std::invalid_argument);
  EXPECT_THROW(verdict({1, 1, 1}, std::nan("")), std::invalid_argument);
}

TEST(LatinSquareOrders, EveryBlockHasEachArmOnceInEachPosition) {
  for (std::size_t arms = 1; arms <= 9; ++arms) {
    const auto orders = latin_square_orders(arms, 4 * arms, 3);
    ASSERT_EQ(orders.size(), 4 * arms);
    for (std::size_t block = 0; block < 4; ++block) {
      for (std::size_t i = 0; i < arms; ++i) {
        std::set<std::size_t> in_round;
        std::set<std::size_t> at_position;
        for (std::size_t j = 0; j < arms; ++j) {
          in_round.insert(orders[block * arms + i].at(j));
          at_position.insert(orders[block * arms + j].at(i));
        }
        EXPECT_EQ(in_round.size(), arms);
        EXPECT_EQ(*in_round.rbegin(), arms - 1);
        EXPECT_EQ(at_position.size(), arms);
      }
    }
  }
}

TEST(LatinSquareOrders, EveryArmFollowsEveryOtherEquallyOften) {
  for (std::size_t arms = 2; arms <= 9; ++arms) {
    const auto orders = latin_square_orders(arms, 2 * arms, 11);
    std::map<std::pair<std::size_t, std::size_t>, int> followed;
    for (const auto& order : orders) {
      for (std::size_t position = 0; position + 1 < arms; ++position) {
        ++followed[{order[position], order[position + 1]}];
      }
    }
    EXPECT_EQ(followed.size(), arms * (arms - 1));
    for (const auto& [pair, times] : followed) EXPECT_EQ(times, 2) << pair.first << " before " << pair.second;
  }
}

TEST(LatinSquareOrders, BlocksAreRandomisedAnew) {
  // Of the two orders of two arms each opens about half of the blocks.
  const auto orders = latin_square_orders(2, 2000, 5);
  int first_arm_first = 0;
  for (std::size_t round = 0; round < orders.size(); round += 2) {
    if (orders[round][0] == 0) ++first_arm_first;
  }
  EXPECT_NEAR(first_arm_first, 500, 3 * std::sqrt(1000 * 0.25));

  std::set<std::vector<std::vector<std::size_t>>> different_blocks;
  const auto of_four = latin_square_orders(4, 400, 5);
  for (std::size_t round = 0; round < of_four.size(); round += 4) {
    different_blocks.insert({of_four.begin() + round, of_four.begin() + round + 4});
  }
  EXPECT_GT(different_blocks.size(), 50u);
}

TEST(LatinSquareOrders, DependsOnTheSeedAlone) {
  EXPECT_EQ(latin_square_orders(5, 50, 1), latin_square_orders(5, 50, 1));
  EXPECT_NE(latin_square_orders(5, 50, 1), latin_square_orders(5, 50, 2));
}

TEST(LatinSquareOrders, ALastBlockMayBeCutShort) {
  const auto orders = latin_square_orders(4, 6, 1);
  ASSERT_EQ(orders.size(), 6u);
  for (const auto& order : orders) EXPECT_THAT(order, UnorderedElementsAreArray({0, 1, 2, 3}));
  EXPECT_TRUE(latin_square_orders(4, 0, 1).empty());
  EXPECT_THAT(latin_square_orders(1, 3, 1), Each(std::vector<std::size_t>{0}));
  EXPECT_THROW(latin_square_orders(0, 3, 1), std::invalid_argument);
}

TEST(GrowthExponent, IsExactOnPowerLaws) {
  const std::vector<double> sizes{10, 30, 100, 1000, 5000};
  for (const double exponent : {-1.0, 0.0, 0.25, 1.0, 2.0, 3.0}) {
    std::vector<double> costs;
    for (const double size : sizes) costs.push_back(7e-9 * std::pow(size, exponent));
    const Interval fit = growth_exponent(sizes, costs);
    EXPECT_NEAR(fit.estimate, exponent, 1e-12);
    EXPECT_NEAR(fit.low, exponent, 1e-12);
    EXPECT_NEAR(fit.high, exponent, 1e-12);
  }
}

TEST(GrowthExponent, MatchesAFitByHand) {
  // Log costs 0, 1, 1 at log sizes 0, 1, 2: slope 1/2, residual sum 1/6, standard error sqrt(1/6 / 1 / 2), t = 12.706.
  const double e = std::numbers::e;
  const Interval fit = growth_exponent(std::vector{1.0, e, e * e}, std::vector{1.0, e, e});
  EXPECT_NEAR(fit.estimate, 0.5, 1e-12);
  EXPECT_NEAR(fit.high - fit.estimate, 12.7062047 * std::sqrt(1.0 / 12), 1e-6);
  EXPECT_NEAR(fit.estimate - fit.low, 12.7062047 * std::sqrt(1.0 / 12), 1e-6);
}

TEST(GrowthExponent, CoversTheTruthUnderNoise) {
  constexpr int draws = 4000;
  for (const std::size_t count : {3u, 4u, 5u, 8u, 13u}) {  // odd and even degrees of freedom
    int missed = 0;
    for (int draw = 0; draw < draws; ++draw) {
      std::vector<double> sizes;
      std::vector<double> costs;
      for (std::size_t i = 0; i < count; ++i) {
        sizes.push_back(std::exp2(static_cast<double>(i)));
        costs.push_back(std::pow(sizes.back(), 1.5) * std::exp(0.1 * normal(60000 + count, draw * count + i)));
      }
      const Interval fit = growth_exponent(sizes, costs);
      if (fit.low > 1.5 || fit.high < 1.5) ++missed;
    }
    EXPECT_NEAR(static_cast<double>(missed) / draws, 0.05, 3 * std::sqrt(0.05 * 0.95 / draws)) << count << " sizes";
  }
}

TEST(GrowthExponent, IsInfiniteForTooFewSizes) {
  const Interval two = growth_exponent(std::vector{1.0, 2.0}, std::vector{1.0, 4.0});
  EXPECT_NEAR(two.estimate, 2, 1e-12);
  EXPECT_EQ(two.low, -infinity);
  EXPECT_EQ(two.high, infinity);

  const Interval repeated = growth_exponent(std::vector{1.0, 2.0, 2.0}, std::vector{1.0, 4.0, 4.0});
  EXPECT_NEAR(repeated.estimate, 2, 1e-12);
  EXPECT_EQ(repeated.high, infinity);

  for (const auto& sizes : {std::vector<double>{}, std::vector<double>{5}, std::vector<double>{5, 5, 5}}) {
    const Interval fit = growth_exponent(sizes, std::vector<double>(sizes.size(), 2.0));
    EXPECT_TRUE(std::isnan(fit.estimate));
    EXPECT_EQ(fit.low, -infinity);
    EXPECT_EQ(fit.high, infinity);
  }
}

TEST(GrowthExponent, DropsWhatHasNoLogarithm) {
  const std::vector<double> sizes{0, 1, 10, 100, 1000, 10000};
  const std::vector<double> costs{1, 1, 100, 0, 1e6, std::nan("")};
  EXPECT_NEAR(growth_exponent(sizes, costs).estimate, 2, 1e-12);
  EXPECT_THROW(growth_exponent(std::vector{1.0}, std::vector{1.0, 2.0}), std::invalid_argument);
}

}  // namespace
}  // namespace tandem::suite
