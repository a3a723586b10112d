// 2^x between the steps of a table: what it takes for 1, 8 and 32 steps to a doubling.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace tandem::nbce {

/// 2^r for |r| <= 1 / (2 steps) is `leading` times a polynomial, minimax in the relative error, which is 7.5e-8, 1.3e-7
/// and 1.3e-7. Of 1 step r^n + c_1 r^(n-1) + ... + c_n; else in s = r + shift, of which s^(n-1) is missing, which saves
/// an addition: e^x centred where its own polynomials have no such term, 1 / log 2 = 1.44, or rather at the nearest
/// multiple of a step, which is taken off together with r's multiple and without rounding. That s is rounded at 1.44
/// and not at 0 costs 4e-8.
template <int steps>
struct Between;

template <>
struct Between<1> {
  static constexpr double leading = 0.0013276472;
  static constexpr float shift = 0;
  static constexpr std::array coefficients = {7.28773528F, 41.8086467F, 180.937524F, 522.086716F, 753.212203F};
  static constexpr double step = 2;
};
template <>
struct Between<8> {
  static constexpr double leading = 0.0533934319;
  static constexpr float shift = 12.0F / 8;
  static constexpr std::array coefficients = {6.23199652F, 6.00590001F};
  static constexpr double step = 1.0905077326652577;  // 2^(1/8)
};
template <>
struct Between<32> {
  static constexpr double leading = 0.241099415;
  static constexpr float shift = 46.0F / 32;
  static constexpr std::array coefficients = {2.08126002F};
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

/// The same as floats, of which an instruction takes the whole doublings of k - shift: leading 2^(k - floor(k -
/// shift)).
template <int steps>
inline constexpr auto scaled_table = [] {
  constexpr int shift = static_cast<int>(Between<steps>::shift * steps);
  std::array<float, steps> table{};
  double power = Between<steps>::leading;
  for (int j = 0; j < shift; ++j) power *= Between<steps>::step;
  for (int j = shift; j < shift + steps; ++j) {
    table[static_cast<std::size_t>(j % steps)] = static_cast<float>(power);
    power *= Between<steps>::step;
  }
  return table;
}();

}  // namespace tandem::nbce
