// Random batches for training.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "impl/language_model/training/training.hpp"
#include "impl/support/random.hpp"
#include "problems/language_model/models.hpp"

namespace tandem::language_model {

/// Weights of about the size that training gives them.
inline TrainingBatch random_batch(const Shape& shape, std::size_t sequences, std::size_t length, std::uint64_t seed) {
  const double deviation = 1 / std::sqrt(static_cast<double>(shape.dim));
  TrainingBatch batch{.model = even_model<float>(shape, deviation, seed),
                      .sequences = sequences,
                      .length = length,
                      .tokens = std::vector<Token>(sequences * (length + 1))};
  for (std::size_t i = 0; i < batch.tokens.size(); ++i) {
    batch.tokens[i] = static_cast<Token>(random_bits(seed, i, 9) % shape.vocabulary);
  }
  return batch;
}

/// Small models of every form: grouped queries or not, one classifier or two, every variation, widths around those of
/// the registers, lengths around the block of queries, no sequence at all; targets that are not what follows. Never
/// narrower than 8: RMSNorm divides by the size of a vector, and that of very few random numbers may be so near 0 that
/// no tolerance holds behind it.
inline TrainingBatch awkward_batch(std::size_t count, std::uint64_t seed) {
  const std::size_t kv_heads = 1 + seed % 2;
  const std::size_t heads = kv_heads * (1 + count % 3);
  const Shape shape{.dim = heads * (8 + 2 * (count % 4)),
                    .hidden_dim = 1 + count % 37,
                    .layers = 1 + count % 2,
                    .heads = heads,
                    .kv_heads = kv_heads,
                    .vocabulary = 2 + count % 50,
                    .max_length = 64,
                    .shared_classifier = (count + seed) % 2 == 0,
                    .variation = awkward_variation(count + seed, heads != kv_heads)};
  const std::size_t length = 1 + count % 131;
  TrainingBatch batch = random_batch(shape, std::min<std::size_t>(count, 1 + seed), length, seed);
  if (count % 3 == 0) return batch;
  for (std::size_t i = 0; i < batch.sequences * length; ++i) {
    const std::uint64_t bits = random_bits(seed, i, 10);
    batch.targets.push_back(bits % 4 == 0 ? -1 : static_cast<Token>((bits >> 8) % shape.vocabulary));
  }
  return batch;
}

}  // namespace tandem::language_model
