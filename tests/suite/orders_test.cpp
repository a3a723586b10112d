// The orders in which the arms of a race run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include "benchmarks/suite/statistics.hpp"

namespace tandem::suite {
namespace {

using ::testing::Each;
using ::testing::UnorderedElementsAreArray;

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

}  // namespace
}  // namespace tandem::suite
