// The certificate of a window of a range, with sweeps that find what the test wants them to find.
#include "impl/ab_plus_c/range/window.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace tandem::ab_plus_c {
namespace {

TEST(Certificate, HoldsUpToTheFirstUntriedP) {
  Window window(1000000, 1000);
  EXPECT_TRUE(window.certifies({.largest = window.end_k + 1}));
  EXPECT_FALSE(window.certifies({.largest = window.end_k + 2}));
  window.reach_for({.largest = window.end_k + 2});
  EXPECT_TRUE(window.certifies({.largest = window.end_k + 1}));
}

TEST(Certificate, SweepsAgainAsFarAsTheSumsAsk) {
  std::vector<std::int32_t> tried;
  const auto swept = certified(Window(1000000, 1000), [&](const Window& window) {
    tried.push_back(window.end_k);
    return Swept{.largest = window.end_k < 500 ? 501 : 480, .last = 7};
  });
  ASSERT_TRUE(swept.has_value());
  EXPECT_EQ(swept->last, 7);
  ASSERT_EQ(tried.size(), 2U);
  EXPECT_LT(tried[0], 500);
  EXPECT_EQ(tried[1], 500);
}

TEST(Certificate, LeavesSumsBeyondSixteenBitsToTheEarlyStop) {
  int sweeps = 0;
  std::vector<std::uint64_t> one_by_one;
  std::vector<std::int16_t> handed_on;
  walk_windows(
      {.low = 1000, .high = 1025}, 10, [](std::uint64_t n) { return 2 * n; },
      [&](const Window& window, std::int16_t first) {
        ++sweeps;
        if (window.low == 1010) return Swept{.largest = unreached};
        handed_on.push_back(first);
        return Swept{.largest = 1, .last = 1};
      },
      [](const Window&, const Swept&) {},
      [&](std::uint64_t n, std::uint64_t sum) {
        EXPECT_EQ(sum, 2 * n);
        one_by_one.push_back(n);
      });
  EXPECT_EQ(sweeps, 1 + 2 + 1);
  EXPECT_THAT(one_by_one, testing::ElementsAre(1010, 1011, 1012, 1013, 1014, 1015, 1016, 1017, 1018, 1019));
  EXPECT_THAT(handed_on, testing::ElementsAre(2 * 1000 - 62, 2 * 1019 + 1 - 62));  // base = floor(2 sqrt low) - 1
}

}  // namespace
}  // namespace tandem::ab_plus_c
