// Training's definition: the loss of language_model.hpp and its gradient, one hand-written backward function for every
// forward one. A matrix of activations has one row per position.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

#include "reference/language_model/language_model.hpp"
#include "reference/language_model/pieces.hpp"

namespace tandem::language_model {
namespace {

using Numbers = std::vector<double>;

/// y_t = W x_t, with W of size to x from.
Numbers product(const double* w, const Numbers& x, std::size_t to, std::size_t from) {
  Numbers y(x.size() / from * to);
  for (std::size_t t = 0; t < x.size() / from; ++t) definition::multiply(w, to, from, &x[t * from], &y[t * to]);
  return y;
}

/// Adds to the gradients of W and x what the gradient of y gives them.
void product_backward(const double* w, const Numbers& x, const Numbers& y_gradient, std::size_t to, std::size_t from,
                      double* w_gradient, Numbers& x_gradient) {
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

Numbers norm(const double* gain, const Numbers& x, std::size_t dim) {
  Numbers y(x.size());
  for (std::size_t row = 0; row < x.size(); row += dim) definition::normalize(&x[row], gain, dim, &y[row]);
  return y;
}

/// With u = gradient of y times gain: the gradient of x is r u - r^3 x mean(u x).
void norm_backward(const double* gain, const Numbers& x, const Numbers& y_gradient, std::size_t dim,
                   double* gain_gradient, Numbers& x_gradient) {
  for (std::size_t row = 0; row < x.size(); row += dim) {
    const double r = definition::norm_factor(&x[row], dim);
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
void turn(Numbers& x, std::size_t width, std::size_t head_size, double direction) {
  for (std::size_t t = 0; t < x.size() / width; ++t) {
    definition::rotate(&x[t * width], width, head_size, t, direction);
  }
}

/// The weights that the query of one head at position t gives to the positions 0 to t.
Numbers attention_weights(const Shape& shape, const double* query, const Numbers& key, std::size_t key_offset,
                          std::size_t t) {
  Numbers weights(t + 1);
  for (std::size_t s = 0; s <= t; ++s) {
    for (std::size_t i = 0; i < shape.head_size(); ++i) {
      weights[s] += query[i] * key[s * shape.kv_dim() + key_offset + i];
    }
    weights[s] /= std::sqrt(static_cast<double>(shape.head_size()));
  }
  const double largest = *std::ranges::max_element(weights);
  double sum = 0;
  for (double& weight : weights) sum += weight = std::exp(weight - largest);
  for (double& weight : weights) weight /= sum;
  return weights;
}

/// Calls visit(t, place of the head in a row of queries, place of its head in a row of keys).
template <class Visit>
void for_each_head(const Shape& shape, std::size_t length, Visit&& visit) {
  for (std::size_t t = 0; t < length; ++t) {
    for (std::size_t head = 0; head < shape.heads; ++head) {
      const std::size_t kv_head = head / (shape.heads / shape.kv_heads);
      visit(t, t * shape.dim + head * shape.head_size(), kv_head * shape.head_size());
    }
  }
}

Numbers attention(const Shape& shape, const Numbers& query, const Numbers& key, const Numbers& value) {
  Numbers out(query.size());
  for_each_head(shape, query.size() / shape.dim, [&](std::size_t t, std::size_t q, std::size_t kv) {
    const Numbers weights = attention_weights(shape, &query[q], key, kv, t);
    for (std::size_t s = 0; s <= t; ++s) {
      for (std::size_t i = 0; i < shape.head_size(); ++i) out[q + i] += weights[s] * value[s * shape.kv_dim() + kv + i];
    }
  });
  return out;
}

void attention_backward(const Shape& shape, const Numbers& query, const Numbers& key, const Numbers& value,
                        const Numbers& out_gradient, Numbers& query_gradient, Numbers& key_gradient,
                        Numbers& value_gradient) {
  const std::size_t size = shape.head_size();
  for_each_head(shape, query.size() / shape.dim, [&](std::size_t t, std::size_t q, std::size_t kv) {
    const Numbers weights = attention_weights(shape, &query[q], key, kv, t);
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
      const double score_gradient = weights[s] * (weight_gradient[s] - mean) / std::sqrt(static_cast<double>(size));
      for (std::size_t i = 0; i < size; ++i) {
        query_gradient[q + i] += score_gradient * key[row + i];
        key_gradient[row + i] += score_gradient * query[q + i];
      }
    }
  });
}

Numbers swiglu(const Numbers& gate, const Numbers& up) {
  Numbers out(gate.size());
  for (std::size_t i = 0; i < gate.size(); ++i) out[i] = definition::silu(gate[i]) * up[i];
  return out;
}

void add(Numbers& sum, const Numbers& x) {
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += x[i];
}

/// What the backward pass of a layer needs of the forward pass.
struct Layer {
  Numbers input, attention_input, query, key, value, mixed, middle, feed_forward_input, gate, up, product;
};

/// A model's tensors in double, and the two passes through one layer.
struct Network {
  Shape shape;
  Layout layout{shape};
  Numbers parameters;
  Numbers gradient = Numbers(parameters.size());

  const double* at(std::size_t tensor, std::size_t layer, std::size_t size) const {
    return parameters.data() + tensor + layer * size;
  }
  double* gradient_at(std::size_t tensor, std::size_t layer, std::size_t size) {
    return gradient.data() + tensor + layer * size;
  }

  /// h becomes the layer's output.
  Layer forward(std::size_t layer, Numbers& h) const {
    const std::size_t dim = shape.dim, kv = shape.kv_dim(), hidden = shape.hidden_dim;
    Layer a;
    a.input = h;
    a.attention_input = norm(at(layout.attention_norm, layer, dim), h, dim);
    a.query = language_model::product(at(layout.query, layer, dim * dim), a.attention_input, dim, dim);
    a.key = language_model::product(at(layout.key, layer, kv * dim), a.attention_input, kv, dim);
    a.value = language_model::product(at(layout.value, layer, kv * dim), a.attention_input, kv, dim);
    turn(a.query, dim, shape.head_size(), 1);
    turn(a.key, kv, shape.head_size(), 1);
    a.mixed = attention(shape, a.query, a.key, a.value);
    add(h, language_model::product(at(layout.output, layer, dim * dim), a.mixed, dim, dim));
    a.middle = h;
    a.feed_forward_input = norm(at(layout.feed_forward_norm, layer, dim), h, dim);
    a.gate = language_model::product(at(layout.gate, layer, hidden * dim), a.feed_forward_input, hidden, dim);
    a.up = language_model::product(at(layout.up, layer, hidden * dim), a.feed_forward_input, hidden, dim);
    a.product = swiglu(a.gate, a.up);
    add(h, language_model::product(at(layout.down, layer, dim * hidden), a.product, dim, hidden));
    return a;
  }

  /// h_gradient, of the layer's output, becomes that of its input.
  void backward(std::size_t layer, const Layer& a, Numbers& h_gradient) {
    const std::size_t dim = shape.dim, kv = shape.kv_dim(), hidden = shape.hidden_dim;
    const auto through_product = [&](std::size_t tensor, const Numbers& x, const Numbers& y_gradient, std::size_t to,
                                     std::size_t from, Numbers& x_gradient) {
      product_backward(at(tensor, layer, to * from), x, y_gradient, to, from, gradient_at(tensor, layer, to * from),
                       x_gradient);
    };

    Numbers product_gradient(a.product.size());
    through_product(layout.down, a.product, h_gradient, dim, hidden, product_gradient);
    Numbers gate_gradient(a.gate.size());
    Numbers up_gradient(a.up.size());
    for (std::size_t i = 0; i < a.gate.size(); ++i) {
      const double s = definition::sigmoid(a.gate[i]);
      gate_gradient[i] = product_gradient[i] * a.up[i] * (s + a.gate[i] * s * (1 - s));
      up_gradient[i] = product_gradient[i] * a.gate[i] * s;
    }
    Numbers norm_gradient(h_gradient.size());
    through_product(layout.gate, a.feed_forward_input, gate_gradient, hidden, dim, norm_gradient);
    through_product(layout.up, a.feed_forward_input, up_gradient, hidden, dim, norm_gradient);
    norm_backward(at(layout.feed_forward_norm, layer, dim), a.middle, norm_gradient, dim,
                  gradient_at(layout.feed_forward_norm, layer, dim), h_gradient);

    Numbers mixed_gradient(a.mixed.size());
    through_product(layout.output, a.mixed, h_gradient, dim, dim, mixed_gradient);
    Numbers query_gradient(a.query.size());
    Numbers key_gradient(a.key.size());
    Numbers value_gradient(a.value.size());
    attention_backward(shape, a.query, a.key, a.value, mixed_gradient, query_gradient, key_gradient, value_gradient);
    turn(query_gradient, dim, shape.head_size(), -1);
    turn(key_gradient, kv, shape.head_size(), -1);
    std::ranges::fill(norm_gradient, 0.0);
    through_product(layout.query, a.attention_input, query_gradient, dim, dim, norm_gradient);
    through_product(layout.key, a.attention_input, key_gradient, kv, dim, norm_gradient);
    through_product(layout.value, a.attention_input, value_gradient, kv, dim, norm_gradient);
    norm_backward(at(layout.attention_norm, layer, dim), a.input, norm_gradient, dim,
                  gradient_at(layout.attention_norm, layer, dim), h_gradient);
  }
};

/// The mean of -log p(next token); the logits become their gradient.
double cross_entropy(std::span<const Token> targets, std::size_t vocabulary, Numbers& logits) {
  const auto count = static_cast<double>(targets.size());
  double loss = 0;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const std::span row(&logits[t * vocabulary], vocabulary);
    const auto target = static_cast<std::size_t>(targets[t]);
    const double largest = *std::ranges::max_element(row);
    double sum = 0;
    for (const double logit : row) sum += std::exp(logit - largest);
    loss += (largest + std::log(sum) - row[target]) / count;
    for (double& logit : row) logit = std::exp(logit - largest) / sum / count;
    row[target] -= 1 / count;
  }
  return loss;
}

}  // namespace

template <class Real>
double reference_loss(const Model<Real>& model, std::span<const Token> tokens, std::vector<double>& gradient) {
  require_valid(model, tokens);
  if (tokens.size() < 2) throw std::invalid_argument("a loss needs at least two tokens");
  const Shape& shape = model.shape;
  const std::size_t dim = shape.dim;
  Network network{.shape = shape, .parameters = Numbers(model.parameters.begin(), model.parameters.end())};
  const Layout& layout = network.layout;

  const auto inputs = tokens.first(tokens.size() - 1);
  Numbers h;
  for (const Token token : inputs) {
    const double* embedding = network.at(layout.token_embedding, static_cast<std::size_t>(token), dim);
    h.insert(h.end(), embedding, embedding + dim);
  }
  std::vector<Layer> layers;
  for (std::size_t layer = 0; layer < shape.layers; ++layer) layers.push_back(network.forward(layer, h));
  const Numbers last = norm(network.at(layout.final_norm, 0, dim), h, dim);
  Numbers logits = product(network.at(layout.classifier, 0, 0), last, shape.vocabulary, dim);
  const double loss = cross_entropy(tokens.subspan(1), shape.vocabulary, logits);

  Numbers last_gradient(last.size());
  product_backward(network.at(layout.classifier, 0, 0), last, logits, shape.vocabulary, dim,
                   network.gradient_at(layout.classifier, 0, 0), last_gradient);
  Numbers h_gradient(h.size());
  norm_backward(network.at(layout.final_norm, 0, dim), h, last_gradient, dim,
                network.gradient_at(layout.final_norm, 0, dim), h_gradient);
  for (std::size_t layer = shape.layers; layer-- > 0;) network.backward(layer, layers[layer], h_gradient);
  for (std::size_t t = 0; t < inputs.size(); ++t) {
    double* embedding = network.gradient_at(layout.token_embedding, static_cast<std::size_t>(inputs[t]), dim);
    for (std::size_t i = 0; i < dim; ++i) embedding[i] += h_gradient[t * dim + i];
  }
  gradient = std::move(network.gradient);
  return loss;
}

template double reference_loss(const Model<float>&, std::span<const Token>, std::vector<double>&);
template double reference_loss(const Model<double>&, std::span<const Token>, std::vector<double>&);

}  // namespace tandem::language_model
