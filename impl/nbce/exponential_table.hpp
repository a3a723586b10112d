// 2^x between the steps of a table: what it takes for 1, 8 and 32 steps to a doubling.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace tandem::nbce {

/// 2^r for |r| <= 1 / (2 steps) is `leading` times the polynomial r^n + c_1 r^(n-1) + ... + c_n: minimax in the
/// relative error, which is 7.5e-8, 1.9e-8 and 5.3e-8.
template <int steps>
struct Between;

template <>
struct Between<1> {
  static constexpr double leading = 0.0013276472;
  static constexpr std::array coefficients = {7.28773528F, 41.8086467F, 180.937524F, 522.086716F, 753.212203F};
  static constexpr double step = 2;
};
template <>
struct Between<8> {
  static constexpr double leading = 0.0554989005;
  static constexpr std::array coefficients = {4.32916816F, 12.4893863F, 18.0183747F};
  static constexpr double step = 1.0905077326652577;  // 2^(1/8)
};
template <>
struct Between<32> {
  static constexpr double leading = 0.240224746;
  static constexpr std::array coefficients = {2.88545354F, 4.16276848F};
  static constexpr double step = 1.0218971486541166;  // 2^(1/32)
};

/// Where the bits of a number of steps must be shifted for the whole doublings to meet the exponent of a float.
template <int steps>
inline constexpr int exponent_shift = 24 - std::bit_width(static_cast<unsigned>(steps));

/// For every step of a doubling the bits of leading 2^(j / steps), less what the shift brings there.
template <int steps>
inline constexpr auto exponential_table = [] {
  std::array<std::uint32_t, steps> table{};
  double power = Between<steps>::leading;
  for (std::uint32_t j = 0; j < steps; ++j) {
    table[j] = std::bit_cast<std::uint32_t>(static_cast<float>(power)) - (j << exponent_shift<steps>);
    power *= Between<steps>::step;
  }
  return table;
}();

}  // namespace tandem::nbce
