#include "reports/page/axis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace tandem::reports {
namespace {

/// The round distance of ticks: 1, 2 or 5 times a power of ten.
double round_step(double span, int count) {
  const double rough = span / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * 0.999) return factor * power;
  }
  return 10 * power;
}

/// "10⁻⁷" for -7.
std::string power_of_ten(int exponent) {
  static constexpr std::array<const char*, 10> digits = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text = exponent < 0 ? "10⁻" : "10";
  for (const char digit : std::to_string(std::abs(exponent))) text += digits[static_cast<std::size_t>(digit - '0')];
  return text;
}

}  // namespace

// Beyond this a power of ten next to a value, or the span of two, is no double.
constexpr double farthest = 1e300;

bool Axis::has_place(double value) const {
  return std::abs(value) <= farthest && (!logarithmic_ || value >= 1 / farthest);
}

void Axis::include(double value) {
  if (!has_place(value)) return;
  low_ = empty_ ? value : std::min(low_, value);
  high_ = empty_ ? value : std::max(high_, value);
  empty_ = false;
}

void Axis::round() {
  if (empty_) {
    low_ = 1;
    high_ = 10;
  }
  if (logarithmic_) {
    low_ = std::pow(10, std::floor(std::log10(low_) + 1e-9));
    high_ = std::pow(10, std::ceil(std::log10(high_) - 1e-9));
    if (high_ <= low_) high_ = low_ * 10;
    return;
  }
  if (!(high_ > low_)) {
    const double margin = low_ == 0 ? 1 : std::abs(low_) / 2;
    low_ -= margin;
    high_ += margin;
  }
  const double step = round_step(high_ - low_, 5);
  if (!(step > 0) || !std::isfinite(step)) return;
  low_ = std::floor(low_ / step + 1e-9) * step;
  high_ = std::ceil(high_ / step - 1e-9) * step;
}

double Axis::place(double value) const {
  const auto scaled = [this](double number) { return logarithmic_ ? std::log10(number) : number; };
  const double span = scaled(high_) - scaled(low_);
  if (!(span > 0) || !std::isfinite(span)) return 0.5;
  return std::clamp((scaled(value) - scaled(low_)) / span, 0.0, 1.0);
}

std::vector<std::pair<double, std::string>> Axis::ticks(int count) const {
  std::vector<std::pair<double, std::string>> result;
  if (logarithmic_) {
    const double decades = std::log10(high_) - std::log10(low_);
    const double step = std::max(1.0, std::ceil(decades / count));
    for (double at = 0; at <= decades + 1e-6; at += step) {
      const double value = low_ * std::pow(10, at);
      result.emplace_back(place(value), text(value));
    }
    return result;
  }
  const double step = round_step(high_ - low_, count);
  if (!(step > 0) || !std::isfinite(step) || (high_ - low_) / step > 50) return result;
  for (double value = std::ceil(low_ / step - 1e-9) * step; value <= high_ + step * 1e-6; value += step) {
    result.emplace_back(place(value), text(std::abs(value) < step * 1e-6 ? 0 : value));
  }
  return result;
}

std::string Axis::text(double value) const {
  if (!seconds_ || value <= 0) return tick_text(value);
  for (const auto& [unit, scale] : {std::pair{"s", 1.0}, {"ms", 1e3}, {"µs", 1e6}, {"ns", 1e9}, {"ps", 1e12}}) {
    if (value * scale >= 0.999) return fmt::format("{:.3g} {}", value * scale, unit);
  }
  return tick_text(value);
}

std::string tick_text(double value) {
  const double size = std::abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-3)) {
    const double exponent = std::log10(value);
    if (std::abs(exponent - std::round(exponent)) < 1e-6) return power_of_ten(static_cast<int>(std::round(exponent)));
    return fmt::format("{:.0e}", value);
  }
  for (const auto& [unit, scale] : {std::pair{" T", 1e12}, {" G", 1e9}, {" M", 1e6}, {" k", 1e3}}) {
    if (size >= scale) return fmt::format("{:.4g}{}", value / scale, unit);
  }
  return fmt::format("{:.4g}", value);
}

}  // namespace tandem::reports
