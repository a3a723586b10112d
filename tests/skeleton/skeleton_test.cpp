// What is particular to the skeleton method. That every variant agrees with the reference on seeded problems is tested
// for all methods at once over the registry; here are known values, edge cases, bad input, and every SIMD target.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "impl/skeleton/skeleton.hpp"
#include "impl/support/levels.hpp"

namespace tandem::skeleton {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

// Numbers with few bits: every variant must give exactly the reference's answer, fused multiply-add or not.
Problem exact_problem(std::size_t count) {
  Problem problem{.alpha = -2.5F, .x = {}, .y = {}};
  for (std::size_t i = 0; i < count; ++i) {
    problem.x.push_back(static_cast<float>(i % 1024) - 512);
    problem.y.push_back(static_cast<float>(3 * i % 4096));
  }
  return problem;
}

/// Every row of the table, the reference's too.
class EveryVariant : public testing::TestWithParam<suite::Variant<Problem, Answer>> {};

TEST_P(EveryVariant, GivesKnownValues) {
  const Problem problem{.alpha = 2, .x = {1, 0, -3, infinity}, .y = {10, -4, 6, 1}};
  Answer answer(4);
  GetParam().run(problem, answer, {});
  EXPECT_THAT(answer, testing::ElementsAre(12, -4, 0, infinity));
}

TEST_P(EveryVariant, IsExactOnEveryTargetThreadCountAndSize) {
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const suite::PinnedSimdTarget pinned(target.id);
    for (const std::size_t count : {0, 1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 1000, 16384, 16385, 70001}) {
      const Problem problem = exact_problem(count);
      Answer expected(count);
      reference(problem, expected);
      for (int threads = 1; threads <= 4; ++threads) {
        Answer answer(count, std::nanf(""));
        GetParam().run(problem, answer, {.threads = threads});
        ASSERT_EQ(answer, expected) << target.name << ", " << count << " numbers, " << threads << " threads";
      }
    }
  }
}

TEST_P(EveryVariant, WritesNothingBeyondTheAnswer) {
  Answer answer(17 + 16, 42);  // the capacity stays when it shrinks
  answer.resize(17);
  GetParam().run(exact_problem(17), answer, {});
  for (std::size_t i = 17; i < 17 + 16; ++i) EXPECT_EQ(answer.data()[i], 42) << i;
}

TEST_P(EveryVariant, RefusesLengthsThatDiffer) {
  const auto message = [](const Problem& problem, Answer answer) -> std::string {
    try {
      GetParam().run(problem, answer, {});
    } catch (const std::invalid_argument& refusal) {
      return refusal.what();
    }
    return "accepted";
  };
  EXPECT_EQ(message({.alpha = 1, .x = {1, 2}, .y = {1}}, Answer(2)),
            "x has 2 numbers and y has 1: they must have the same length");
  EXPECT_EQ(message({.alpha = 1, .x = {1, 2}, .y = {1, 2}}, Answer(3)), "the answer has room for 3 numbers, not 2");
}

INSTANTIATE_TEST_SUITE_P(Skeleton, EveryVariant,
                         testing::ValuesIn(suite::typed_method<Problem, Answer>("skeleton").variants),
                         [](const auto& variant) { return variant.param.name.text; });

TEST(Levels, NoTargetOfAnotherArchitectureIsReached) {
  EXPECT_FALSE(chosen_target_reaches(HWY_ARCH_X86 ? HWY_NEON : HWY_AVX2));
  EXPECT_TRUE(chosen_target_reaches(suite::chosen_simd_target().id));
}

#if HWY_ARCH_X86_64
TEST(Levels, FollowThePinnedTarget) {
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const suite::PinnedSimdTarget pinned(target.id);
    const bool avx2 = target.id == HWY_AVX2;
    const bool above_avx2 = target.id < HWY_AVX2;  // the better target has the lower bit
    EXPECT_EQ(at_chosen_level([](auto level) { return level.name; }),
              above_avx2 ? "x86-64-v4" : (avx2 ? "x86-64-v3" : "x86-64-v2"))
        << target.name;
  }
}
#endif

}  // namespace
}  // namespace tandem::skeleton
