// Steps 4 to 6 for a block of tokens.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "impl/nbce/row/row.hpp"

namespace tandem::nbce {

/// Tokens per task: what is pooled stays in the first cache.
inline constexpr std::size_t merge_block_size = 2048;

/// What is merged: the rows to pool (of minimum entropy: the chosen one alone) and row 0.
template <class Logit>
struct Merge {
  std::vector<RowView<Logit>> pool;
  RowView<Logit> unconditional;
  bool average = false;
  float floor = 0;
  float beta = 0;
};

/// Steps 4 and 5 for the tokens [begin, end), at most a block, of `merged`, which is -inf; returns the largest.
template <class Logit>
float merge_tokens(const Merge<Logit>& merge, std::size_t begin, std::size_t end, float* merged);

/// A weight of e to this or less is as good as none beside the largest, 1: a vocabulary of them is less than 1e-29.
inline constexpr float least_exponent = -80;

/// The sum of e^((merged - largest) inverse_temperature), of what is above least_exponent at least.
double weigh_tokens(std::span<const float> merged, float largest, float inverse_temperature);

}  // namespace tandem::nbce
