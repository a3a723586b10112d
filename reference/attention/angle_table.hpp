// The numbers that RoPE turns by: cosine and sine of position times base^(-2i / width).
// Source: arXiv 2104.09864; what single precision does to them: issues of many libraries, such as transformers#29285.
#pragma once

#include <cstddef>
#include <vector>

namespace tandem::attention {

/// Positions first, first + 1, ..., of `count`.
struct AngleProblem {
  double base = 10000;
  std::size_t width = 64;  ///< even
  double first = 0;
  std::size_t count = 0;
};

/// count x width / 2 numbers each.
struct AngleAnswer {
  std::vector<float> cosines;
  std::vector<float> sines;
};

/// The definition: angles, cosines and sines in double, rounded once. O(count width).
/// Throws std::invalid_argument where `require_valid` does.
void reference(const AngleProblem& problem, AngleAnswer& answer);

/// Throws std::invalid_argument with one sentence.
void require_valid(const AngleProblem& problem, const AngleAnswer& answer);

}  // namespace tandem::attention
