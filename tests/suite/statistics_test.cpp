// The statistics on inputs whose answer is known exactly. Error rates under noise: statistics_rates_test.cpp.
#include "benchmarks/suite/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <stdexcept>
#include <vector>

namespace tandem::suite {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

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
    EXPECT_EQ(word_of(speedup, 0.02), Word::undecided);
  }
}

TEST(RatioInterval, RefusesUnequalLengths) {
  EXPECT_THROW(ratio_interval(std::vector{1.0}, std::vector{1.0, 2.0}), std::invalid_argument);
}

TEST(Word, ComparesTheWholeIntervalWithTheMargin) {
  constexpr double margin = 0.02;
  EXPECT_EQ(word_of({1.1, 1.03, 1.2}, margin), Word::faster);
  EXPECT_EQ(word_of({1.1, 1.01, 1.2}, margin), Word::undecided);
  EXPECT_EQ(word_of({0.9, 0.8, 0.97}, margin), Word::slower);
  EXPECT_EQ(word_of({0.9, 0.8, 0.99}, margin), Word::undecided);
  EXPECT_EQ(word_of({1, 0.99, 1.01}, margin), Word::same);
  EXPECT_EQ(word_of({1.005, 1.004, 1.006}, margin), Word::same);  // significant, but of no importance
  EXPECT_EQ(word_of({1, 0.5, 2}, margin), Word::undecided);
  EXPECT_EQ(word_of({1, 1, 1}, 0), Word::same);
  EXPECT_EQ(word_of({1, 0, infinity}, margin), Word::undecided);
  EXPECT_EQ(word_of({0.905, 0.903, 0.907}, 0.1), Word::slower);  // below 1 / 1.1 = 0.909, though above 1 - 0.1
}

TEST(Word, SwappedArmsGiveTheOppositeVerdict) {
  const std::map<Word, Word> opposite{{Word::faster, Word::slower},
                                      {Word::slower, Word::faster},
                                      {Word::same, Word::same},
                                      {Word::undecided, Word::undecided}};
  for (const double low : {0.7, 0.95, 0.985, 1.0, 1.03, 1.3}) {
    for (const double width : {1.0, 1.01, 1.2}) {
      const Interval ratio{low, low, low * width};
      const Interval swapped{1 / ratio.estimate, 1 / ratio.high, 1 / ratio.low};
      EXPECT_EQ(word_of(swapped, 0.02), opposite.at(word_of(ratio, 0.02))) << low << " times " << width;
    }
  }
}

TEST(Settled, IsWhatFurtherRoundsWouldHardlyChange) {
  constexpr double margin = 0.02;
  EXPECT_TRUE(is_settled({35, 34, 36}, margin));
  EXPECT_FALSE(is_settled({35, 33, 37}, margin)) << "wider than a tenth";
  EXPECT_TRUE(is_settled({1.07, 1.05, 1.08}, margin)) << "beyond 1.02 by its own width";
  EXPECT_FALSE(is_settled({1.05, 1.03, 1.07}, margin)) << "faster, but by less than its own width";
  EXPECT_TRUE(is_settled({1 / 1.07, 1 / 1.08, 1 / 1.05}, margin));
  EXPECT_FALSE(is_settled({1 / 1.05, 1 / 1.07, 1 / 1.03}, margin));
  EXPECT_TRUE(is_settled({1, 0.995, 1.005}, margin));
  EXPECT_FALSE(is_settled({1, 0.985, 1.015}, margin)) << "the same, but no narrower than the margin";
  EXPECT_FALSE(is_settled({1.02, 1.01, 1.03}, margin));
  EXPECT_TRUE(is_settled({1, 1, 1}, margin)) << "a baseline against itself";
  EXPECT_FALSE(is_settled({2, 0, infinity}, margin));
  EXPECT_FALSE(is_settled({std::nan(""), 0, infinity}, margin));
}

TEST(Word, HasWords) {
  EXPECT_EQ(describe(Word::faster, 0.02), "faster");
  EXPECT_EQ(describe(Word::slower, 0.02), "slower");
  EXPECT_EQ(describe(Word::same, 0.02), "same within 2 %");
  EXPECT_EQ(describe(Word::same, 0.005), "same within 0.5 %");
  EXPECT_EQ(describe(Word::undecided, 0.02), "undecided");
}

TEST(Word, RefusesANegativeMargin) {
  EXPECT_THROW(word_of({1, 1, 1}, -0.01), std::invalid_argument);
  EXPECT_THROW(word_of({1, 1, 1}, std::nan("")), std::invalid_argument);
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

TEST(StudentQuantile, IsThatOfTheTables) {
  EXPECT_NEAR(student_quantile(1, 0.95), 12.706, 1e-3);
  EXPECT_NEAR(student_quantile(2, 0.99), 9.925, 1e-3);
  EXPECT_NEAR(student_quantile(11, 0.95), 2.201, 1e-3);
  EXPECT_NEAR(student_quantile(18, 0.999), 3.922, 1e-3);
  EXPECT_NEAR(student_p_value(student_quantile(7, 0.998), 7), 0.002, 1e-9);
  EXPECT_THROW(student_quantile(0, 0.95), std::invalid_argument);
  EXPECT_THROW(student_quantile(3, 1), std::invalid_argument);
}

}  // namespace
}  // namespace tandem::suite
