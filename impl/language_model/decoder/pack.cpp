#include <algorithm>
#include <cmath>
#include <limits>

#include "impl/language_model/decoder/weights.hpp"
#include "impl/language_model/language_model.hpp"
#include "reference/language_model/pieces.hpp"

namespace tandem::language_model {
namespace {

/// Puts a matrix of `rows` into the packed one, from its row `first` on.
void pack(const float* matrix, std::size_t rows, std::size_t first, PackedMatrix& packed) {
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t row = first + i;
    float* panel = packed.panels.data() + row / panel_rows * packed.columns * panel_rows + row % panel_rows;
    for (std::size_t j = 0; j < packed.columns; ++j) panel[j * panel_rows] = matrix[i * packed.columns + j];
  }
}

PackedMatrix empty_matrix(std::size_t rows, std::size_t columns) {
  return {rows, columns, Floats(padded(rows) * columns)};
}

PackedMatrix packed(const float* matrix, std::size_t rows, std::size_t columns) {
  PackedMatrix result = empty_matrix(rows, columns);
  pack(matrix, rows, 0, result);
  return result;
}

}  // namespace

void append_turn(std::size_t head_size, std::size_t position, Floats& turns) {
  const std::size_t begin = turns.size();
  turns.resize(begin + 2 * head_size);
  for (std::size_t i = 0; i < head_size; i += 2) {
    const double exponent = -static_cast<double>(i) / static_cast<double>(head_size);
    const double angle = static_cast<double>(position) * std::pow(definition::rope_base, exponent);
    const auto sine = static_cast<float>(std::sin(angle));
    turns[begin + i] = turns[begin + i + 1] = static_cast<float>(std::cos(angle));
    turns[begin + head_size + i] = -sine;
    turns[begin + head_size + i + 1] = sine;
  }
}

PackedModel::PackedModel(const Model<float>& model) {
  require_valid(model, {});
  require_llama(model.shape, "the decoder");
  const Shape& shape = model.shape;
  const Layout layout(shape);
  const std::size_t dim = shape.dim;
  const std::size_t kv_dim = shape.kv_dim();
  const std::size_t hidden_dim = shape.hidden_dim;
  const float* p = model.parameters.data();
  const auto copy = [p](std::size_t begin, std::size_t count) { return Floats(p + begin, p + begin + count); };

  auto weights = std::make_shared<Weights>();
  weights->shape = shape;
  weights->token_embedding = copy(layout.token_embedding, shape.vocabulary * dim);
  for (std::size_t l = 0; l < shape.layers; ++l) {
    PackedMatrix query_key_value = empty_matrix(dim + 2 * kv_dim, dim);
    pack(p + layout.query + l * dim * dim, dim, 0, query_key_value);
    pack(p + layout.key + l * kv_dim * dim, kv_dim, dim, query_key_value);
    pack(p + layout.value + l * kv_dim * dim, kv_dim, dim + kv_dim, query_key_value);
    weights->layers.push_back({
        .query_key_value = std::move(query_key_value),
        .output = packed(p + layout.output + l * dim * dim, dim, dim),
        .gate = packed(p + layout.gate + l * hidden_dim * dim, hidden_dim, dim),
        .up = packed(p + layout.up + l * hidden_dim * dim, hidden_dim, dim),
        .down = packed(p + layout.down + l * dim * hidden_dim, dim, hidden_dim),
        .attention_norm = copy(layout.attention_norm + l * dim, dim),
        .feed_forward_norm = copy(layout.feed_forward_norm + l * dim, dim),
    });
  }
  weights->final_norm = copy(layout.final_norm, dim);
  weights->classifier = packed(p + layout.classifier, shape.vocabulary, dim);
  // A header may claim any length; the rest is made when a sequence gets there.
  for (std::size_t t = 0; t < std::min<std::size_t>(shape.max_length, 4096); ++t) {
    append_turn(shape.head_size(), t, weights->turns);
  }
  weights_ = std::move(weights);
}

const Shape& PackedModel::shape() const { return weights_->shape; }

double logit_tolerance(const Shape& shape) {
  // A sum of K terms of random sign, rounded K times with errors of random sign, is off by about sqrt(K / 2) u of its
  // typical size; 5 sqrt(K) u is seven standard deviations. A layer puts two products after each other on either
  // branch, each normalised, and the softmax turns an error of a score, which is a product too, into a relative error
  // of the weights that is up to |score| <= 16 times as large. The errors of all layers add up.
  const auto longest = static_cast<double>(std::max(shape.dim, shape.hidden_dim));
  const double per_product = 5 * std::sqrt(longest) * std::numeric_limits<float>::epsilon() / 2;
  return (static_cast<double>(shape.layers) * (4 + 16) + 2) * per_product;
}

}  // namespace tandem::language_model
