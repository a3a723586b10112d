// The sign test of paired differences.
#include "claims/suite/paired.hpp"

#include <gtest/gtest.h>

namespace tandem::claims {
namespace {

TEST(Paired, NeedsAndFindsWhatTheBinomialSays) {
  EXPECT_EQ(needed_signs(16), 13);  // P(at most 3 of 16) = 0.0106, of 4 0.0384
  EXPECT_EQ(needed_signs(8), 8);
  EXPECT_EQ(needed_signs(5), 6) << "five of five are one in sixteen";
  EXPECT_NEAR(sign_test_power(16, 0.9), 0.9316, 1e-4);
  EXPECT_NEAR(sign_test_power(16, 0.8), 0.5981, 1e-4);
  EXPECT_NEAR(sign_test_power(8, 0.9), 0.4305, 1e-4);
  EXPECT_NEAR(sign_test_power(8, 0.8), 0.1678, 1e-4);
  EXPECT_NEAR(sign_test_power(16, 0.5), 0.0106, 1e-4);
  EXPECT_EQ(sign_test_power(5, 0.9), 0);
}

TEST(Paired, CountsSigns) {
  std::vector<double> differences(16, 1);
  differences[3] = differences[4] = -5;
  const Paired gains(differences);
  EXPECT_EQ(gains.above, 14);
  EXPECT_DOUBLE_EQ(gains.mean, 0.25);
  EXPECT_NEAR(gains.error, 0.5123, 1e-4);  // of squares 2 5.25^2 + 14 0.75^2 = 63, over 15, over 16
  EXPECT_TRUE(gains.gains());
  EXPECT_FALSE(gains.loses());
  for (double& difference : differences) difference = -difference;
  EXPECT_TRUE(Paired(differences).loses());
  EXPECT_EQ(Paired({0, 0}).above, 0);
  EXPECT_EQ(Paired({3}).mean, 0) << "one is no sample";
}

}  // namespace
}  // namespace tandem::claims
