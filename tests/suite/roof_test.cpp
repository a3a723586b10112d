// The roof on a machine made up for arithmetic by hand.
#include "benchmarks/suite/roof.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "benchmarks/suite/level_peaks.hpp"
#include "tests/support/small_machine.hpp"

namespace tandem::suite {
namespace {

double small_roof(const Work& work, int threads = 1) {
  return least_time(work, small_peaks(1, 1), small_peaks(4, 3), threads, small_card()).seconds;
}

TEST(Roof, AddsKindsOfArithmeticThatShareAUnit) {
  EXPECT_DOUBLE_EQ(small_roof({.fma_float = 16e9}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.fma_double = 8e9}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.fma_float = 16e9, .fma_double = 8e9, .exp_float = 1e9}), 1 + 1 + 0.25);
  EXPECT_DOUBLE_EQ(small_roof({.sqrt_double = 2e9, .divide_double = 2e9}), 2 + 1);
  // The divider works beside the multipliers: the slower one counts.
  EXPECT_DOUBLE_EQ(small_roof({.fma_float = 16e9, .sqrt_double = 2e9, .divide_double = 2e9}), 3);
  EXPECT_DOUBLE_EQ(small_roof({.fma_float = 64e9, .sqrt_double = 2e9, .divide_double = 2e9}), 4);
  EXPECT_EQ(small_roof({}), 0);
}

TEST(Roof, TakesTheSmallestLevelThatHoldsTheFootprint) {
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 100e9, .footprint = 1000}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 40e9, .footprint = 1001}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 10e9, .footprint = 17500}), 1);
  // Four threads have four first caches, but share the second.
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 300e9, .footprint = 4000}, 4), 1);
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 120e9, .footprint = 4001}, 4), 1);
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 10e9, .footprint = 17500}, 4), 1);
}

TEST(Roof, TakesOfALargeCacheWhatItGaveAtTheFootprint) {
  MachineCard card = small_card();
  card.caches[1].bytes = 2 * 17000 * 1000;  // 4,000 bytes fit four times, 16 times and so on; six times over
  Peaks peaks = small_peaks(1, 1);
  const std::vector<PlannedLevel> planned = planned_levels(1, card);
  ASSERT_EQ(planned.size(), 9U);
  const MemoryLevel second = peaks.levels[1];
  for (std::size_t more = 1; more < 7; ++more) {
    peaks.levels.insert(peaks.levels.end() - 1, second);
    peaks.levels[1 + more].read = second.read / static_cast<double>(1 + more);
  }
  const auto seconds = [&](double footprint) {
    return least_time({.bytes_read = 40e9, .footprint = footprint}, peaks, peaks, 1, card).seconds;
  };
  EXPECT_DOUBLE_EQ(seconds(1001), 1);
  EXPECT_DOUBLE_EQ(seconds(16000), 1);
  EXPECT_DOUBLE_EQ(seconds(16001), 2);
  EXPECT_DOUBLE_EQ(seconds(64000), 2);
  EXPECT_DOUBLE_EQ(seconds(64001), 3);
  EXPECT_DOUBLE_EQ(seconds(card.caches[1].bytes), 7);
  EXPECT_DOUBLE_EQ(seconds(card.caches[1].bytes + 1), 4) << "memory, which is faster here";
}

// 40 GB take one second from the second cache and four from memory.
TEST(Roof, LetsACrowdedCacheKeepAPart) {
  const auto least = [](double footprint, double scale) {
    MachineCard card = small_card();
    for (Cache& cache : card.caches) cache.bytes *= scale;
    const Peaks peaks = small_peaks(1, 1);
    return least_time({.bytes_read = 40e9, .footprint = footprint * scale}, peaks, peaks, 1, card);
  };
  const auto seconds = [&](double footprint, double scale) { return least(footprint, scale).seconds; };
  EXPECT_DOUBLE_EQ(seconds(7500, 1), 1);
  EXPECT_DOUBLE_EQ(seconds(10000, 1), 0.75 * 1 + 0.25 * 4);
  EXPECT_DOUBLE_EQ(seconds(12500, 1), 0.5 * 1 + 0.5 * 4);
  EXPECT_DOUBLE_EQ(seconds(17500, 1), 4);
  EXPECT_DOUBLE_EQ(seconds(1000, 1), 0.4) << "addresses, not pages, decide the sets of the first cache";
  EXPECT_DOUBLE_EQ(seconds(1001, 1), 1);
  EXPECT_DOUBLE_EQ(seconds(10000, 1000), 1) << "so much may lie in large pages";
  EXPECT_DOUBLE_EQ(seconds(10001, 1000), 4);
  // What is refused has to be faster than the luckiest pages allow.
  EXPECT_DOUBLE_EQ(least(10000, 1).surely, 1);
  EXPECT_DOUBLE_EQ(least(12500, 1).surely, 0.8 * 1 + 0.2 * 4);
  EXPECT_DOUBLE_EQ(least(17501, 1).surely, 4);
}

/// Reading `footprint` bytes again and again, 100 GB in all, where the caches of these levels have no known size.
double roof_without(const std::vector<int>& levels, double footprint) {
  MachineCard card = small_card();
  Peaks one = small_peaks(1, 1);
  Peaks all = small_peaks(4, 3);
  for (const int level : levels) {
    card.caches[level - 1].bytes = 0;
    for (Peaks* peaks : {&one, &all}) {
      std::erase_if(peaks->levels, [&](const auto& measured) { return measured.name == fmt::format("L{}", level); });
    }
  }
  return least_time({.fma_float = 1.6e9, .bytes_read = 100e9, .footprint = footprint}, one, all, 1, card).seconds;
}

TEST(Roof, TakesNothingFromACacheOfUnknownSize) {
  // What may lie in the second cache is bounded by the first, not by memory.
  EXPECT_DOUBLE_EQ(roof_without({2}, 1000), 1);
  EXPECT_DOUBLE_EQ(roof_without({2}, 1001), 1);
  EXPECT_DOUBLE_EQ(roof_without({2}, 255e6), 1);
  EXPECT_DOUBLE_EQ(roof_without({2}, 256e6), 10);
  // What may lie in the first cache is bounded by nothing that was measured: arithmetic alone is left.
  EXPECT_DOUBLE_EQ(roof_without({1}, 1), 0.1);
  EXPECT_DOUBLE_EQ(roof_without({1}, 10000), 0.1);
  EXPECT_DOUBLE_EQ(roof_without({1}, 10001), 10);
  EXPECT_DOUBLE_EQ(roof_without({1, 2}, 255e6), 0.1);
  EXPECT_DOUBLE_EQ(roof_without({1, 2}, 256e6), 10);
}

TEST(Roof, CountsNoLookUpsWhereTheFirstCacheIsUnknown) {
  MachineCard card = small_card();
  card.caches[0].bytes = 0;
  Peaks one = small_peaks(1, 1);
  one.levels.erase(one.levels.begin());
  EXPECT_DOUBLE_EQ(least_time({.lookups = 1e9, .chain_fma = 1e9, .chain_lookups = 1e9}, one, one, 1, card).seconds, 4);
}

TEST(Roof, TakesNothingFromCachesThatTheMachineDoesNotName) {
  MachineCard card = small_card();
  card.caches.clear();
  Peaks one = small_peaks(1, 1);
  one.levels.erase(one.levels.begin(), one.levels.end() - 1);
  EXPECT_EQ(least_time({.bytes_read = 1e9, .footprint = 1000}, one, one, 1, card).seconds, 0);
  EXPECT_DOUBLE_EQ(least_time({.bytes_read = 10e9, .footprint = 256e6}, one, one, 1, card).seconds, 1);
}

TEST(Roof, AddsReadsAndWritesUnlessTheyOverlap) {
  // Apart: 1 + 2. As a copy of 100 GB with 100 GB: 200 / 50 = 4, which is slower.
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 100e9, .bytes_written = 100e9}), 3);
  Peaks one = small_peaks(1, 1);
  one.levels[0].copy = 100e9;
  one.levels[2].copy = 20e9;
  const auto roof = [&](const Work& work) { return least_time(work, one, small_peaks(4, 3), 1, small_card()).seconds; };
  // A cache may read what is not copied while it waits for the writes; the bus of the memory carries one or the other.
  EXPECT_DOUBLE_EQ(roof({.bytes_read = 150e9, .bytes_written = 100e9}), 2);
  EXPECT_DOUBLE_EQ(roof({.bytes_read = 250e9, .bytes_written = 100e9}), 2.5);
  EXPECT_DOUBLE_EQ(roof({.bytes_read = 15e9, .bytes_written = 10e9, .footprint = 1e9}), 1 + 0.5);
}

TEST(Roof, WritesToMemoryPastTheCachesWhereThatIsFaster) {
  EXPECT_DOUBLE_EQ(small_roof({.bytes_written = 8e9, .footprint = 1e9}), 1);
}

TEST(Roof, IsTheLargerOfArithmeticAndMemory) {
  EXPECT_DOUBLE_EQ(small_roof({.fma_float = 32e9, .bytes_read = 100e9}), 2);
  EXPECT_DOUBLE_EQ(small_roof({.fma_float = 32e9, .bytes_read = 300e9}), 3);
}

TEST(Roof, PeaksGrowWithThreadsUpToThoseOfAll) {
  const Work work{.sqrt_double = 6e9};  // 1e9 per second on one thread, 3e9 on all four
  EXPECT_DOUBLE_EQ(small_roof(work, 1), 6);
  EXPECT_DOUBLE_EQ(small_roof(work, 2), 3);
  EXPECT_DOUBLE_EQ(small_roof(work, 3), 2);
  EXPECT_DOUBLE_EQ(small_roof(work, 4), 2);
  EXPECT_DOUBLE_EQ(small_roof(work, 8), 2);
}

TEST(Roof, LooksUpInTheFirstCacheAloneOneByOneOrGathered) {
  EXPECT_DOUBLE_EQ(small_roof({.lookups = 2e9}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.footprint = 1e9, .lookups = 2e9}), 1) << "what is hot may be near";
  EXPECT_DOUBLE_EQ(small_roof({.lookups = 6e9}, 4), 1);
  Peaks gathers = small_peaks(1, 1);
  gathers.levels[0].gathered = 4e9;
  EXPECT_DOUBLE_EQ(least_time({.lookups = 2e9}, gathers, small_peaks(4, 3), 1, small_card()).seconds, 0.5);
}

TEST(Roof, AChainWaitsForEveryLinkWhateverTheThreads) {
  EXPECT_DOUBLE_EQ(small_roof({.chain_fma = 1e9}), 4);
  EXPECT_DOUBLE_EQ(small_roof({.chain_fma = 1e9}, 4), 4);
  EXPECT_DOUBLE_EQ(small_roof({.chain_fma = 1e9, .chain_lookups = 1e9}), 4 + 5);
  // Threads share the links of several chains, but no thread helps with one.
  EXPECT_DOUBLE_EQ(small_roof({.chain_fma = 1e9, .chains = 100}), 4);
  EXPECT_DOUBLE_EQ(small_roof({.chain_fma = 1e9, .chains = 100}, 4), 1);
  EXPECT_DOUBLE_EQ(small_roof({.chain_fma = 1e9, .chains = 2}, 4), 2);
  EXPECT_DOUBLE_EQ(small_roof({.chain_fma = 1e9, .chains = 0}, 4), 4) << "nothing was shared out";
}

TEST(Roof, SaysWhatBinds) {
  const auto binds = [](const Work& work) {
    return least_time(work, small_peaks(1, 1), small_peaks(4, 3), 1, small_card()).binds;
  };
  // A second of each; then a second and a half of one.
  const Work even{.fma_float = 16e9, .sqrt_double = 1e9, .bytes_read = 100e9, .lookups = 2e9, .chain_fma = 0.25e9};
  const auto more = [&even](double Work::*part) {
    Work work = even;
    work.*part *= 1.5;
    return work;
  };
  EXPECT_EQ(binds(more(&Work::fma_float)), "arithmetic");
  EXPECT_EQ(binds(more(&Work::sqrt_double)), "divider");
  EXPECT_EQ(binds(more(&Work::bytes_read)), "bytes");
  EXPECT_EQ(binds(more(&Work::lookups)), "look-ups");
  EXPECT_EQ(binds(more(&Work::chain_fma)), "chain");
  EXPECT_EQ(binds({}), "");
}

TEST(Roof, RefusesWhatItCannotKnow) {
  EXPECT_THROW(small_roof({}, 0), std::invalid_argument);
  Peaks other = small_peaks(4, 3);
  other.target = "SSE4";
  EXPECT_THROW(least_time({}, small_peaks(1, 1), other, 1, small_card()), std::invalid_argument);
  Peaks without_levels = small_peaks(1, 1);
  without_levels.levels.clear();
  EXPECT_THROW(least_time({.bytes_read = 1}, without_levels, small_peaks(4, 3), 1, small_card()),
               std::invalid_argument);
}

}  // namespace
}  // namespace tandem::suite
