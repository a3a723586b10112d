// Shapes of language models, random weights for them, and random tokens.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include "impl/support/random.hpp"
#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {

/// The model that comes with the project (models/kjv).
inline constexpr Shape shipped_shape{.dim = 128,
                                     .hidden_dim = 352,
                                     .layers = 4,
                                     .heads = 8,
                                     .kv_heads = 4,
                                     .vocabulary = 1024,
                                     .max_length = 256,
                                     .shared_classifier = true};

/// stories260K (github.com/karpathy/llama2.c).
inline constexpr Shape stories_shape{.dim = 64,
                                     .hidden_dim = 172,
                                     .layers = 5,
                                     .heads = 8,
                                     .kv_heads = 4,
                                     .vocabulary = 512,
                                     .max_length = 512,
                                     .shared_classifier = true};

/// Small shapes that are multiples of nothing: heads of 2, 6 and 20 numbers, 1 to 3 of them for one key head.
inline Shape awkward_shape(std::uint64_t seed) {
  constexpr Shape shapes[] = {
      {6, 7, 2, 3, 1, 5, 4, true}, {24, 33, 1, 4, 2, 21, 8, false}, {20, 16, 3, 1, 1, 37, 2000, true}};
  return shapes[seed % std::size(shapes)];
}

/// Every way to differ from llama's attention, none at first; for as many key heads as heads, or fewer.
inline Variation awkward_variation(std::uint64_t seed, bool grouped) {
  using attention::Relative, attention::Scale;
  switch (seed % 8) {
    case 1:
      return {.query_bias = true, .key_bias = true};
    case 2:
      return {.post_norm = true, .query_bias = true, .key_bias = true, .tied_bias = !grouped};
    case 3:
      return {
          .rope = false, .key_bias = true, .value_bias = true, .scaling = {.policy = Scale::logarithmic, .base = 64}};
    case 4:
      return {.post_norm = true, .rope = false, .relative = {.kind = Relative::alibi}, .window = 17};
    case 5:
      return {.decay = 0.97, .query_bias = true};
    case 6:
      return {.scaling = {.policy = Scale::post_hoc, .base = 20}, .relative = {Relative::sandwich, 0.3, 1e4}};
    case 7:
      return {.rope = false, .relative = {Relative::kerple_log, 1, 0.5}, .window = 3};
    default:
      return {};
  }
}

/// Multiplications with addition for one token at position t, all products and the attention.
inline double fma_per_token(const Shape& shape, double position) {
  const auto d = [](std::size_t size) { return static_cast<double>(size); };
  const double dim = d(shape.dim);
  const double layer = 2 * dim * (dim + d(shape.kv_dim())) + 3 * dim * d(shape.hidden_dim) + 2 * dim * (position + 1);
  return d(shape.layers) * layer + dim * d(shape.vocabulary);
}

/// Weights normal / sqrt(columns), norms around 1: every part of the model then counts about the same. Embeddings are
/// small, as trained ones are: there the epsilon of the first norm matters.
inline Model<float> random_model(const Shape& shape, std::uint64_t seed) {
  const Layout layout(shape);
  Model<float> model{shape, std::vector<float>(layout.size)};
  const auto draw = [&](std::size_t begin, std::size_t count, double mean, double deviation) {
    for (std::size_t i = begin; i < begin + count; ++i) {
      model.parameters[i] = static_cast<float>(mean + deviation * random_normal(seed, i));
    }
  };
  draw(0, layout.size, 0, 1 / std::sqrt(static_cast<double>(shape.dim)));
  draw(layout.down, shape.layers * shape.dim * shape.hidden_dim, 0,
       1 / std::sqrt(static_cast<double>(shape.hidden_dim)));
  draw(layout.token_embedding, shape.vocabulary * shape.dim, 0, 0.05);
  draw(layout.attention_norm, shape.layers * shape.dim, 1, 0.1);
  draw(layout.feed_forward_norm, shape.layers * shape.dim, 1, 0.1);
  draw(layout.final_norm, shape.dim, 1, 0.1);
  return model;
}

/// A model whose gradient is asked for: all parameters of one deviation, the gains around 1.
template <class Real>
Model<Real> even_model(const Shape& shape, double deviation, std::uint64_t seed) {
  const Layout layout(shape);
  std::vector<bool> gain(layout.size);
  const auto mark = [&](std::size_t begin, std::size_t count) {
    for (std::size_t i = begin; i < begin + count; ++i) gain[i] = true;
  };
  mark(layout.attention_norm, shape.layers * shape.dim);
  mark(layout.feed_forward_norm, shape.layers * shape.dim);
  mark(layout.final_norm, shape.dim);
  Model<Real> model{.shape = shape, .parameters = std::vector<Real>(layout.size)};
  for (std::size_t i = 0; i < layout.size; ++i) {
    model.parameters[i] = static_cast<Real>((gain[i] ? 1 : 0) + deviation * random_normal(seed, i));
  }
  return model;
}

inline std::vector<Token> random_tokens(std::size_t count, std::size_t vocabulary, std::uint64_t seed,
                                        std::uint64_t item) {
  std::vector<Token> tokens;
  for (std::size_t t = 0; t < count; ++t) {
    tokens.push_back(static_cast<Token>(random_bits(seed, item, t) % vocabulary));
  }
  return tokens;
}

/// `count` sequences of that length.
inline std::vector<std::vector<Token>> random_sequences(std::size_t count, std::size_t length, std::size_t vocabulary,
                                                        std::uint64_t seed) {
  std::vector<std::vector<Token>> sequences;
  for (std::size_t s = 0; s < count; ++s) sequences.push_back(random_tokens(length, vocabulary, seed, s));
  return sequences;
}

}  // namespace tandem::language_model
