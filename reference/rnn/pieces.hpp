// What the definitions of the recurrent networks share. Not part of their interface.
#pragma once

#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace tandem::rnn {

inline double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }

/// Throws std::invalid_argument, "weights has 3 numbers, not 4", unless the two lengths are the same.
inline void require_length(const char* what, std::size_t actual, std::size_t expected) {
  if (actual == expected) return;
  throw std::invalid_argument(std::string(what) + " has " + std::to_string(actual) + " numbers, not " +
                              std::to_string(expected));
}

}  // namespace tandem::rnn
