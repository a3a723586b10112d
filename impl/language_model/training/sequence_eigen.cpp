// The forward and backward pass of one sequence, as matrix products over its positions. The formulas are those of
// reference/language_model/loss.cpp. One rule: impl/skeleton/eigen.cpp.
#include <Eigen/Core>
#include <cmath>

#include "impl/language_model/training/sequence.hpp"
#include "impl/support/levels.hpp"

namespace tandem::language_model {

// One definition per level; TANDEM_LEVEL is the level of the compilation at hand.
template <class Level>
void sequence_passes_at(const Shape& shape, const Layout& layout, const float* parameters, const Token* tokens,
                        std::size_t length, const SequenceWorkspace& workspace, float* gradient);

namespace {

using Index = Eigen::Index;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Row = Eigen::Matrix<float, 1, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<Matrix>;
using ConstMap = Eigen::Map<const Matrix>;
using RowMap = Eigen::Map<Row>;
using ConstRowMap = Eigen::Map<const Row>;
using HeadMap = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;

constexpr float norm_epsilon = 1e-5F;

struct Passes {
  const Layout& layout;
  const float* parameters;
  const SequenceWorkspace& w;
  float* gradient;
  Index length, dim, kv_dim, hidden, layers, heads, group, head_size, vocabulary;

  ConstMap weight(std::size_t tensor, Index layer, Index to, Index from) const {
    return {parameters + tensor + layer * to * from, to, from};
  }
  Map weight_gradient(std::size_t tensor, Index layer, Index to, Index from) const {
    return {gradient + tensor + layer * to * from, to, from};
  }
  Map of_layer(float* tensor, Index layer, Index width) const {
    return {tensor + layer * length * width, length, width};
  }
  /// One head's columns of the rows [begin, begin + count).
  HeadMap head_of(Map matrix, Index head, Index begin, Index count) const {
    return {matrix.data() + begin * matrix.cols() + head * head_size, count, head_size,
            Eigen::OuterStride<>(matrix.cols())};
  }

  void norm(std::size_t gain_tensor, Index layer, const Map& x, Map y) const {
    const ConstRowMap gain(parameters + gain_tensor + layer * dim, dim);
    for (Index t = 0; t < length; ++t) {
      const float r = 1 / std::sqrt(x.row(t).squaredNorm() / static_cast<float>(dim) + norm_epsilon);
      y.row(t) = r * x.row(t).cwiseProduct(gain);
    }
  }

  /// Adds to the gradient of x; y_gradient is used up.
  void norm_backward(std::size_t gain_tensor, Index layer, const Map& x, Map y_gradient, Map x_gradient) const {
    const ConstRowMap gain(parameters + gain_tensor + layer * dim, dim);
    RowMap gain_gradient(gradient + gain_tensor + layer * dim, dim);
    gain_gradient.setZero();
    for (Index t = 0; t < length; ++t) {
      const float r = 1 / std::sqrt(x.row(t).squaredNorm() / static_cast<float>(dim) + norm_epsilon);
      gain_gradient += r * y_gradient.row(t).cwiseProduct(x.row(t));
      y_gradient.row(t) = y_gradient.row(t).cwiseProduct(gain);
      const float mean = y_gradient.row(t).dot(x.row(t)) / static_cast<float>(dim);
      x_gradient.row(t) += r * y_gradient.row(t) - (r * r * r * mean) * x.row(t);
    }
  }

  void turn(Map x, float direction) const {
    const Index pairs = head_size / 2;
    for (Index t = 0; t < length; ++t) {
      const float* cosine = w.cosine + t * pairs;
      const float* sine = w.sine + t * pairs;
      for (float* head = x.data() + t * x.cols(); head < x.data() + (t + 1) * x.cols(); head += head_size) {
        for (Index i = 0; i < pairs; ++i) {
          const float first = head[2 * i];
          const float second = head[2 * i + 1];
          head[2 * i] = first * cosine[i] - second * direction * sine[i];
          head[2 * i + 1] = first * direction * sine[i] + second * cosine[i];
        }
      }
    }
  }

  /// Calls visit(head, key head, first query, queries) for every block of queries; they see the keys before
  /// first + queries.
  template <class Visit>
  void for_each_block(Visit&& visit) const {
    for (Index head = 0; head < heads; ++head) {
      for (Index begin = 0; begin < length; begin += static_cast<Index>(query_block)) {
        visit(head, head / group, begin, Eigen::numext::mini(static_cast<Index>(query_block), length - begin));
      }
    }
  }

  float score_scale() const { return 1 / std::sqrt(static_cast<float>(head_size)); }

  void attention(Index layer) const {
    const Map query = of_layer(w.query, layer, dim), key = of_layer(w.key, layer, kv_dim),
              value = of_layer(w.value, layer, kv_dim), mixed = of_layer(w.mixed, layer, dim);
    for_each_block([&](Index head, Index kv_head, Index begin, Index count) {
      const Index seen = begin + count;
      float* log_sums = w.log_sums + (layer * heads + head) * length;
      Map scores(w.scores, count, seen);
      scores.noalias() = head_of(query, head, begin, count) * head_of(key, kv_head, 0, seen).transpose();
      for (Index i = 0; i < count; ++i) {
        auto row = scores.row(i).head(begin + i + 1).array();
        const float largest = row.maxCoeff() * score_scale();
        row = (row * score_scale() - largest).exp();
        const float sum = row.sum();
        row *= 1 / sum;
        scores.row(i).tail(count - i - 1).setZero();
        log_sums[begin + i] = largest + std::log(sum);
      }
      head_of(mixed, head, begin, count).noalias() = scores * head_of(value, kv_head, 0, seen);
    });
  }

  void attention_backward(Index layer) const {
    const Map query = of_layer(w.query, layer, dim), key = of_layer(w.key, layer, kv_dim),
              value = of_layer(w.value, layer, kv_dim), mixed = of_layer(w.mixed, layer, dim),
              mixed_gradient(w.mixed_gradient, length, dim), query_gradient(w.query_gradient, length, dim);
    Map key_gradient(w.key_gradient, length, kv_dim), value_gradient(w.value_gradient, length, kv_dim);
    key_gradient.setZero();
    value_gradient.setZero();
    for_each_block([&](Index head, Index kv_head, Index begin, Index count) {
      const Index seen = begin + count;
      const float* log_sums = w.log_sums + (layer * heads + head) * length;
      const auto query_rows = head_of(query, head, begin, count);
      const auto mixed_rows = head_of(mixed, head, begin, count);
      const auto gradient_rows = head_of(mixed_gradient, head, begin, count);
      const auto key_rows = head_of(key, kv_head, 0, seen);
      Map scores(w.scores, count, seen);
      Map scores_gradient(w.scores_gradient, count, seen);
      scores.noalias() = query_rows * key_rows.transpose();
      for (Index i = 0; i < count; ++i) {
        auto row = scores.row(i).head(begin + i + 1).array();
        row = (row * score_scale() - log_sums[begin + i]).exp();
        scores.row(i).tail(count - i - 1).setZero();
      }
      head_of(value_gradient, kv_head, 0, seen).noalias() += scores.transpose() * gradient_rows;
      scores_gradient.noalias() = gradient_rows * head_of(value, kv_head, 0, seen).transpose();
      for (Index i = 0; i < count; ++i) {
        const float mean = gradient_rows.row(i).dot(mixed_rows.row(i));
        scores_gradient.row(i).array() =
            scores.row(i).array() * (scores_gradient.row(i).array() - mean) * score_scale();
      }
      head_of(query_gradient, head, begin, count).noalias() = scores_gradient * key_rows;
      head_of(key_gradient, kv_head, 0, seen).noalias() += scores_gradient.transpose() * query_rows;
    });
  }

  void forward(Index layer) const {
    const Map input = of_layer(w.input, layer, dim), a = of_layer(w.attention_input, layer, dim);
    Map query = of_layer(w.query, layer, dim), key = of_layer(w.key, layer, kv_dim),
        value = of_layer(w.value, layer, kv_dim), middle = of_layer(w.middle, layer, dim),
        gate = of_layer(w.gate, layer, hidden), up = of_layer(w.up, layer, hidden),
        product = of_layer(w.product, layer, hidden), output = of_layer(w.input, layer + 1, dim);
    norm(layout.attention_norm, layer, input, a);
    query.noalias() = a * weight(layout.query, layer, dim, dim).transpose();
    key.noalias() = a * weight(layout.key, layer, kv_dim, dim).transpose();
    value.noalias() = a * weight(layout.value, layer, kv_dim, dim).transpose();
    turn(query, 1);
    turn(key, 1);
    attention(layer);
    middle = input;
    middle.noalias() += of_layer(w.mixed, layer, dim) * weight(layout.output, layer, dim, dim).transpose();
    const Map b = of_layer(w.feed_forward_input, layer, dim);
    norm(layout.feed_forward_norm, layer, middle, b);
    gate.noalias() = b * weight(layout.gate, layer, hidden, dim).transpose();
    up.noalias() = b * weight(layout.up, layer, hidden, dim).transpose();
    product.array() = gate.array() * gate.array().logistic() * up.array();
    output = middle;
    output.noalias() += product * weight(layout.down, layer, dim, hidden).transpose();
  }

  void backward(Index layer) const {
    const Map a = of_layer(w.attention_input, layer, dim), b = of_layer(w.feed_forward_input, layer, dim);
    Map h(w.h_gradient, length, dim), norm_gradient(w.norm_gradient, length, dim),
        product_gradient(w.product_gradient, length, hidden), mixed_gradient(w.mixed_gradient, length, dim);
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
    norm_gradient.noalias() = gate * weight(layout.gate, layer, hidden, dim);
    norm_gradient.noalias() += up * weight(layout.up, layer, hidden, dim);
    norm_backward(layout.feed_forward_norm, layer, of_layer(w.middle, layer, dim), norm_gradient, h);

    weight_gradient(layout.output, layer, dim, dim).noalias() = h.transpose() * of_layer(w.mixed, layer, dim);
    mixed_gradient.noalias() = h * weight(layout.output, layer, dim, dim);
    attention_backward(layer);
    Map query(w.query_gradient, length, dim), key(w.key_gradient, length, kv_dim),
        value(w.value_gradient, length, kv_dim);
    turn(query, -1);
    turn(key, -1);
    weight_gradient(layout.query, layer, dim, dim).noalias() = query.transpose() * a;
    weight_gradient(layout.key, layer, kv_dim, dim).noalias() = key.transpose() * a;
    weight_gradient(layout.value, layer, kv_dim, dim).noalias() = value.transpose() * a;
    norm_gradient.noalias() = query * weight(layout.query, layer, dim, dim);
    norm_gradient.noalias() += key * weight(layout.key, layer, kv_dim, dim);
    norm_gradient.noalias() += value * weight(layout.value, layer, kv_dim, dim);
    norm_backward(layout.attention_norm, layer, of_layer(w.input, layer, dim), norm_gradient, h);
  }

  /// Fills the losses; the logits become the gradient of their mean.
  void cross_entropy(const Token* targets) const {
    Map logits(w.logits, length, vocabulary);
    for (Index t = 0; t < length; ++t) {
      auto row = logits.row(t).array();
      const float target = row[targets[t]];
      const float largest = row.maxCoeff();
      row = (row - largest).exp();
      const float sum = row.sum();
      w.losses[t] = largest + std::log(sum) - target;
      row *= 1 / (sum * static_cast<float>(length));
      row[targets[t]] -= 1 / static_cast<float>(length);
    }
  }

  void run(const Token* tokens) const {
    const ConstMap embedding = weight(layout.token_embedding, 0, vocabulary, dim);
    const ConstMap classifier = weight(layout.classifier, 0, vocabulary, dim);
    Map first = of_layer(w.input, 0, dim);
    for (Index t = 0; t < length; ++t) first.row(t) = embedding.row(tokens[t]);
    for (Index layer = 0; layer < layers; ++layer) forward(layer);
    const Map last = of_layer(w.input, layers, dim), output(w.output, length, dim);
    norm(layout.final_norm, 0, last, output);
    Map logits(w.logits, length, vocabulary);
    logits.noalias() = output * classifier.transpose();
    cross_entropy(tokens + 1);
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
                                             const Token* tokens, std::size_t length,
                                             const SequenceWorkspace& workspace, float* gradient) {
  const auto index = [](std::size_t size) { return static_cast<Index>(size); };
  const std::size_t head_size = shape.dim / shape.heads;
  const Passes passes{.layout = layout,
                      .parameters = parameters,
                      .w = workspace,
                      .gradient = gradient,
                      .length = index(length),
                      .dim = index(shape.dim),
                      .kv_dim = index(shape.kv_heads * head_size),
                      .hidden = index(shape.hidden_dim),
                      .layers = index(shape.layers),
                      .heads = index(shape.heads),
                      .group = index(shape.heads / shape.kv_heads),
                      .head_size = index(head_size),
                      .vocabulary = index(shape.vocabulary)};
  passes.run(tokens);
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
void sequence_passes(const Shape& shape, const Layout& layout, const float* parameters, const Token* tokens,
                     std::size_t length, const SequenceWorkspace& workspace, float* gradient) {
  at_chosen_level([&](auto level) {
    sequence_passes_at<decltype(level)>(shape, layout, parameters, tokens, length, workspace, gradient);
  });
}
#endif

}  // namespace tandem::language_model
