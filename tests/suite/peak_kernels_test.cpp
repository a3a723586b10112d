// What the peaks are measured with: a team of threads, and kernels that do what they say on every target.
#include "benchmarks/suite/peak_kernels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "benchmarks/suite/peak_memory.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "benchmarks/suite/team.hpp"

namespace tandem::suite {
namespace {

TEST(Team, EveryThreadWorksOnceAfterAllArePrepared) {
  for (const int threads : {1, 2, 5}) {
    std::atomic<int> prepared = 0;
    std::vector<int> calls(threads);
    const Team team(threads);
    const Team::Rate rate = team.rate([&](int) { ++prepared; },
                                      [&](int thread) {
                                        EXPECT_EQ(prepared, threads);
                                        ++calls[thread];
                                        std::this_thread::sleep_for(std::chrono::milliseconds(1));
                                        return 1.0;
                                      });
    EXPECT_EQ(team.threads(), threads);
    EXPECT_THAT(calls, ::testing::Each(1));
    EXPECT_GT(rate.together, 0);
    EXPECT_LE(rate.together, threads / 1e-3);
    EXPECT_LE(rate.each, 1 / 1e-3);
  }
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
    const double float_lanes = static_cast<double>(kernels.vector_bytes) / sizeof(float);
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

TEST(PeakKernels, LookUpsGoThroughTheWholeTable) {
  PeakMemory memory(40 * bandwidth_block);
  LookupTable table = make_lookup_table(memory.data(), memory.size());
  EXPECT_EQ(table.count, 2048U) << "the largest power of two";
  std::set<const LookupTable::Line*> seen;
  for (const auto* line = table.at; seen.insert(line).second;) line = line->next;
  EXPECT_EQ(seen.size(), table.count);
  const LookupTable::Line* const first = table.at;
  EXPECT_EQ(dependent_lookups(table, 10), 160);
  EXPECT_NE(table.at, first) << "the next call would look up the same again";
  EXPECT_EQ(independent_lookups(table, 10), 320);
  for (const SimdTarget& target : simd_targets()) {
    const PeakKernels kernels = peak_kernels(target.id);
    EXPECT_EQ(kernels.gathers(table, 10), 10 * static_cast<double>(kernels.vector_bytes)) << target.name;
    EXPECT_EQ(kernels.dependent_fma(10), 160) << target.name;
  }
  EXPECT_THROW(make_lookup_table(memory.data(), 63 * 64), std::invalid_argument);
  LookupTable smallest = make_lookup_table(memory.data(), 64 * 64);
  EXPECT_EQ(independent_lookups(smallest, 1), 32);
}

TEST(PeakKernels, ExponentialIsOne) {
  constexpr std::size_t count = 4096;
  for (const SimdTarget& target : simd_targets()) {
    PeakMemory exponents(count * sizeof(float));
    PeakMemory results(count * sizeof(float));
    auto* const x = reinterpret_cast<float*>(exponents.data());
    auto* const y = reinterpret_cast<float*>(results.data());
    for (std::size_t i = 0; i < count; ++i) x[i] = -126 + 253 * static_cast<float>(i) / (count - 1);
    const PeakKernels kernels = peak_kernels(target.id);
    for (std::size_t way = 0; way < kernels.exp_float.size(); ++way) {
      std::fill_n(y, count, -1.0F);
      kernels.exp_float[way](x, y, count);
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_NEAR(y[i] / std::exp2(static_cast<double>(x[i])), 1, 2.5e-7)
            << target.name << ", way " << way << ", at " << x[i];
      }
    }
  }
}

}  // namespace
}  // namespace tandem::suite
