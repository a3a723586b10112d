// The pieces of the definition that the forward pass and its derivative share.
#pragma once

#include <cmath>
#include <cstddef>

namespace tandem::language_model::definition {

inline constexpr double norm_epsilon = 1e-5;
inline constexpr double rope_base = 10000;

/// 1 / sqrt(mean(x^2) + epsilon).
inline double norm_factor(const double* x, std::size_t size) {
  double squares = 0;
  for (std::size_t i = 0; i < size; ++i) squares += x[i] * x[i];
  return 1 / std::sqrt(squares / static_cast<double>(size) + norm_epsilon);
}

/// RMSNorm(x) gain.
template <class Real>
void normalize(const double* x, const Real* gain, std::size_t size, double* out) {
  const double factor = norm_factor(x, size);
  for (std::size_t i = 0; i < size; ++i) out[i] = x[i] * factor * static_cast<double>(gain[i]);
}

/// matrix x, the matrix rows x columns.
template <class Real>
void multiply(const Real* matrix, std::size_t rows, std::size_t columns, const double* x, double* out) {
  for (std::size_t i = 0; i < rows; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < columns; ++j) sum += static_cast<double>(matrix[i * columns + j]) * x[j];
    out[i] = sum;
  }
}

/// RoPE of `size` numbers, one head after the other. direction = -1 turns back, which is also the derivative's way.
inline void rotate(double* x, std::size_t size, std::size_t head_size, std::size_t position, double direction = 1) {
  for (std::size_t i = 0; i < size; i += 2) {
    const double exponent = -static_cast<double>(i % head_size) / static_cast<double>(head_size);
    const double angle = direction * static_cast<double>(position) * std::pow(rope_base, exponent);
    const double first = x[i];
    const double second = x[i + 1];
    x[i] = first * std::cos(angle) - second * std::sin(angle);
    x[i + 1] = first * std::sin(angle) + second * std::cos(angle);
  }
}

inline double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }
inline double silu(double v) { return v * sigmoid(v); }

}  // namespace tandem::language_model::definition
