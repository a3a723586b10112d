// How exact the exponentials of the merge are, whose tables and polynomials are the same for every lane.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "impl/nbce/kernels/exponential_table.hpp"

namespace tandem::nbce {
namespace {

/// The greatest relative error of what the kernels compute for 2^x, -2 <= x <= 2.
template <int steps>
double error_of_exponential() {
  double worst = 0;
  for (int i = -20000; i <= 20000; ++i) {
    const double x = i / 1e4;
    const int number = static_cast<int>(std::lround(x * steps));
    using Polynomial = Between<steps>;
    const auto rest =
        static_cast<float>(x - static_cast<double>(number) / steps + static_cast<double>(Polynomial::shift));
    constexpr std::size_t added = Polynomial::shift == 0 ? 1 : 0;
    float fraction = added == 0 ? rest : rest + Polynomial::coefficients[0];
    for (std::size_t c = added; c < Polynomial::coefficients.size(); ++c) {
      fraction = std::fma(fraction, rest, Polynomial::coefficients[c]);
    }
    const auto bits = static_cast<std::uint32_t>(number) << exponent_shift<steps>;
    const auto power =
        std::bit_cast<float>(bits + exponential_table<steps>[static_cast<std::uint32_t>(number) % steps]);
    worst = std::max(worst, std::abs(static_cast<double>(fraction) * static_cast<double>(power) / std::exp2(x) - 1));
  }
  return worst;
}

/// How far the two tables are apart, which are the same powers taken apart in two ways.
template <int steps>
double difference_of_tables() {
  double worst = 0;
  for (int number = -100; number <= 100; ++number) {
    const auto low_bits = static_cast<std::uint32_t>(number) % steps;
    const auto bits = static_cast<std::uint32_t>(number) << exponent_shift<steps>;
    const auto power = std::bit_cast<float>(bits + exponential_table<steps>[low_bits]);
    const float whole = static_cast<float>(number) / steps - Between<steps>::shift;
    const float scaled = std::ldexp(scaled_table<steps>[low_bits], static_cast<int>(std::floor(whole)));
    worst = std::max(worst, std::abs(static_cast<double>(scaled) / static_cast<double>(power) - 1));
  }
  return worst;
}

// What mass_rounding counts on, and with it every kept set.
TEST(Exponential, IsAsExactAsItSays) {
  EXPECT_LT(error_of_exponential<1>(), 2.1e-7);
  EXPECT_LT(error_of_exponential<8>(), 2.8e-7);
  EXPECT_LT(error_of_exponential<32>(), 2.8e-7);
}

TEST(Exponential, IsTheSameByEitherTable) {
  EXPECT_EQ(difference_of_tables<8>(), 0);
  EXPECT_EQ(difference_of_tables<32>(), 0);
}

}  // namespace
}  // namespace tandem::nbce
