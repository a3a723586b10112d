// Training's definition: the loss of language_model.hpp and its gradient. A matrix of activations has one row per
// position.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "reference/language_model/backward.hpp"
#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {
namespace {

using definition::Numbers;

/// What the backward pass of a layer needs of the forward pass.
struct Layer {
  Numbers input, attention_input, query, key, value, mixed, middle, feed_forward_input, gate, up, product, output;
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

  Numbers norm_of(std::size_t tensor, std::size_t layer, const Numbers& x) const {
    return definition::norm(at(tensor, layer, shape.dim), x, shape.dim);
  }
  Numbers product_of(std::size_t tensor, std::size_t layer, std::size_t to, std::size_t from, const Numbers& x) const {
    return definition::product(at(tensor, layer, to * from), x, to, from);
  }
  void norm_backward(std::size_t tensor, std::size_t layer, const Numbers& x, const Numbers& y_gradient,
                     Numbers& x_gradient) {
    definition::norm_backward(at(tensor, layer, shape.dim), x, y_gradient, shape.dim,
                              gradient_at(tensor, layer, shape.dim), x_gradient);
  }
  void product_backward(std::size_t tensor, std::size_t layer, std::size_t to, std::size_t from, const Numbers& x,
                        const Numbers& y_gradient, Numbers& x_gradient) {
    definition::product_backward(at(tensor, layer, to * from), x, y_gradient, to, from,
                                 gradient_at(tensor, layer, to * from), x_gradient);
  }

  /// h becomes the layer's output.
  Layer forward(std::size_t layer, Numbers& h) const {
    const std::size_t dim = shape.dim, kv = shape.kv_dim(), hidden = shape.hidden_dim;
    const Variation& variation = shape.variation;
    Layer a;
    a.input = h;
    a.attention_input = variation.post_norm ? h : norm_of(layout.attention_norm, layer, h);
    a.query = product_of(layout.query, layer, dim, dim, a.attention_input);
    a.key = product_of(layout.key, layer, kv, dim, a.attention_input);
    a.value = product_of(layout.value, layer, kv, dim, a.attention_input);
    if (variation.query_bias) definition::add_bias(at(layout.query_bias, layer, dim), dim, a.query);
    if (variation.key_bias) definition::add_bias(at(layout.key_bias, layer, kv), kv, a.key);
    if (variation.value_bias) definition::add_bias(at(layout.value_bias, layer, kv), kv, a.value);
    if (variation.rope) {
      definition::turn(a.query, dim, shape.head_size(), 1);
      definition::turn(a.key, kv, shape.head_size(), 1);
    }
    a.mixed = definition::attention(shape, a.query, a.key, a.value);
    definition::add(h, product_of(layout.output, layer, dim, dim, a.mixed));
    a.middle = h;
    if (variation.post_norm) h = norm_of(layout.attention_norm, layer, h);
    a.feed_forward_input = variation.post_norm ? h : norm_of(layout.feed_forward_norm, layer, h);
    a.gate = product_of(layout.gate, layer, hidden, dim, a.feed_forward_input);
    a.up = product_of(layout.up, layer, hidden, dim, a.feed_forward_input);
    a.product = definition::swiglu(a.gate, a.up);
    definition::add(h, product_of(layout.down, layer, dim, hidden, a.product));
    a.output = h;
    if (variation.post_norm) h = norm_of(layout.feed_forward_norm, layer, h);
    return a;
  }

  /// h_gradient, of the layer's output, becomes that of its input.
  void backward(std::size_t layer, const Layer& a, Numbers& h_gradient) {
    const std::size_t dim = shape.dim, kv = shape.kv_dim(), hidden = shape.hidden_dim;
    const Variation& variation = shape.variation;
    const auto through_norm_after = [&](std::size_t tensor, const Numbers& x) {
      Numbers x_gradient(x.size());
      norm_backward(tensor, layer, x, h_gradient, x_gradient);
      h_gradient = std::move(x_gradient);
    };
    const auto through_norm_before = [&](std::size_t tensor, const Numbers& x, const Numbers& y_gradient) {
      if (variation.post_norm) {
        definition::add(h_gradient, y_gradient);
      } else {
        norm_backward(tensor, layer, x, y_gradient, h_gradient);
      }
    };

    if (variation.post_norm) through_norm_after(layout.feed_forward_norm, a.output);
    Numbers product_gradient(a.product.size());
    product_backward(layout.down, layer, dim, hidden, a.product, h_gradient, product_gradient);
    Numbers gate_gradient(a.gate.size());
    Numbers up_gradient(a.up.size());
    for (std::size_t i = 0; i < a.gate.size(); ++i) {
      const double s = definition::sigmoid(a.gate[i]);
      gate_gradient[i] = product_gradient[i] * a.up[i] * (s + a.gate[i] * s * (1 - s));
      up_gradient[i] = product_gradient[i] * a.gate[i] * s;
    }
    Numbers read_gradient(h_gradient.size());
    product_backward(layout.gate, layer, hidden, dim, a.feed_forward_input, gate_gradient, read_gradient);
    product_backward(layout.up, layer, hidden, dim, a.feed_forward_input, up_gradient, read_gradient);
    through_norm_before(layout.feed_forward_norm, a.middle, read_gradient);

    if (variation.post_norm) through_norm_after(layout.attention_norm, a.middle);
    Numbers mixed_gradient(a.mixed.size());
    product_backward(layout.output, layer, dim, dim, a.mixed, h_gradient, mixed_gradient);
    Numbers query_gradient(a.query.size());
    Numbers key_gradient(a.key.size());
    Numbers value_gradient(a.value.size());
    definition::attention_backward(shape, a.query, a.key, a.value, mixed_gradient, query_gradient, key_gradient,
                                   value_gradient);
    if (variation.rope) {
      definition::turn(query_gradient, dim, shape.head_size(), -1);
      definition::turn(key_gradient, kv, shape.head_size(), -1);
    }
    const auto add_bias_gradient = [&](bool there, std::size_t tensor, std::size_t size, const Numbers& x_gradient) {
      if (there) definition::add_bias_backward(x_gradient, size, gradient_at(tensor, layer, size));
    };
    add_bias_gradient(variation.query_bias, layout.query_bias, dim, query_gradient);
    add_bias_gradient(variation.key_bias, layout.key_bias, kv, key_gradient);
    add_bias_gradient(variation.value_bias, layout.value_bias, kv, value_gradient);
    std::ranges::fill(read_gradient, 0.0);
    product_backward(layout.query, layer, dim, dim, a.attention_input, query_gradient, read_gradient);
    product_backward(layout.key, layer, kv, dim, a.attention_input, key_gradient, read_gradient);
    product_backward(layout.value, layer, kv, dim, a.attention_input, value_gradient, read_gradient);
    through_norm_before(layout.attention_norm, a.input, read_gradient);
  }
};

/// The mean of -log p(target) over the targets that count; the logits become its gradient.
double cross_entropy(std::span<const Token> targets, std::size_t vocabulary, Numbers& logits) {
  const auto counted = std::ranges::count_if(targets, [](Token target) { return target >= 0; });
  const auto count = static_cast<double>(std::max<std::ptrdiff_t>(1, counted));
  double loss = 0;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const std::span row(&logits[t * vocabulary], vocabulary);
    if (targets[t] < 0) {
      std::ranges::fill(row, 0.0);
      continue;
    }
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
double reference_loss(const Model<Real>& model, std::span<const Token> tokens, std::vector<double>& gradient,
                      std::span<const Token> targets) {
  require_valid(model, tokens);
  if (tokens.size() < 2) throw std::invalid_argument("a loss needs at least two tokens");
  if (targets.empty()) targets = tokens.subspan(1);
  require_targets(targets, tokens.size() - 1, model.shape.vocabulary);
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
  const Numbers last = network.norm_of(layout.final_norm, 0, h);
  Numbers logits = network.product_of(layout.classifier, 0, shape.vocabulary, dim, last);
  const double loss = cross_entropy(targets, shape.vocabulary, logits);

  Numbers last_gradient(last.size());
  network.product_backward(layout.classifier, 0, shape.vocabulary, dim, last, logits, last_gradient);
  Numbers h_gradient(h.size());
  network.norm_backward(layout.final_norm, 0, h, last_gradient, h_gradient);
  for (std::size_t layer = shape.layers; layer-- > 0;) network.backward(layer, layers[layer], h_gradient);
  for (std::size_t t = 0; t < inputs.size(); ++t) {
    double* embedding = network.gradient_at(layout.token_embedding, static_cast<std::size_t>(inputs[t]), dim);
    for (std::size_t i = 0; i < dim; ++i) embedding[i] += h_gradient[t * dim + i];
  }
  gradient = std::move(network.gradient);
  return loss;
}

template double reference_loss(const Model<float>&, std::span<const Token>, std::vector<double>&,
                               std::span<const Token>);
template double reference_loss(const Model<double>&, std::span<const Token>, std::vector<double>&,
                               std::span<const Token>);

}  // namespace tandem::language_model
