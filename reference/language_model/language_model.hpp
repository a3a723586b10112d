// A decoder-only language model of the llama shape: tokens in, for each position the logits of the next token out.
//
//   h_t  = E[token_t]                                              E: token embedding
//   per layer: a = RMSNorm(h) g_a;  q, k, v = W_q a, W_k a, W_v a;  q, k turned by RoPE
//              h += W_o attention(q, k, v)                          causal, grouped queries
//              b = RMSNorm(h) g_f;  h += W_2 (silu(W_1 b) o W_3 b)  SwiGLU
//   logits_t = W_cls RMSNorm(h) g                                   W_cls = E where the classifier is shared
//
// RMSNorm(x) = x / sqrt(mean(x^2) + 1e-5). RoPE turns the pair (2i, 2i+1) of every head at position t by the angle
// t 10000^(-2i / head_size). Query head n attends with the keys and values of head n / (heads / kv_heads), scores are
// divided by sqrt(head_size). Sources: Touvron et al., arXiv 2302.13971 (shape); Su et al., arXiv 2104.09864 (RoPE);
// Shazeer, arXiv 2002.05202 (SwiGLU); Ainslie et al., arXiv 2305.13245 (grouped queries). Variation says what else can
// be trained.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "reference/attention/attention.hpp"

namespace tandem::language_model {

using Token = std::int32_t;

/// What attention does otherwise than llama's, for experiments; as it is, nothing. The score of positions t and s is
///   f(n) decay^(t - s) / sqrt(head_size) (R_t (q + a))^T R_s (k + b) + r(t - s),   n: the positions that t sees.
/// Models are trained and read with it; Decoder and files refuse any but llama's.
struct Variation {
  bool post_norm = false;   ///< h = RMSNorm(h + ...) g behind attention and feed-forward, not in front of them
  bool rope = true;         ///< R; else queries and keys are not turned
  double decay = 1;         ///< above 0; below 1 it is XPOS
  bool query_bias = false;  ///< a
  bool key_bias = false;    ///< b
  bool value_bias = false;
  bool tied_bias = false;              ///< b is a: takes both, and as many key heads as heads
  attention::Scaling scaling{};        ///< f
  attention::RelativeBias relative{};  ///< r
  std::size_t window = 0;              ///< positions that one sees, its own the last; 0: all before it

  bool operator==(const Variation& other) const { return fields() == other.fields(); }

  /// All of it as numbers, which float and double keep exactly or as they were given.
  std::array<double, 14> fields() const {
    const auto number = [](auto value) { return static_cast<double>(value); };
    return {number(post_norm),  number(rope),           decay,
            number(query_bias), number(key_bias),       number(value_bias),
            number(tied_bias),  number(scaling.policy), scaling.base,
            scaling.slope,      number(relative.kind),  relative.first,
            relative.second,    number(window)};
  }
};

struct Shape {
  std::size_t dim = 0;         ///< width of h
  std::size_t hidden_dim = 0;  ///< width of the feed-forward layer
  std::size_t layers = 0;
  std::size_t heads = 0;     ///< of the queries; divides dim into an even head_size
  std::size_t kv_heads = 0;  ///< of keys and values; divides heads
  std::size_t vocabulary = 0;
  std::size_t max_length = 0;  ///< positions that the model was trained for
  bool shared_classifier = true;
  Variation variation{};

  std::size_t head_size() const { return dim / heads; }
  std::size_t kv_dim() const { return kv_heads * head_size(); }
  bool operator==(const Shape&) const = default;
};

/// Where each tensor begins among the parameters, in the order of a llama2.c checkpoint (version 0, without its RoPE
/// tables); the biases, where there are any, are last. Tensors are row-major, [to][from]; those of the layers lie one
/// after the other.
struct Layout {
  explicit Layout(const Shape& shape);

  std::size_t token_embedding;    ///< vocabulary x dim
  std::size_t attention_norm;     ///< layers x dim
  std::size_t query;              ///< layers x dim x dim
  std::size_t key;                ///< layers x kv_dim x dim
  std::size_t value;              ///< layers x kv_dim x dim
  std::size_t output;             ///< layers x dim x dim
  std::size_t feed_forward_norm;  ///< layers x dim
  std::size_t gate;               ///< layers x hidden_dim x dim, W_1
  std::size_t down;               ///< layers x dim x hidden_dim, W_2
  std::size_t up;                 ///< layers x hidden_dim x dim, W_3
  std::size_t final_norm;         ///< dim
  std::size_t classifier;         ///< vocabulary x dim; where it is shared, that of token_embedding
  std::size_t query_bias;         ///< layers x dim
  std::size_t key_bias;           ///< layers x kv_dim; where it is tied, that of query_bias
  std::size_t value_bias;         ///< layers x kv_dim
  std::size_t size;               ///< parameters in all
};

template <class Real = float>
struct Model {
  Shape shape;
  std::vector<Real> parameters;  ///< Layout(shape).size numbers
};

/// The definition: the logits of all positions of one sequence, whole sequence at once, plain loops in double.
/// logits: tokens.size() x vocabulary, sized by the caller. O(T P + T^2 dim layers) for P parameters.
/// Throws std::invalid_argument where `require_valid` does, or if the logits have another length.
template <class Real>
void reference(const Model<Real>& model, std::span<const Token> tokens, std::vector<double>& logits);

/// The mean over all positions but the last of -log p(next token), and its gradient with respect to every parameter:
/// the definition of training, by hand-written back-propagation in double. gradient: as many numbers as parameters.
/// targets: what is to be predicted at all positions but the last instead of the next token, where it is given; the
/// mean leaves out negative ones. At least two tokens. Throws std::invalid_argument where `require_valid` does.
template <class Real>
double reference_loss(const Model<Real>& model, std::span<const Token> tokens, std::vector<double>& gradient,
                      std::span<const Token> targets = {});

/// Throws std::invalid_argument with a sentence for a shape that is not possible, parameters that do not fit it, or a
/// token outside the vocabulary. Sequences may be longer than max_length: the model then extrapolates.
template <class Real>
void require_valid(const Model<Real>& model, std::span<const Token> tokens);

/// The shape's part of it, for whoever has no parameters yet.
void require_valid(const Shape& shape);

/// As many targets as stated, none of them outside the vocabulary but negative ones.
void require_targets(std::span<const Token> targets, std::size_t count, std::size_t vocabulary);

/// Throws std::invalid_argument where there is a variation, of which `who` knows none.
void require_llama(const Shape& shape, const char* who);

}  // namespace tandem::language_model
