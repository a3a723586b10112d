// How often the statistics err, on synthetic noise that is worse than it should be. The seeds are fixed.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iostream>
#include <limits>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "benchmarks/suite/statistics.hpp"
#include "impl/support/random.hpp"

namespace tandem::suite {
namespace {

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

/// One arm of a race.
struct Arm {
  double true_time = 1;
  std::size_t epochs = 2;
};

/// Two arms in Latin-square order, as in the suite.
std::array<RoundTimes, 2> race_arms(const std::array<Arm, 2>& arms, std::size_t rounds, std::uint64_t seed) {
  NoisyClock clock(seed);
  std::array<RoundTimes, 2> times;
  for (std::size_t arm = 0; arm < 2; ++arm) times[arm].epochs = arms[arm].epochs;
  const auto orders = latin_square_orders(2, rounds, seed);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (RoundTimes& arm : times) {
      arm.first.push_back(0);
      arm.smallest.push_back(std::numeric_limits<double>::infinity());
    }
    for (const std::size_t arm : orders[round]) {
      for (std::size_t epoch = 0; epoch < arms[arm].epochs; ++epoch) {
        const double time = clock.time(arms[arm].true_time);
        if (epoch == 0) times[arm].first[round] = time;
        times[arm].smallest[round] = std::min(times[arm].smallest[round], time);
      }
    }
  }
  return times;
}

struct Race {
  std::vector<double> first;
  std::vector<double> second;
};

/// The same for two short rows: a time is the smaller of two epochs.
Race race(double first, double second, std::size_t rounds, std::uint64_t seed) {
  const auto times = race_arms({Arm{first, 2}, Arm{second, 2}}, rounds, seed);
  return {times[0].smallest, times[1].smallest};
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

TEST(RatioInterval, SwappedArmsGiveTheReciprocal) {
  const Race times = race(1, 1.3, 52, 7);
  const Interval ratio = ratio_interval(times.first, times.second);
  const Interval swapped = ratio_interval(times.second, times.first);
  EXPECT_NEAR(ratio.estimate * swapped.estimate, 1, 1e-12);
  EXPECT_NEAR(ratio.low * swapped.high, 1, 1e-12);
  EXPECT_NEAR(ratio.high * swapped.low, 1, 1e-12);
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

TEST(FairRatio, IsUnbiasedWhateverTheNumbersOfEpochs) {
  constexpr std::size_t draws = 1000;
  constexpr std::size_t rounds = 52;
  constexpr double speedup = 3;
  for (const std::size_t slow_epochs : {1u, 2u}) {
    for (const std::size_t fast_epochs : {1u, 2u}) {
      double log_estimates = 0;
      double log_by_smallest = 0;
      std::size_t missed = 0;
      for (std::size_t draw = 0; draw < draws; ++draw) {
        const auto times = race_arms({Arm{speedup, slow_epochs}, Arm{1, fast_epochs}}, rounds, 70000 + draw);
        const Interval ratio = fair_ratio(times[0], times[1]);
        log_estimates += std::log(ratio.estimate / speedup) / draws;
        log_by_smallest += std::log(ratio_interval(times[0].smallest, times[1].smallest).estimate / speedup) / draws;
        if (ratio.low > speedup || ratio.high < speedup) ++missed;
      }
      // The standard error of the mean is 0.03 %.
      EXPECT_NEAR(log_estimates, 0, 0.0015) << slow_epochs << " against " << fast_epochs;
      EXPECT_LE(static_cast<double>(missed) / draws, plus_two_standard_errors(0.05, draws));
      std::cout << slow_epochs << " against " << fast_epochs << ": bias " << 100 * log_estimates
                << " %; of the smallest epochs, whatever their number, " << 100 * log_by_smallest << " %\n";
      if (slow_epochs != fast_epochs) {
        EXPECT_GT(std::abs(log_by_smallest), 0.01) << "the noise is such that unequal treatment would show";
      }
    }
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

TEST(Settled, RacesThatEndEarlyErrAsSeldom) {
  // Looked at after a quarter, half, three quarters and all of the rounds, as in a race.
  constexpr int draws = 2000;
  constexpr std::size_t rounds = 52;
  constexpr double margin = 0.02;
  double taken = 0;
  for (const double speedup : {1.0, 1.1, 3.0}) {
    int missed = 0;
    int wrong_words = 0;
    for (int draw = 0; draw < draws; ++draw) {
      const Race times = race(speedup, 1, rounds, 80000 + draw);
      std::size_t count = rounds / 4;
      const auto ratio = [&] {
        return ratio_interval(std::span(times.first).first(count), std::span(times.second).first(count));
      };
      while (count < rounds && !is_settled(ratio(), margin)) count += rounds / 4;
      taken += static_cast<double>(count) / (3 * draws * rounds);
      missed += ratio().low > speedup || ratio().high < speedup ? 1 : 0;
      const Word word = word_of(ratio(), margin);
      wrong_words += word == Word::slower || (speedup == 1 ? word == Word::faster : word == Word::same) ? 1 : 0;
    }
    EXPECT_LE(static_cast<double>(missed) / draws, plus_two_standard_errors(0.05, draws)) << speedup;
    EXPECT_LE(wrong_words, draws / 100) << speedup;
  }
  EXPECT_LT(taken, 0.9) << "or there would be no point in it";
  std::cout << "settled after " << 100 * taken << " % of the rounds\n";
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

}  // namespace
}  // namespace tandem::suite
