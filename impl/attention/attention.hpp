// The fast variants of attention. Definition: reference/attention/attention.hpp.
//
// Float arithmetic; with u = 2^-24 and S the largest |q| |k| / sqrt(d) times the scale factor of a row, its weights are
// right to about (sqrt(d) S + 4) u, and so are outputs relative to the largest value, and entropies relative to their
// logarithm's moment. Bad input is refused as by the reference. A variant may be called from several threads at once.
#pragma once

#include "impl/support/execution.hpp"
#include "reference/attention/attention.hpp"

namespace tandem::attention {

/// What a user would write first: the whole matrix of a head's scores in float, row by row. O(n_q n_k) memory.
void matrix(const Problem& problem, Answer& answer, const Execution& execution);

/// The same with Eigen's products.
void eigen(const Problem& problem, Answer& answer, const Execution& execution);

/// Highway: streaming softmax over tiles, never a matrix of scores. Masked tiles are not touched. Memory beyond input
/// and output: O(threads tile), where a tile is of 384 rows and 128 keys. Some problems need more for each position: a
/// rotation d / 8 bytes, or 3 d / 8 for leaky ReRoPE; addends 8; a relative bias 8 for each head, and Sandwich's d / 8
/// + 8 besides.
void simd(const Problem& problem, Answer& answer, const Execution& execution);

}  // namespace tandem::attention
