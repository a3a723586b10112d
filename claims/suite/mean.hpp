// Means of what varies from case to case.
#pragma once

#include <cmath>
#include <vector>

namespace tandem::claims {

/// Mean of at least two figures, with its standard error.
struct Mean {
  double value = 0;
  double error = 0;

  explicit Mean(const std::vector<double>& figures) {
    const auto count = static_cast<double>(figures.size());
    for (const double figure : figures) value += figure / count;
    double squares = 0;
    for (const double figure : figures) squares += (figure - value) * (figure - value);
    error = std::sqrt(squares / (count - 1) / count);
  }
  /// Three standard errors away: chance alone does that once in 700 times.
  bool above(double threshold) const { return value - 3 * error > threshold; }
};

}  // namespace tandem::claims
