// One hand-written backward function for every forward one. A matrix of activations has one row per position.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "reference/language_model/language_model.hpp"
#include "reference/language_model/pieces.hpp"

namespace tandem::language_model::definition {

using Numbers = std::vector<double>;

/// y_t = W x_t, with W of size to x from.
inline Numbers product(const double* w, const Numbers& x, std::size_t to, std::size_t from) {
  Numbers y(x.size() / from * to);
  for (std::size_t t = 0; t < x.size() / from; ++t) multiply(w, to, from, &x[t * from], &y[t * to]);
  return y;
}

/// Adds to the gradients of W and x what the gradient of y gives them.
inline void product_backward(const double* w, const Numbers& x, const Numbers& y_gradient, std::size_t to,
                             std::size_t from, double* w_gradient, Numbers& x_gradient) {
  for (std::size_t t = 0; t < x.size() / from; ++t) {
    for (std::size_t i = 0; i < to; ++i) {
      const double g = y_gradient[t * to + i];
      for (std::size_t j = 0; j < from; ++j) {
        w_gradient[i * from + j] += g * x[t * from + j];
        x_gradient[t * from + j] += g * w[i * from + j];
      }
    }
  }
}

inline Numbers norm(const double* gain, const Numbers& x, std::size_t dim) {
  Numbers y(x.size());
  for (std::size_t row = 0; row < x.size(); row += dim) normalize(&x[row], gain, dim, &y[row]);
  return y;
}

/// With u = gradient of y times gain: the gradient of x is r u - r^3 x mean(u x).
inline void norm_backward(const double* gain, const Numbers& x, const Numbers& y_gradient, std::size_t dim,
                          double* gain_gradient, Numbers& x_gradient) {
  for (std::size_t row = 0; row < x.size(); row += dim) {
    const double r = norm_factor(&x[row], dim);
    double mean = 0;
    for (std::size_t i = 0; i < dim; ++i) mean += gain[i] * y_gradient[row + i] * x[row + i];
    mean /= static_cast<double>(dim);
    for (std::size_t i = 0; i < dim; ++i) {
      gain_gradient[i] += y_gradient[row + i] * r * x[row + i];
      x_gradient[row + i] += r * gain[i] * y_gradient[row + i] - r * r * r * x[row + i] * mean;
    }
  }
}

/// RoPE of every row, forwards (+1) or, for a gradient, back (-1): the transpose of a rotation is its inverse.
inline void turn(Numbers& x, std::size_t width, std::size_t head_size, double direction) {
  for (std::size_t t = 0; t < x.size() / width; ++t) {
    rotate(&x[t * width], width, head_size, t, direction);
  }
}

/// Calls visit(t, head, place of the head among all queries, place of its head in a row of keys).
template <class Visit>
void for_each_head(const Shape& shape, std::size_t length, Visit&& visit) {
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t head = 0; head < shape.heads; ++head) {
      const std::size_t kv_head = head / (shape.heads / shape.kv_heads);
      visit(t, head, t * shape.dim + head * shape.head_size(), kv_head * shape.head_size());
    }
  }
}

inline Numbers attention(const Shape& shape, const Numbers& query, const Numbers& key, const Numbers& value) {
  Numbers out(query.size());
  for_each_head(shape, query.size() / shape.dim, [&](std::size_t t, std::size_t head, std::size_t q, std::size_t kv) {
    const Numbers weights = attention_weights(shape, head, &query[q], &key[kv], t);
    for (std::size_t s = 0; s <= t; ++s) {
      for (std::size_t i = 0; i < shape.head_size(); ++i) out[q + i] += weights[s] * value[s * shape.kv_dim() + kv + i];
    }
  });
  return out;
}

inline void attention_backward(const Shape& shape, const Numbers& query, const Numbers& key, const Numbers& value,
                               const Numbers& out_gradient, Numbers& query_gradient, Numbers& key_gradient,
                               Numbers& value_gradient) {
  const std::size_t size = shape.head_size();
  for_each_head(shape, query.size() / shape.dim, [&](std::size_t t, std::size_t head, std::size_t q, std::size_t kv) {
    const Numbers weights = attention_weights(shape, head, &query[q], &key[kv], t);
    Numbers weight_gradient(t + 1);
    double mean = 0;  // of the weights' gradients, under the weights
    for (std::size_t s = 0; s <= t; ++s) {
      const std::size_t row = s * shape.kv_dim() + kv;
      for (std::size_t i = 0; i < size; ++i) {
        weight_gradient[s] += out_gradient[q + i] * value[row + i];
        value_gradient[row + i] += weights[s] * out_gradient[q + i];
      }
      mean += weights[s] * weight_gradient[s];
    }
    for (std::size_t s = 0; s <= t; ++s) {
      const std::size_t row = s * shape.kv_dim() + kv;
      const double score_gradient = weights[s] * (weight_gradient[s] - mean) * score_factor(shape, t, s);
      for (std::size_t i = 0; i < size; ++i) {
        query_gradient[q + i] += score_gradient * key[row + i];
        key_gradient[row + i] += score_gradient * query[q + i];
      }
    }
  });
}

/// Adds the bias to every row.
inline void add_bias(const double* bias, std::size_t size, Numbers& x) {
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += bias[i % size];
}

inline void add_bias_backward(const Numbers& x_gradient, std::size_t size, double* bias_gradient) {
  for (std::size_t i = 0; i < x_gradient.size(); ++i) bias_gradient[i % size] += x_gradient[i];
}

inline Numbers swiglu(const Numbers& gate, const Numbers& up) {
  Numbers out(gate.size());
  for (std::size_t i = 0; i < gate.size(); ++i) out[i] = silu(gate[i]) * up[i];
  return out;
}

inline void add(Numbers& sum, const Numbers& x) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
}

}  // namespace tandem::language_model::definition
