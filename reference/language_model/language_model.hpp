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
// Shazeer, arXiv 2002.05202 (SwiGLU); Ainslie et al., arXiv 2305.13245 (grouped queries).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tandem::language_model {

using Token = std::int32_t;

struct Shape {
  std::size_t dim = 0;         ///< width of h
  std::size_t hidden_dim = 0;  ///< width of the feed-forward layer
  std::size_t layers = 0;
  std::size_t heads = 0;     ///< of the queries; divides dim into an even head_size
  std::size_t kv_heads = 0;  ///< of keys and values; divides heads
  std::size_t vocabulary = 0;
  std::size_t max_length = 0;  ///< positions that the model was trained for
  bool shared_classifier = true;

  std::size_t head_size() const { return dim / heads; }
  std::size_t kv_dim() const { return kv_heads * head_size(); }
  bool operator==(const Shape&) const = default;
};

/// Where each tensor begins among the parameters, in the order of a llama2.c checkpoint (version 0, without its RoPE
/// tables). Tensors are row-major, [to][from]; those of the layers lie one after the other.
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
/// At least two tokens. Throws std::invalid_argument where `require_valid` does.
template <class Real>
double reference_loss(const Model<Real>& model, std::span<const Token> tokens, std::vector<double>& gradient);

/// Throws std::invalid_argument with a sentence for a shape that is not possible, parameters that do not fit it, or a
/// token outside the vocabulary. Sequences may be longer than max_length: the model then extrapolates.
template <class Real>
void require_valid(const Model<Real>& model, std::span<const Token> tokens);

/// The shape's part of it, for whoever has no parameters yet.
void require_valid(const Shape& shape);

}  // namespace tandem::language_model
