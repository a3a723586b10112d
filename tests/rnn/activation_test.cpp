// The vector tanh and sigmoid that all recurrent kernels share, on every target that this compiler's baseline includes
// and, through the kernels' own tests, on the others.
#include "impl/rnn/kernels/activation-inl.hpp"

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cmath>
#include <limits>

HWY_BEFORE_NAMESPACE();  // on Arm the baseline does not have all that Highway's target has
namespace tandem::rnn {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
Real tanh_of(Real x) {
  const hn::CappedTag<Real, 1> d;
  return hn::GetLane(HWY_NAMESPACE::vector_tanh(d, hn::Set(d, x)));
}

template <class Real>
Real sigmoid_of(Real x) {
  const hn::CappedTag<Real, 1> d;
  return hn::GetLane(HWY_NAMESPACE::vector_sigmoid(d, hn::Set(d, x)));
}

}  // namespace
}  // namespace tandem::rnn
HWY_AFTER_NAMESPACE();

namespace tandem::rnn {
namespace {

template <class Real>
class Activation : public testing::Test {
 protected:
  static constexpr double tolerance = std::is_same_v<Real, float> ? 4e-7 : 1e-15;
};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(Activation, Reals);

TYPED_TEST(Activation, IsNearTheExactValue) {
  for (int i = -200'000; i <= 200'000; ++i) {
    const auto x = static_cast<TypeParam>(i * 1e-4);
    ASSERT_NEAR(tanh_of(x), std::tanh(static_cast<double>(x)), this->tolerance) << x;
    ASSERT_NEAR(sigmoid_of(x), 1 / (1 + std::exp(-static_cast<double>(x))), this->tolerance) << x;
  }
}

TYPED_TEST(Activation, IsRelativelyExactNearZero) {
  for (int power = 0; power <= 56; ++power) {  // up to 5e-4
    const auto given = static_cast<TypeParam>(1e-30 * std::pow(3.0, power));
    ASSERT_NEAR(tanh_of(given) / std::tanh(static_cast<double>(given)), 1, 2 * this->tolerance) << given;
    ASSERT_EQ(tanh_of(-given), -tanh_of(given));
  }
}

TYPED_TEST(Activation, SaturatesAndKeepsNaN) {
  constexpr auto infinity = std::numeric_limits<TypeParam>::infinity();
  EXPECT_NEAR(tanh_of(infinity), 1, this->tolerance);
  EXPECT_NEAR(tanh_of(-infinity), -1, this->tolerance);
  EXPECT_NEAR(sigmoid_of(-infinity), 0, this->tolerance);
  EXPECT_NEAR(tanh_of(static_cast<TypeParam>(1e30)), 1, this->tolerance);
  EXPECT_TRUE(std::isnan(tanh_of(std::numeric_limits<TypeParam>::quiet_NaN())));
  EXPECT_TRUE(std::isnan(sigmoid_of(std::numeric_limits<TypeParam>::quiet_NaN())));
  EXPECT_EQ(tanh_of(TypeParam{0}), 0);
}

}  // namespace
}  // namespace tandem::rnn
