// The forward and backward pass of one sequence, as matrix products over its positions. The formulas are those of
// reference/language_model/loss.cpp. One rule: impl/skeleton/eigen.cpp.
#include <Eigen/Core>
#include <cmath>

#include "impl/language_model/training/parts_eigen.hpp"
#include "impl/language_model/training/sequence.hpp"
#include "impl/support/levels.hpp"

namespace tandem::language_model {

// One definition per level; TANDEM_LEVEL is the level of the compilation at hand.
template <class Level>
void sequence_passes_at(const Shape& shape, const Layout& layout, const float* parameters, const Token* tokens,
                        const Token* targets, std::size_t length, const SequenceWorkspace& workspace, float* gradient);

namespace {

struct Passes : Parts {
  const Variation& variation;
  const bool post_norm;

  /// What attention and feed-forward read: h behind a norm or, where the norms stand behind the sums, h itself. Then
  /// the norm's place keeps the sum.
  Map attention_reads(Index layer) const { return of_layer(post_norm ? w.input : w.attention_input, layer, dim); }
  Map feed_forward_reads(Index layer) const {
    return of_layer(post_norm ? w.middle : w.feed_forward_input, layer, dim);
  }

  void forward(Index layer) const {
    const Map input = of_layer(w.input, layer, dim), a = attention_reads(layer), b = feed_forward_reads(layer);
    Map query = of_layer(w.query, layer, dim), key = of_layer(w.key, layer, kv_dim),
        value = of_layer(w.value, layer, kv_dim), middle = of_layer(w.middle, layer, dim),
        gate = of_layer(w.gate, layer, hidden), up = of_layer(w.up, layer, hidden),
        product = of_layer(w.product, layer, hidden), output = of_layer(w.input, layer + 1, dim);
    Map attention_sum = post_norm ? of_layer(w.attention_input, layer, dim) : middle;
    Map feed_forward_sum = post_norm ? of_layer(w.feed_forward_input, layer, dim) : output;
    if (!post_norm) norm(layout.attention_norm, layer, input, a);
    query.noalias() = a * weight(layout.query, layer, dim, dim).transpose();
    key.noalias() = a * weight(layout.key, layer, kv_dim, dim).transpose();
    value.noalias() = a * weight(layout.value, layer, kv_dim, dim).transpose();
    if (variation.query_bias) query.rowwise() += weight(layout.query_bias, layer, 1, dim).row(0);
    if (variation.key_bias) key.rowwise() += weight(layout.key_bias, layer, 1, kv_dim).row(0);
    if (variation.value_bias) value.rowwise() += weight(layout.value_bias, layer, 1, kv_dim).row(0);
    turn(query, w.query_rotation, 1);
    turn(key, w.key_rotation, 1);
    attention(layer);
    attention_sum = input;
    attention_sum.noalias() += of_layer(w.mixed, layer, dim) * weight(layout.output, layer, dim, dim).transpose();
    if (post_norm) norm(layout.attention_norm, layer, attention_sum, middle);
    if (!post_norm) norm(layout.feed_forward_norm, layer, middle, b);
    gate.noalias() = b * weight(layout.gate, layer, hidden, dim).transpose();
    up.noalias() = b * weight(layout.up, layer, hidden, dim).transpose();
    product.array() = gate.array() * gate.array().logistic() * up.array();
    feed_forward_sum = middle;
    feed_forward_sum.noalias() += product * weight(layout.down, layer, dim, hidden).transpose();
    if (post_norm) norm(layout.feed_forward_norm, layer, feed_forward_sum, output);
  }

  /// The gradient of h through a norm behind the sum x.
  void through_norm_after(std::size_t gain, Index layer, const Map& x, Map h, Map norm_gradient) const {
    norm_gradient = h;
    h.setZero();
    norm_backward(gain, layer, x, norm_gradient, h);
  }

  void feed_forward_backward(Index layer, Map h, Map read_gradient) const {
    const Map b = feed_forward_reads(layer);
    Map product_gradient(w.product_gradient, length, hidden);
    Map gate = of_layer(w.gate, layer, hidden), up = of_layer(w.up, layer, hidden);
    Map product = of_layer(w.product, layer, hidden);
    weight_gradient(layout.down, layer, dim, hidden).noalias() = h.transpose() * product;
    product_gradient.noalias() = h * weight(layout.down, layer, dim, hidden);
    product = gate.array().logistic();  // nobody needs the product any more; gate and up become their gradients
    for (Index i = 0; i < product.size(); ++i) {
      const float g = gate.data()[i], sigmoid = product.data()[i], d = product_gradient.data()[i];
      gate.data()[i] = d * up.data()[i] * sigmoid * (1 + g * (1 - sigmoid));
      up.data()[i] = d * g * sigmoid;
    }
    weight_gradient(layout.gate, layer, hidden, dim).noalias() = gate.transpose() * b;
    weight_gradient(layout.up, layer, hidden, dim).noalias() = up.transpose() * b;
    read_gradient.noalias() = gate * weight(layout.gate, layer, hidden, dim);
    read_gradient.noalias() += up * weight(layout.up, layer, hidden, dim);
  }

  void biases_backward(Index layer, const Map& query, const Map& key, const Map& value) const {
    if (variation.query_bias) weight_gradient(layout.query_bias, layer, 1, dim) = query.colwise().sum();
    Map key_gradient = weight_gradient(layout.key_bias, layer, 1, variation.key_bias ? kv_dim : 0);
    if (variation.tied_bias) {
      key_gradient += key.colwise().sum();
    } else if (variation.key_bias) {
      key_gradient = key.colwise().sum();
    }
    if (variation.value_bias) weight_gradient(layout.value_bias, layer, 1, kv_dim) = value.colwise().sum();
  }

  void attention_layer_backward(Index layer, Map h, Map read_gradient) const {
    const Map a = attention_reads(layer);
    Map mixed_gradient(w.mixed_gradient, length, dim);
    weight_gradient(layout.output, layer, dim, dim).noalias() = h.transpose() * of_layer(w.mixed, layer, dim);
    mixed_gradient.noalias() = h * weight(layout.output, layer, dim, dim);
    attention_backward(layer);
    Map query(w.query_gradient, length, dim), key(w.key_gradient, length, kv_dim),
        value(w.value_gradient, length, kv_dim);
    turn(query, w.query_rotation, -1);
    turn(key, w.key_rotation, -1);
    biases_backward(layer, query, key, value);
    weight_gradient(layout.query, layer, dim, dim).noalias() = query.transpose() * a;
    weight_gradient(layout.key, layer, kv_dim, dim).noalias() = key.transpose() * a;
    weight_gradient(layout.value, layer, kv_dim, dim).noalias() = value.transpose() * a;
    read_gradient.noalias() = query * weight(layout.query, layer, dim, dim);
    read_gradient.noalias() += key * weight(layout.key, layer, kv_dim, dim);
    read_gradient.noalias() += value * weight(layout.value, layer, kv_dim, dim);
  }

  void backward(Index layer) const {
    Map h(w.h_gradient, length, dim), norm_gradient(w.norm_gradient, length, dim);
    const auto through_norm_before = [&](std::size_t gain, const Map& x) {
      if (post_norm) {
        h += norm_gradient;
      } else {
        norm_backward(gain, layer, x, norm_gradient, h);
      }
    };
    const Map attention_sum = of_layer(w.attention_input, layer, dim);
    const Map feed_forward_sum = of_layer(w.feed_forward_input, layer, dim);
    if (post_norm) through_norm_after(layout.feed_forward_norm, layer, feed_forward_sum, h, norm_gradient);
    feed_forward_backward(layer, h, norm_gradient);
    through_norm_before(layout.feed_forward_norm, of_layer(w.middle, layer, dim));
    if (post_norm) through_norm_after(layout.attention_norm, layer, attention_sum, h, norm_gradient);
    attention_layer_backward(layer, h, norm_gradient);
    through_norm_before(layout.attention_norm, of_layer(w.input, layer, dim));
  }

  /// Fills the losses and hits; the logits become the gradient of the losses' mean.
  void cross_entropy(const Token* targets) const {
    Map logits(w.logits, length, vocabulary);
    Index counted = 0;
    for (Index t = 0; t < length; ++t) counted += targets[t] >= 0 ? 1 : 0;
    for (Index t = 0; t < length; ++t) {
      auto row = logits.row(t).array();
      w.losses[t] = 0;
      w.hits[t] = 0;
      if (targets[t] < 0) {
        row = 0;
        continue;
      }
      const float target = row[targets[t]];
      const float largest = row.maxCoeff();
      row = (row - largest).exp();
      const float sum = row.sum();
      w.losses[t] = largest + std::log(sum) - target;
      w.hits[t] = target == largest ? 1 : 0;
      row *= 1 / (sum * static_cast<float>(counted));
      row[targets[t]] -= 1 / static_cast<float>(counted);
    }
  }

  void run(const Token* tokens, const Token* targets) const {
    const ConstMap embedding = weight(layout.token_embedding, 0, vocabulary, dim);
    const ConstMap classifier = weight(layout.classifier, 0, vocabulary, dim);
    Map first = of_layer(w.input, 0, dim);
    for (Index t = 0; t < length; ++t) first.row(t) = embedding.row(tokens[t]);
    for (Index layer = 0; layer < layers; ++layer) forward(layer);
    const Map last = of_layer(w.input, layers, dim), output(w.output, length, dim);
    norm(layout.final_norm, 0, last, output);
    Map logits(w.logits, length, vocabulary);
    logits.noalias() = output * classifier.transpose();
    cross_entropy(targets);
    if (gradient == nullptr) return;

    Map h(w.h_gradient, length, dim), norm_gradient(w.norm_gradient, length, dim);
    weight_gradient(layout.classifier, 0, vocabulary, dim).noalias() = logits.transpose() * output;
    norm_gradient.noalias() = logits * classifier;
    h.setZero();
    norm_backward(layout.final_norm, 0, last, norm_gradient, h);
    for (Index layer = layers; layer-- > 0;) backward(layer);
    Map embedding_gradient = weight_gradient(layout.token_embedding, 0, vocabulary, dim);
    if (layout.classifier != layout.token_embedding) embedding_gradient.setZero();
    for (Index t = 0; t < length; ++t) embedding_gradient.row(tokens[t]) += h.row(t);
  }
};

}  // namespace

template <>
void sequence_passes_at<level::TANDEM_LEVEL>(const Shape& shape, const Layout& layout, const float* parameters,
                                             const Token* tokens, const Token* targets, std::size_t length,
                                             const SequenceWorkspace& workspace, float* gradient) {
  const auto index = [](std::size_t size) { return static_cast<Index>(size); };
  const std::size_t head_size = shape.dim / shape.heads;
  const Passes passes{{.layout = layout,
                       .parameters = parameters,
                       .w = workspace,
                       .gradient = gradient,
                       .added = shape.variation.relative.kind != attention::Relative::none,
                       .stride = index(workspace.length),
                       .window = index(shape.variation.window),
                       .length = index(length),
                       .dim = index(shape.dim),
                       .kv_dim = index(shape.kv_heads * head_size),
                       .hidden = index(shape.hidden_dim),
                       .layers = index(shape.layers),
                       .heads = index(shape.heads),
                       .group = index(shape.heads / shape.kv_heads),
                       .head_size = index(head_size),
                       .vocabulary = index(shape.vocabulary)},
                      shape.variation,
                      shape.variation.post_norm};
  passes.run(tokens, targets);
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
void sequence_passes(const Shape& shape, const Layout& layout, const float* parameters, const Token* tokens,
                     const Token* targets, std::size_t length, const SequenceWorkspace& workspace, float* gradient) {
  at_chosen_level([&](auto level) {
    sequence_passes_at<decltype(level)>(shape, layout, parameters, tokens, targets, length, workspace, gradient);
  });
}
#endif

}  // namespace tandem::language_model
