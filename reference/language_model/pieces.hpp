// The pieces of the definition that the forward pass and its derivative share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "reference/language_model/language_model.hpp"

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

/// The first position that position t sees.
inline std::size_t first_seen(const Shape& shape, std::size_t t) {
  const std::size_t window = shape.variation.window;
  return window > 0 && t >= window ? t + 1 - window : 0;
}

/// What a query at t times a key at s is multiplied by.
inline double score_factor(const Shape& shape, std::size_t t, std::size_t s) {
  const Variation& variation = shape.variation;
  return attention::scale_factor(variation.scaling, t + 1 - first_seen(shape, t)) *
         std::pow(variation.decay, static_cast<double>(t - s)) / std::sqrt(static_cast<double>(shape.head_size()));
}

/// What is added to the score of a head at that distance.
inline double score_addend(const Shape& shape, std::size_t head, std::size_t distance) {
  return attention::relative_bias(shape.variation.relative, {.heads = shape.heads, .width = shape.head_size()}, head,
                                  static_cast<double>(distance));
}

/// The weights that the query of a head at position t gives to the positions up to t, 0 where it sees none. keys: those
/// of its key head, in rows of kv_dim.
inline std::vector<double> attention_weights(const Shape& shape, std::size_t head, const double* query,
                                             const double* keys, std::size_t t) {
  std::vector<double> weights(t + 1);
  double largest = -HUGE_VAL;
  for (std::size_t s = first_seen(shape, t); s <= t; ++s) {
    for (std::size_t i = 0; i < shape.head_size(); ++i) weights[s] += query[i] * keys[s * shape.kv_dim() + i];
    weights[s] = weights[s] * score_factor(shape, t, s) + score_addend(shape, head, t - s);
    largest = std::max(largest, weights[s]);
  }
  double sum = 0;
  for (std::size_t s = first_seen(shape, t); s <= t; ++s) sum += weights[s] = std::exp(weights[s] - largest);
  for (double& weight : weights) weight /= sum;
  return weights;
}

inline double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }
inline double silu(double v) { return v * sigmoid(v); }

}  // namespace tandem::language_model::definition
