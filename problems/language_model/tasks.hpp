// Tasks whose answer is known at every length: two that look for one token among many, and one that averages over all.
#pragma once

#include <cstddef>
#include <cstdint>

#include "impl/language_model/training/training.hpp"

namespace tandem::language_model {

enum class Task {
  retrieval,  ///< among other tokens stand 8 pairs of key and value; asked for is the value of a key
  maximum,    ///< one number is larger than all others, and asked for
  average,    ///< tokens are drawn from a distribution of their sequence; asked for is the next
};

inline constexpr std::size_t task_vocabulary = 96;

/// Positions at the end of a sequence whose targets are asked for; before them only `average` has any.
inline constexpr std::size_t asked_positions = 8;

/// Makes batch.sequences sequences of that length, from 16 on, and their targets; each is a function of task, seed, its
/// number, from first_sequence on, and the length. Returns the nats that the asked tokens of `average` cost whoever
/// knows the distributions, else 0.
double fill(Task task, std::uint64_t seed, std::size_t first_sequence, std::size_t length, TrainingBatch& batch);

}  // namespace tandem::language_model
