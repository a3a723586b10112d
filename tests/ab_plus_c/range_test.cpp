// The range variants of ab_plus_c: known values, edges of the 64 bits, odd offsets and lengths, every SIMD target and
// thread count. That they agree with the reference on seeded problems is tested for all methods at once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "tests/support/full_speed.hpp"
#include "tests/support/refusal.hpp"
#include "tests/support/rows.hpp"

namespace tandem::ab_plus_c {
namespace {

using test::refusal;

using Sums = std::vector<std::uint64_t>;

constexpr std::uint64_t end_of_64_bits = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t two_to_62 = std::uint64_t{1} << 62;
constexpr std::uint64_t two_to_63 = std::uint64_t{1} << 63;

Range range_of(std::uint64_t low, std::uint64_t count) { return {.low = low, .high = low + count}; }

// S(N) by the scalar early stop, which the tests of one N tie to the reference.
Sums early_stops(const Range& range) {
  Sums sums;
  Minimum minimum;
  for (std::uint64_t n = range.low; n < range.high; ++n) {
    pq_early_stop(n, minimum, {});
    sums.push_back(static_cast<std::uint64_t>(minimum.sum));
  }
  return sums;
}

RangeTotal total_of(const Sums& sums) {
  RangeTotal total;
  for (const std::uint64_t sum : sums) {
    total.sum += sum;
    total.maximum = std::max(total.maximum, sum);
  }
  return total;
}

template <class T>
using Sweep = suite::Variant<Range, std::vector<T>>;

template <class T>
std::vector<Sweep<T>> sweeps() {
  return test::rows_of<Range, std::vector<T>>(sizeof(T) == 8 ? "ab_plus_c_range" : "ab_plus_c_range_32");
}

using Total = suite::Variant<Range, RangeTotal>;
const std::vector<Total> totals = test::rows_of<Range, RangeTotal>("ab_plus_c_range_sum");
const std::vector<Total> swept_totals(totals.begin() + 2, totals.end());

void expect_total(const RangeTotal& actual, const RangeTotal& expected, const std::string& where) {
  EXPECT_EQ(to_string(actual.sum), to_string(expected.sum)) << where;
  EXPECT_EQ(actual.maximum, expected.maximum) << where;
}

std::string describe(const Range& range, const std::string& variant) {
  return std::string(variant) + " on [" + std::to_string(range.low) + ", " + std::to_string(range.high) + ")";
}

// Every variant on a range whose sums are known, with sums in 32 bits where they fit.
template <class T>
void expect_sums_in(const Range& range, const Sums& expected, const Execution& execution) {
  for (const Sweep<T>& sweep : sweeps<T>()) {
    std::vector<T> sums(expected.size(), T{123456789});
    sweep.run(range, sums, execution);
    const auto differs = std::mismatch(sums.begin(), sums.end(), expected.begin()).first;
    ASSERT_EQ(differs, sums.end()) << describe(range, sweep.name) << ", " << 8 * sizeof(T) << " bits, first at "
                                   << range.low + static_cast<std::uint64_t>(differs - sums.begin()) << ": " << *differs
                                   << " for " << expected[static_cast<std::size_t>(differs - sums.begin())];
  }
}

void expect_right(const Range& range, const Sums& expected, const Execution& execution = {}) {
  expect_sums_in<std::uint64_t>(range, expected, execution);
  if (range.high < two_to_62 / 2) expect_sums_in<std::uint32_t>(range, expected, execution);
  for (const Total& total : totals) {
    RangeTotal actual{.sum = 1, .maximum = 1};
    total.run(range, actual, execution);
    expect_total(actual, total_of(expected), describe(range, total.name));
  }
}

TEST(Range, EveryNumberBelow20000IsTheReferences) {
  const Range range = range_of(0, test::full_speed ? 20000 : 4000);
  Sums expected(range.high);
  reference_range(range, expected);
  expect_right(range, expected);
}

TEST(Range, FirstNumbersFromEveryStart) {
  Sums all(400);
  reference_range(range_of(0, all.size()), all);
  for (std::uint64_t low = 0; low <= 12; ++low) {
    for (std::uint64_t high = low; high <= 400; high += 1 + high / 8) {
      expect_right({.low = low, .high = high}, Sums(all.begin() + static_cast<std::ptrdiff_t>(low),
                                                    all.begin() + static_cast<std::ptrdiff_t>(high)));
    }
  }
}

class At : public testing::TestWithParam<std::uint64_t> {};

TEST_P(At, LongRangesAreTheEarlyStops) {
  const std::uint64_t numbers = test::full_speed ? 1 << 16 : 1 << 11;
  const Range range = range_of(std::min(GetParam(), end_of_64_bits - numbers), numbers);
  expect_right(range, early_stops(range));
}

TEST_P(At, OddOffsetsAndLengthsOnEveryTarget) {
  const std::uint64_t room = 400;
  const std::uint64_t low = std::min(GetParam(), end_of_64_bits - room);
  const Sums expected = early_stops(range_of(low, room));
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const suite::PinnedSimdTarget pinned(target.id);
    SCOPED_TRACE(target.name);
    for (const std::uint64_t offset : {0, 1, 7, 13}) {
      for (const std::uint64_t count :
           {0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 131, 257}) {
        const auto first = expected.begin() + static_cast<std::ptrdiff_t>(offset);
        expect_right(range_of(low + offset, count), Sums(first, first + static_cast<std::ptrdiff_t>(count)));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Range, At,
                         testing::Values(1000000, 1000000000, 1000000000000, 1000000000000000, two_to_62 - 200,
                                         two_to_63 - 200, end_of_64_bits));

// Several windows and blocks, the last of each cut short: the hand-over between them is what is tested, so the sweep in
// plain loops may be the expectation.
TEST(Range, WindowsAndBlocksOnEveryTargetAndThreadCount) {
  const std::uint64_t numbers = test::full_speed ? 9000011 : 300007;
  for (const std::uint64_t low : {std::uint64_t{3}, std::uint64_t{1000000000001}, end_of_64_bits - numbers}) {
    const Range range = range_of(low, numbers);
    Sums expected(numbers);
    range_prefix_minimum(range, expected, {});
    for (const suite::SimdTarget& target : suite::simd_targets()) {
      const suite::PinnedSimdTarget pinned(target.id);
      SCOPED_TRACE(target.name);
      Sums sums(numbers);
      range_prefix_minimum_simd(range, sums, {});
      EXPECT_TRUE(sums == expected);
      for (const Total& variant : swept_totals) {
        RangeTotal total;
        variant.run(range, total, {});
        expect_total(total, total_of(expected), describe(range, variant.name));
      }
    }
    for (int threads = 1; threads <= 4; ++threads) {
      for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
        Sums sums(numbers);
        range_prefix_minimum_simd(range, sums, {.threads = threads, .scheduler = scheduler});
        EXPECT_TRUE(sums == expected) << threads << " threads";
      }
      for (const Total& variant : swept_totals) {
        RangeTotal total;
        variant.run(range, total, {.threads = threads});
        expect_total(total, total_of(expected), describe(range, variant.name));
      }
    }
  }
}

// At the last three of these numbers the best p is beyond those that a window's first sweep tries: without its
// certificate the sweep is wrong there (and at fewer than one number in 10^8). The others have the largest excess over
// 2 sqrt N below a power of ten.
TEST(Range, BestPBeyondTheExpectedReach) {
  for (const std::uint64_t hard :
       {std::uint64_t{956649}, std::uint64_t{6893369}, std::uint64_t{93723597}, std::uint64_t{1442763783},
        std::uint64_t{1000482157709}, std::uint64_t{1000000217190869}}) {
    const Range range = range_of(hard - 1000, 2000);
    expect_right(range, early_stops(range));
  }
}

TEST(Range, ThirtyTwoBitsAreThoseOfSixtyFour) {
  for (const std::uint64_t low :
       {std::uint64_t{0}, std::uint64_t{999999999989}, two_to_62 - (std::uint64_t{1} << 50)}) {
    const Range range = range_of(low, 100003);
    Sums wide(100003);
    std::vector<std::uint32_t> narrow(100003);
    range_prefix_minimum_simd(range, wide, {});
    range_prefix_minimum_simd(range, narrow, {});
    EXPECT_TRUE(std::equal(wide.begin(), wide.end(), narrow.begin()));
  }
}

TEST(Range, UnalignedSumsAreWrittenWhole) {
  const std::uint64_t low = 1000000;
  const Sums expected = early_stops(range_of(low, 5000));
  for (const std::size_t count : {4000, 4001, 4003, 4007}) {  // the vector's storage begins anywhere
    for (int copy = 0; copy < 4; ++copy) {
      std::vector<std::uint32_t> sums(count + 64, 42);
      sums.resize(count);
      range_prefix_minimum_simd(range_of(low, count), sums, {});
      EXPECT_TRUE(std::equal(sums.begin(), sums.end(), expected.begin()));
      for (std::size_t i = count; i < count + 64; ++i) ASSERT_EQ(sums.data()[i], 42U) << i;
    }
  }
}

TEST(RangeTotal, KnownSums) {
  for (const Total& total : totals) {
    RangeTotal actual;
    total.run({.low = 0, .high = 100001}, actual, {.threads = 2});
    EXPECT_EQ(to_string(actual.sum), "42756118") << total.name.text;
  }
}

TEST(RangeTotal, KnownSumToABillion) {
  if (!test::full_speed) GTEST_SKIP() << "takes seconds in this build";
  for (const auto run : {total_columns, total_events}) {
    RangeTotal total;
    run({.low = 0, .high = 1000000001}, total, {.threads = 2, .scheduler = Scheduler::openmp});
    expect_total(total, {.sum = 42194586564095, .maximum = 63426}, "[0, 10^9]");
  }
}

TEST(RangeTotal, DoesNotWrapAround) {
  for (const auto run : {total_columns, total_events}) {
    RangeTotal total;
    run(range_of(end_of_64_bits - 100000, 100000), total, {});
    EXPECT_GT(total.sum, Natural{100000} * ((std::uint64_t{1} << 33) - 1));
  }
}

TEST(Range, RefusesWhatTheReferenceRefuses) {
  for (const auto& [low_and_high, count] :
       {std::pair{Range{.low = 7, .high = 3}, 0}, std::pair{Range{.low = 3, .high = 7}, 5}}) {
    const Range range = low_and_high;
    Sums sums(static_cast<std::size_t>(count));
    const std::string expected = refusal([&] { reference_range(range, sums); });
    ASSERT_NE(expected, "accepted");
    for (const auto& sweep : sweeps<std::uint64_t>()) {
      EXPECT_EQ(refusal([&] { sweep.run(range, sums, {}); }), expected) << sweep.name.text;
    }
  }
  for (const Total& variant : totals) {
    RangeTotal total;
    EXPECT_EQ(refusal([&] { variant.run({.low = 7, .high = 3}, total, {}); }),
              refusal([] { reference_range_total({.low = 7, .high = 3}); }))
        << variant.name.text;
  }
}

TEST(Range, RefusesThirtyTwoBitsWhereSumsMayNotFit) {
  for (const auto& sweep : sweeps<std::uint32_t>()) {
    std::vector<std::uint32_t> sums(2);
    EXPECT_EQ(refusal([&] { sweep.run(range_of(two_to_62, 2), sums, {}); }),
              "a range that ends at 4611686018427387906 may have sums that do not fit in 32 bits")
        << sweep.name.text;
    EXPECT_EQ(refusal([&] { sweep.run(range_of(two_to_62 - (std::uint64_t{1} << 50), 2), sums, {}); }), "accepted")
        << sweep.name.text;
    std::vector<std::uint32_t> none;
    EXPECT_EQ(refusal([&] { sweep.run(range_of(two_to_63, 0), none, {}); }), "accepted") << sweep.name.text;
  }
}

}  // namespace
}  // namespace tandem::ab_plus_c
