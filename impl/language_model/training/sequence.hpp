// One sequence of a training batch: what its passes need, and the passes (sequence_eigen.cpp).
#pragma once

#include <hwy/aligned_allocator.h>

#include <cstddef>

#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {

/// Aligned, because vector sums add in another order where a buffer begins elsewhere.
using AlignedFloats = hwy::AlignedFreeUniquePtr<float[]>;

/// What RoPE multiplies by: length x head_size / 2. Without it 1 and 0; XPOS multiplies both by a power of its decay.
struct RotationTable {
  float* cosine;
  float* sine;
};

/// The numbers of a sequence's passes; every matrix has one row per position. One thread at a time uses it.
struct SequenceWorkspace {
  /// For sequences of at most that length.
  SequenceWorkspace(const Shape& shape, std::size_t length);

  std::size_t length;
  AlignedFloats memory;

  // Of the forward pass, kept for the backward pass: layers x length x ...
  float* input;               ///< dim, of layers + 1: the last is the network's output
  float* attention_input;     ///< dim, normalised
  float* query;               ///< dim, turned
  float* key;                 ///< kv_dim, turned
  float* value;               ///< kv_dim
  float* mixed;               ///< dim: what attention gives
  float* middle;              ///< dim: between attention and feed-forward
  float* feed_forward_input;  ///< dim, normalised
  float* gate;                ///< hidden_dim
  float* up;                  ///< hidden_dim
  float* product;             ///< hidden_dim: silu(gate) up
  float* log_sums;            ///< layers x heads x length: log sum exp of the attention scores
  float* output;              ///< dim, normalised
  float* logits;              ///< vocabulary; then their gradient
  float* losses;              ///< 1
  float* hits;                ///< 1: 1 where no logit is above the target's

  // Of the backward pass: length x ...
  float* h_gradient;        ///< dim
  float* norm_gradient;     ///< dim
  float* mixed_gradient;    ///< dim
  float* query_gradient;    ///< dim
  float* key_gradient;      ///< kv_dim
  float* value_gradient;    ///< kv_dim
  float* product_gradient;  ///< hidden_dim

  // Of the attention of one block of queries
  float* scores;           ///< query_block x length
  float* scores_gradient;  ///< query_block x length

  RotationTable query_rotation;
  RotationTable key_rotation;
  float* score_factors;  ///< length: of the products of position t
  float* score_addends;  ///< heads x length: r(length - 1), ..., r(0)

 private:
  void fill_tables(const Shape& shape);
};

inline constexpr std::size_t query_block = 64;

/// One sequence of a valid batch: `length` tokens, and as many targets, of which negative ones do not count. Fills
/// workspace.losses with -log p of every target that counts, else 0, workspace.hits likewise and, where `gradient` is
/// not null, every number of it with the gradient of the losses' mean.
void sequence_passes(const Shape& shape, const Layout& layout, const float* parameters, const Token* tokens,
                     const Token* targets, std::size_t length, const SequenceWorkspace& workspace, float* gradient);

}  // namespace tandem::language_model
