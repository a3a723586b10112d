// How far logits are from what they should be.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace tandem::language_model {

/// The largest difference of a logit as a share of the largest logit of its position; NaN where there is one.
template <class Expected>
double logit_error(const Expected* expected, const float* actual, std::size_t vocabulary) {
  double largest = 0;
  double difference = 0;
  for (std::size_t i = 0; i < vocabulary; ++i) {
    const double error = std::abs(static_cast<double>(actual[i]) - static_cast<double>(expected[i]));
    if (std::isnan(error)) return error;
    difference = std::max(difference, error);
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
  }
  return difference / std::max<double>(largest, std::numeric_limits<float>::min());
}

}  // namespace tandem::language_model
