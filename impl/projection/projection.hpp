// The fast variants of random projections. Definition: reference/projection/projection.hpp.
// Bad input is refused as by the reference. A variant may be called from several threads at once.
#pragma once

#include "impl/support/execution.hpp"
#include "reference/projection/projection.hpp"

namespace tandem::projection {

/// What a user of Eigen would write first: the whole matrix, whatever its kind, times the vectors.
void eigen(const Problem& problem, Answer& answer, const Execution& execution);

/// Highway, vectors in the lanes: products for Gaussian numbers, additions alone for sparse signs, and the fast
/// transform, O(n d log d), for Hadamard's matrix.
void simd(const Problem& problem, Answer& answer, const Execution& execution);

}  // namespace tandem::projection
