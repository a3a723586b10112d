// The peaks, and what makes them suspect. Times are compared with one another only, and with wide limits: the tests run
// beside other work.
#include "benchmarks/suite/peaks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "benchmarks/suite/level_peaks.hpp"
#include "benchmarks/suite/peak_kernels.hpp"
#include "benchmarks/suite/peak_memory.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "tests/support/full_speed.hpp"
#include "tests/support/json_keys.hpp"
#include "tests/support/small_machine.hpp"

namespace tandem::suite {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(MeasurePeaks, AreSaneOnEveryTarget) {
  const MachineCard card = read_machine_card();
  const PeakEffort effort{.tries = 5, .more_tries = 20, .try_seconds = 0.2e-3};
  double narrower_float = 0;
  for (auto target = card.targets.rbegin(); target != card.targets.rend(); ++target) {
    const Peaks one = measure_peaks(target->id, 1, card, effort);
    EXPECT_EQ(one.target, target->name);
    for (const double rate :
         {one.clock, one.fma_float, one.fma_double, one.sqrt_double, one.divide_double, one.exp_float}) {
      EXPECT_GT(rate, 1e7) << target->name;
      EXPECT_LT(rate, 1e13) << target->name;
    }
    EXPECT_GT(one.fma_latency, 1e-10) << target->name;
    EXPECT_LT(one.fma_latency, 1e-6) << target->name;
    if (test::full_speed) {
      EXPECT_GT(one.fma_latency * one.clock, 1.9) << target->name << ": cycles, two or more on every processor of note";
      EXPECT_GE(one.fma_float, 0.5 * narrower_float) << target->name;
      EXPECT_LE(one.sqrt_double, one.fma_double) << target->name;
      narrower_float = one.fma_float;
    }

    const std::vector<PlannedLevel> planned = planned_levels(1, card);
    ASSERT_EQ(one.levels.size(), planned.size());
    EXPECT_EQ(std::ranges::count_if(planned, [](const auto& level) { return level.cache < infinity; }),
              std::ranges::count_if(card.caches, [](const Cache& cache) { return cache.bytes > 0; }));
    EXPECT_EQ(one.levels.back().name, "memory");
    EXPECT_GT(one.levels.back().write_non_temporal, 0);
    EXPECT_LE(one.levels.back().footprint, card.memory_bytes / 4);
    double before = infinity;
    for (const MemoryLevel& level : one.levels) {
      EXPECT_LE(level.footprint, level.capacity);
      EXPECT_LE(level.footprint, 4 * before) << "not an upper bound for what only just leaves the level before";
      before = level.capacity;
      for (const double rate : {level.read, level.write, level.copy, 64 * level.lookups, 64 * level.gathered}) {
        EXPECT_GT(rate, 1e7) << target->name << ' ' << level.name;
        EXPECT_LT(rate, 1e13) << target->name << ' ' << level.name;
      }
    }
    if (test::full_speed) {
      EXPECT_GE(one.levels.front().read, 0.5 * one.levels.back().read) << target->name;
      EXPECT_GE(one.levels.front().lookups, 2 * one.levels.back().lookups) << target->name;
      EXPECT_LE(one.levels.front().lookup_latency, 0.5 * one.levels.back().lookup_latency) << target->name;
    }
  }
}

TEST(MeasurePeaks, HaveNoLevelOfUnknownSize) {
  MachineCard card = read_machine_card();
  const PeakEffort effort{.tries = 1, .more_tries = 0, .try_seconds = 1e-5};
  const auto levels_with = [&](const std::vector<double>& sizes) {
    card.caches.clear();
    for (const double bytes : sizes) {
      card.caches.push_back(
          {.level = static_cast<int>(card.caches.size()) + 1, .bytes = bytes, .shared_by = 1, .instances = 1});
    }
    return measure_peaks(card.targets.front().id, 1, card, effort).levels;
  };
  const double memory = std::min(beyond_unknown_caches, card.memory_bytes / 4);
  const auto second_unknown = levels_with({32768, 0});
  ASSERT_EQ(second_unknown.size(), 2U);
  EXPECT_EQ(second_unknown[0].name, "L1");
  EXPECT_EQ(second_unknown[1].name, "memory");
  EXPECT_GT(second_unknown[1].footprint, 0.9 * memory) << "what is passed over lies in a cache, for all that is known";

  const auto first_unknown = levels_with({0, 1e6});
  ASSERT_EQ(first_unknown.size(), 2U);
  EXPECT_EQ(first_unknown[0].name, "L2");
  EXPECT_GT(first_unknown[0].footprint, 0.4e6);
  EXPECT_NEAR(first_unknown[1].footprint, 2e6, 1e5);

  for (const auto& levels : {levels_with({}), levels_with({0, 0, 0})}) {
    ASSERT_EQ(levels.size(), 1U);
    EXPECT_GT(levels[0].footprint, 0.9 * memory);
  }
}

constexpr double kibi = 1024;
constexpr double mebi = 1024 * kibi;

/// Two cores of a virtual machine that sees the last level of a whole socket.
MachineCard socket_seen_from_two_cores() {
  MachineCard card;
  card.cores = card.logical_cores = 2;
  card.caches = {{.level = 1, .bytes = 48 * kibi, .shared_by = 1, .instances = 2},
                 {.level = 2, .bytes = mebi, .shared_by = 1, .instances = 2},
                 {.level = 3, .bytes = 508 * mebi, .shared_by = 2, .instances = 1}};
  card.memory_bytes = 24 * 1024 * mebi;
  return card;
}

TEST(PlannedLevels, MeasureALargeCacheAtSeveralFootprints) {
  const auto figures = [](int threads) {
    std::vector<std::tuple<std::string, double, double>> all;
    for (const auto& [level, cache, unknown] : planned_levels(threads, socket_seen_from_two_cores())) {
      all.emplace_back(level.name, level.footprint / mebi, level.capacity / mebi);
    }
    return all;
  };
  using Figures = std::vector<std::tuple<std::string, double, double>>;
  EXPECT_EQ(figures(1), (Figures{{"L1", 24 / kibi, 48 / kibi},
                                 {"L2", 192 / kibi, 1},
                                 {"L3", 4, 16},
                                 {"L3 from 16 MiB", 16, 64},
                                 {"L3 from 64 MiB", 64, 508},
                                 {"memory", 1016, infinity}}));
  EXPECT_EQ(figures(2), (Figures{{"L1", 48 / kibi, 96 / kibi},
                                 {"L2", 384 / kibi, 2},
                                 {"L3", 8, 32},
                                 {"L3 from 16 MiB", 32, 128},
                                 {"L3 from 64 MiB", 128, 508},
                                 {"memory", 1016, infinity}}));
}

TEST(PlannedLevels, AreAsManyForEveryThreadCountAndPassOverNoMoreThanAQuarterOfTheMemory) {
  MachineCard card = socket_seen_from_two_cores();
  card.memory_bytes = 100 * mebi;
  card.caches[0].instances = card.caches[1].instances = 64;
  const std::size_t count = planned_levels(1, card).size();
  for (const int threads : {2, 3, 16, 64}) {
    const auto levels = planned_levels(threads, card);
    ASSERT_EQ(levels.size(), count) << threads;
    double before = 0;
    for (const auto& [level, cache, unknown] : levels) {
      EXPECT_LE(level.footprint, card.memory_bytes / 4) << level.name;
      EXPECT_LE(level.footprint, level.capacity / 2) << level.name;
      EXPECT_GE(level.capacity, before) << level.name;
      before = level.capacity;
    }
  }
}

TEST(BetterOf, TakesEveryFigureFromTheBetterMeasurement) {
  Peaks one;
  one.fma_float = 2;
  one.clock = 20;
  one.sqrt_double = 1;
  one.fma_latency = 3;
  one.levels = {{.name = "L1", .read = 5, .write = 1, .lookups = 7, .lookup_latency = 1}};
  Peaks other;
  other.fma_float = 1;
  other.clock = 30;
  other.sqrt_double = 3;
  other.fma_latency = 2;
  other.levels = {{.name = "L1", .read = 4, .write = 2, .lookups = 6, .lookup_latency = 2}};
  for (const Peaks& best : {better_of(one, other), better_of(other, one)}) {
    EXPECT_EQ(best.fma_float, 2);
    EXPECT_EQ(best.clock, 20) << "the clock belongs to the FMA figure";
    EXPECT_EQ(best.sqrt_double, 3);
    EXPECT_EQ(best.levels[0].read, 5);
    EXPECT_EQ(best.levels[0].write, 2);
    EXPECT_EQ(best.levels[0].lookups, 7);
    EXPECT_EQ(best.levels[0].lookup_latency, 1) << "the shorter one";
    EXPECT_EQ(best.fma_latency, 2) << "the shorter one";
  }
}

TEST(MeasurePeaks, TwoThreadsAreNotSlowerThanOne) {
  const MachineCard card = read_machine_card();
  const std::int64_t target = card.targets.front().id;
  const PeakEffort effort{.tries = 10, .more_tries = 40, .try_seconds = 0.2e-3};
  double best_ratio = 0;  // one quiet moment is enough
  for (int attempt = 0; attempt < 5 && best_ratio < 0.8; ++attempt) {
    const Peaks one = measure_peaks(target, 1, card, effort);
    const Peaks two = measure_peaks(target, 2, card, effort);
    best_ratio = std::max(best_ratio, two.fma_float / one.fma_float);
  }
  EXPECT_GE(best_ratio, 0.8);
}

TEST(MeasurePeaks, RefusesWhatIsNotThere) {
  const MachineCard card = read_machine_card();
  EXPECT_THROW(measure_peaks(0, 1, card), std::invalid_argument);
  EXPECT_THROW(measure_peaks(card.targets.front().id, 0, card), std::invalid_argument);
}

TEST(Suspect, WholeVectorsPerCycleArePlausible) {
  for (const double vectors : {0.92, 1.0, 1.08, 1.85, 2.0, 2.15, 3.0}) {
    Peaks peaks = small_peaks(1, 1);
    peaks.fma_vectors_alone = vectors;
    peaks.fma_float = vectors * 8e9;
    peaks.fma_double = vectors * 4e9;
    EXPECT_EQ(suspect(peaks), std::nullopt) << vectors;
  }
}

TEST(Suspect, FractionsOfAVectorAreNot) {
  for (const double vectors : {0.0, 0.05, 0.5, 0.89, 1.2, 1.5, 1.75, 2.3}) {
    Peaks peaks = small_peaks(1, 1);
    peaks.fma_float = vectors * 8e9;
    const auto sentence = suspect(peaks);
    ASSERT_TRUE(sentence.has_value()) << vectors;
    EXPECT_THAT(*sentence, AllOf(HasSubstr("AVX2"), HasSubstr("float"), HasSubstr("not to be trusted")));

    peaks = small_peaks(1, 1);
    peaks.fma_double = vectors * 4e9;
    EXPECT_TRUE(suspect(peaks).has_value()) << vectors;
  }
}

TEST(Suspect, CountsPerCoreAndAllowsAHalfWithoutFma) {
  Peaks peaks = small_peaks(4, 1);
  EXPECT_EQ(suspect(peaks), std::nullopt);
  peaks.cores = 3;
  EXPECT_TRUE(suspect(peaks).has_value());

  peaks = small_peaks(1, 1);
  peaks.fma_float = 1.5 * 8e9;
  peaks.fma_double = 1.5 * 4e9;
  EXPECT_TRUE(suspect(peaks).has_value());
  peaks.fused = false;
  peaks.fma_vectors_alone = 1.5;
  EXPECT_EQ(suspect(peaks), std::nullopt);
  peaks.fma_float = 0.5 * 8e9;
  EXPECT_TRUE(suspect(peaks).has_value());
}

TEST(Suspect, ThreadsThatTookTurnsAreSuspect) {
  Peaks peaks = small_peaks(4, 1);
  peaks.fma_float /= 2;  // one whole vector per cycle and core, but one thread alone does two
  peaks.fma_double /= 2;
  const auto sentence = suspect(peaks);
  ASSERT_TRUE(sentence.has_value());
  EXPECT_THAT(*sentence, AllOf(HasSubstr("4 threads"), HasSubstr("not to be trusted")));
}

TEST(Suspect, AMissingClockIsSuspect) {
  Peaks peaks = small_peaks(1, 1);
  peaks.clock = 0;
  EXPECT_TRUE(suspect(peaks).has_value());
}

TEST(PeaksJson, HasEveryField) {
  const nlohmann::json json = small_peaks(1, 1);
  EXPECT_THAT(keys(json), IsSupersetOf({"target", "threads", "cores", "vector_bytes", "fused", "clock", "fma_float",
                                        "fma_double", "sqrt_double", "divide_double", "exp_float", "fma_latency",
                                        "levels", "fma_vectors_alone", "suspect"}));
  EXPECT_TRUE(json["suspect"].is_null());
  EXPECT_THAT(keys(json["levels"][2]), IsSupersetOf({"name", "capacity", "footprint", "read", "write", "copy",
                                                     "write_non_temporal", "lookups", "gathered", "lookup_latency"}));
  MemoryLevel memory;
  memory.capacity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(nlohmann::json(memory)["capacity"].is_null());
}

}  // namespace
}  // namespace tandem::suite
