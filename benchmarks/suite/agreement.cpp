#include "benchmarks/suite/agreement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tandem::suite {

double Agreement::excess() const {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (!std::isfinite(error) || std::isnan(tolerance)) return infinity;
  if (error <= 0) return 0;
  return tolerance > 0 ? error / tolerance : infinity;
}

void Agreement::include(const Agreement& other) {
  const bool worse = other.excess() > excess();
  const bool shown_instead = other.excess() == excess() && agrees() && other.tolerance > tolerance;
  if (worse || shown_instead || (agrees() && !other.agrees())) *this = other;
}

std::string text_of(float number) { return fmt::format("{}", number); }
std::string text_of(double number) { return fmt::format("{}", number); }
std::string text_of(WideNumber number) { return fmt::format("{}", number); }
std::string text_of(const std::string& text) { return "'" + text + "'"; }

}  // namespace tandem::suite
