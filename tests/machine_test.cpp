// The machine card, the peaks and the roof. Times are compared with one another only, and with wide limits: the tests
// run beside other work.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/machine_text.hpp"
#include "benchmarks/suite/noise.hpp"
#include "benchmarks/suite/peak_kernels.hpp"
#include "benchmarks/suite/peak_memory.hpp"
#include "benchmarks/suite/peaks.hpp"
#include "benchmarks/suite/roof.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "hwy/highway.h"

namespace tandem::suite {
namespace {

using ::testing::AllOf;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

std::vector<std::string> keys(const nlohmann::json& json) {
  std::vector<std::string> names;
  for (const auto& [name, value] : json.items()) names.push_back(name);
  return names;
}

/// A machine made up for arithmetic by hand: two cores, 1 KB of L1 each, 10 KB of shared L2.
MachineCard small_card() {
  MachineCard card;
  card.cores = card.logical_cores = 4;
  card.caches = {{.level = 1, .bytes = 1000, .shared_by = 1, .instances = 4},
                 {.level = 2, .bytes = 10000, .shared_by = 4, .instances = 1}};
  card.memory_bytes = 1e6;
  return card;
}

Peaks small_peaks(int threads, double scale) {
  Peaks peaks;
  peaks.target = "AVX2";
  peaks.threads = peaks.cores = threads;
  peaks.vector_bytes = 32;
  peaks.clock = 1e9;
  peaks.fma_vectors_alone = 2;
  peaks.fma_float = 16e9 * threads;
  peaks.fma_double = 8e9 * threads;
  peaks.sqrt_double = 1e9 * scale;
  peaks.divide_double = 2e9 * scale;
  peaks.exp_float = 4e9 * scale;
  peaks.levels = {
      {.name = "L1", .read = 100e9 * scale, .write = 50e9 * scale, .copy = 50e9 * scale},
      {.name = "L2", .read = 40e9 * scale, .write = 20e9 * scale, .copy = 20e9 * scale},
      {.name = "memory", .read = 10e9, .write = 4e9, .copy = 5e9, .write_non_temporal = 8e9, .copy_non_temporal = 6e9}};
  return peaks;
}

double small_roof(const Work& work, int threads = 1) {
  return roof_seconds(work, small_peaks(1, 1), small_peaks(4, 3), threads, small_card());
}

TEST(MachineCard, DescribesThisMachine) {
  const MachineCard card = read_machine_card();
  EXPECT_GE(card.cores, 1);
  EXPECT_GE(card.logical_cores, card.cores);
  EXPECT_GT(card.memory_bytes, 1e7);
  EXPECT_FALSE(card.operating_system.empty());
  EXPECT_FALSE(card.build.compiler.empty());
  EXPECT_FALSE(card.build.git_revision.empty());
  for (std::size_t i = 0; i < card.caches.size(); ++i) {
    EXPECT_GE(card.caches[i].instances, 1);
    EXPECT_GE(card.caches[i].shared_by, 1);
    EXPECT_GE(card.caches[i].bytes, card.caches.front().bytes);
  }
  EXPECT_TRUE(std::ranges::any_of(card.targets, [&](const auto& target) { return target.name == card.chosen_target; }));
}

TEST(MachineCard, ListsTheEnvironmentThatMatters) {
  setenv("OMP_TANDEM_TEST", "a=b", 1);
  setenv("TANDEM_UNRELATED", "1", 1);
  const auto environment = read_machine_card().environment;
  unsetenv("OMP_TANDEM_TEST");
  unsetenv("TANDEM_UNRELATED");
  EXPECT_THAT(environment, ::testing::Contains(::testing::Pair("OMP_TANDEM_TEST", "a=b")));
  EXPECT_THAT(environment, ::testing::Not(::testing::Contains(::testing::Pair("TANDEM_UNRELATED", "1"))));
}

TEST(MachineCard, HasEveryFieldInJson) {
  const nlohmann::json json = read_machine_card();
  EXPECT_THAT(keys(json),
              IsSupersetOf({"processor", "cores", "logical_cores", "topology", "caches", "memory_bytes", "hypervisor",
                            "operating_system", "counters_available", "targets", "chosen_target", "compiler",
                            "build_type", "flags", "git_revision", "git_dirty", "libraries", "environment"}));
  EXPECT_TRUE(json["libraries"].is_object());
  EXPECT_TRUE(json["environment"].is_object());
}

TEST(SimdTargets, PinningHoldsAndEnds) {
  const auto targets = simd_targets();
  ASSERT_FALSE(targets.empty());
  const std::string before = chosen_simd_target().name;
  EXPECT_EQ(before, targets.front().name);
  for (const SimdTarget& target : targets) {
    const PinnedSimdTarget pinned(target.id);
    EXPECT_EQ(chosen_simd_target().name, target.name);
    EXPECT_EQ(simd_targets().size(), targets.size()) << "the list does not depend on what is pinned";
    for (const SimdTarget& inner : targets) {
      { const PinnedSimdTarget nested(inner.id); }
      EXPECT_EQ(chosen_simd_target().name, target.name);
    }
  }
  EXPECT_EQ(chosen_simd_target().name, before);
  EXPECT_THROW(PinnedSimdTarget(0), std::invalid_argument);
}

TEST(PeakKernels, EveryTargetHasItsOwnAndThePortableOneBorrows) {
  const auto targets = simd_targets();
  for (std::size_t i = 1; i < targets.size(); ++i) {
    const PeakKernels wider = peak_kernels(targets[i - 1].id);
    const PeakKernels kernels = peak_kernels(targets[i].id);
    EXPECT_LE(kernels.vector_bytes, wider.vector_bytes);
    EXPECT_EQ(kernels.fma_float == wider.fma_float, targets[i].portable) << targets[i].name;
  }
}

TEST(PeakKernels, ComputeAndMoveWhatTheySay) {
  for (const SimdTarget& target : simd_targets()) {
    const PeakKernels kernels = peak_kernels(target.id);
    const auto float_lanes = static_cast<double>(kernels.vector_bytes / sizeof(float));
    EXPECT_EQ(kernels.fma_float(10), 120 * float_lanes);
    EXPECT_EQ(kernels.fma_double(10), 60 * float_lanes);
    EXPECT_EQ(kernels.sqrt_double(10), 60 * float_lanes);
    EXPECT_EQ(kernels.divide_double(10), 60 * float_lanes);

    PeakMemory from(4 * bandwidth_block);
    PeakMemory to(4 * bandwidth_block);
    const auto clear = [&] { std::fill_n(to.data(), to.size(), std::byte{0}); };
    for (std::size_t i = 0; i < from.size(); ++i) from.data()[i] = static_cast<std::byte>(i % 251);
    kernels.read(from.data(), from.size());
    for (const auto copy : {kernels.copy, kernels.copy_non_temporal}) {
      clear();
      copy(from.data(), to.data(), 3 * bandwidth_block);
      EXPECT_EQ(std::memcmp(from.data(), to.data(), 3 * bandwidth_block), 0) << target.name;
      EXPECT_EQ(to.data()[3 * bandwidth_block], std::byte{0});
    }
    for (const auto write : {kernels.write, kernels.write_non_temporal}) {
      clear();
      write(to.data(), 3 * bandwidth_block);
      EXPECT_EQ(std::count(to.data(), to.data() + to.size(), std::byte{0}), bandwidth_block) << target.name;
    }
  }
}

TEST(PeakKernels, ExponentialIsOne) {
  constexpr std::size_t count = 4096;
  for (const SimdTarget& target : simd_targets()) {
    PeakMemory exponents(count * sizeof(float));
    PeakMemory results(count * sizeof(float));
    auto* const x = reinterpret_cast<float*>(exponents.data());
    auto* const y = reinterpret_cast<float*>(results.data());
    for (std::size_t i = 0; i < count; ++i) x[i] = -126 + 253 * static_cast<float>(i) / (count - 1);
    peak_kernels(target.id).exp_float(x, y, count);
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_NEAR(y[i] / std::exp2(static_cast<double>(x[i])), 1, 2.5e-7) << target.name << " at " << x[i];
    }
  }
}

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
    EXPECT_GE(one.fma_float, 0.5 * narrower_float) << target->name;
    EXPECT_LE(one.sqrt_double, one.fma_double) << target->name;
    narrower_float = one.fma_float;

    ASSERT_EQ(one.levels.size(), card.caches.size() + 1);
    EXPECT_EQ(one.levels.back().name, "memory");
    EXPECT_GT(one.levels.back().write_non_temporal, 0);
    EXPECT_LE(one.levels.back().footprint, card.memory_bytes / 4);
    for (const LevelBandwidth& level : one.levels) {
      EXPECT_LE(level.footprint, level.capacity);
      for (const double rate : {level.read, level.write, level.copy}) {
        EXPECT_GT(rate, 1e7) << target->name << ' ' << level.name;
        EXPECT_LT(rate, 1e13) << target->name << ' ' << level.name;
      }
    }
    EXPECT_GE(one.levels.front().read, 0.5 * one.levels.back().read) << target->name;
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

TEST(Roof, AddsKindsOfArithmetic) {
  EXPECT_DOUBLE_EQ(small_roof({.fma_float = 16e9}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.fma_double = 8e9}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.fma_float = 16e9, .sqrt_double = 2e9, .divide_double = 2e9, .exp_float = 1e9}),
                   1 + 2 + 1 + 0.25);
  EXPECT_EQ(small_roof({}), 0);
}

TEST(Roof, TakesTheSmallestLevelThatHoldsTheFootprint) {
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 100e9, .footprint = 1000}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 40e9, .footprint = 1001}), 1);
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 10e9, .footprint = 10001}), 1);
  // Four threads have four first caches, but share the second.
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 300e9, .footprint = 4000}, 4), 1);
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 120e9, .footprint = 4001}, 4), 1);
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 10e9, .footprint = 10001}, 4), 1);
}

TEST(Roof, AddsReadsAndWritesUnlessACopyOverlapsThem) {
  // Apart: 1 + 2. As a copy of 100 GB with 100 GB: 200 / 50 = 4, which is slower.
  EXPECT_DOUBLE_EQ(small_roof({.bytes_read = 100e9, .bytes_written = 100e9}), 3);
  Peaks one = small_peaks(1, 1);
  one.levels[0].copy = 100e9;
  const Work work{.bytes_read = 150e9, .bytes_written = 100e9};
  EXPECT_DOUBLE_EQ(roof_seconds(work, one, small_peaks(4, 3), 1, small_card()), 2 + 0.5);
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

TEST(Roof, RefusesWhatItCannotKnow) {
  EXPECT_THROW(small_roof({}, 0), std::invalid_argument);
  Peaks other = small_peaks(4, 3);
  other.target = "SSE4";
  EXPECT_THROW(roof_seconds({}, small_peaks(1, 1), other, 1, small_card()), std::invalid_argument);
  Peaks without_levels = small_peaks(1, 1);
  without_levels.levels.clear();
  EXPECT_THROW(roof_seconds({.bytes_read = 1}, without_levels, small_peaks(4, 3), 1, small_card()),
               std::invalid_argument);
}

TEST(PeaksJson, HasEveryField) {
  const nlohmann::json json = small_peaks(1, 1);
  EXPECT_THAT(keys(json),
              IsSupersetOf({"target", "threads", "cores", "vector_bytes", "fused", "clock", "fma_float", "fma_double",
                            "sqrt_double", "divide_double", "exp_float", "levels", "fma_vectors_alone", "suspect"}));
  EXPECT_TRUE(json["suspect"].is_null());
  EXPECT_THAT(keys(json["levels"][2]),
              IsSupersetOf({"name", "capacity", "footprint", "read", "write", "copy", "write_non_temporal"}));
  LevelBandwidth memory;
  memory.capacity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(nlohmann::json(memory)["capacity"].is_null());
}

TEST(Timer, HasACostAndAResolution) {
  const Timer timer = measure_timer();
  EXPECT_GT(timer.call_seconds, 0);
  EXPECT_LT(timer.call_seconds, 1e-4);
  EXPECT_GT(timer.resolution_seconds, 0);
  EXPECT_LT(timer.resolution_seconds, 1e-2);
}

TEST(Noise, IsARateAndAWidth) {
  const Noise noise = measure_noise(2);
  EXPECT_EQ(noise.races, 2);
  EXPECT_EQ(noise.rounds, 52u);
  EXPECT_GE(noise.false_alarm_rate, 0);
  EXPECT_LE(noise.false_alarm_rate, 1);
  EXPECT_GE(noise.smallest_change, 0);
  EXPECT_TRUE(std::isfinite(noise.smallest_change));
  EXPECT_THAT(keys(nlohmann::json(noise)), IsSupersetOf({"races", "rounds", "false_alarm_rate", "smallest_change"}));
  EXPECT_THROW(measure_noise(0), std::invalid_argument);
}

TEST(MachineText, SaysWhatIsMissingAndWhatIsSuspect) {
  MachineCard card = read_machine_card();
  card.counters_available = false;
  EXPECT_THAT(to_text(card),
              AllOf(HasSubstr(card.processor), HasSubstr("no hardware counters"), HasSubstr("(chosen)")));

  std::vector<Peaks> peaks{small_peaks(1, 1), small_peaks(4, 3)};
  EXPECT_THAT(to_text(peaks), AllOf(HasSubstr("16.0"), HasSubstr("100/50/50"), HasSubstr("10/8/6")));
  EXPECT_THAT(to_text(peaks), ::testing::Not(HasSubstr("trusted")));
  peaks[1].fma_float *= 0.6;
  EXPECT_THAT(to_text(peaks), HasSubstr("trusted"));
}

}  // namespace
}  // namespace tandem::suite
