// The fast variants of one NBCE step, and what decoding with it needs. Definition: reference/nbce.hpp.
//
// The chosen context and the kept tokens of the rows that go into `merged` are those of the definition: where float
// does not tell, the row is looked at again in double, and where the rounding of doubles decides, by the definition's
// own code. Rows that are not merged are read once and written nowhere.
//
// Logits are float or Bfloat16. Bad input is refused as by the reference.
#pragma once

#include <cstdint>

#include "impl/support/execution.hpp"
#include "reference/nbce.hpp"

namespace tandem::nbce {

/// What a user of Eigen would write first: a log-softmax of every row, a sort of every row.
void eigen(const Problem<float>& problem, Answer<float>& answer, const Execution& execution);

/// Highway: one pass per row; selection in place of sorting.
template <class Logit>
void simd(const Problem<Logit>& problem, Answer<float>& answer, const Execution& execution);

/// The same, rows and then blocks of tokens on execution.threads threads. The answer is the same to the bit.
template <class Logit>
void simd_omp(const Problem<Logit>& problem, Answer<float>& answer, const Execution& execution);
template <class Logit>
void simd_tbb(const Problem<Logit>& problem, Answer<float>& answer, const Execution& execution);

/// The uniform number in [0, 1) that draws the token of a step of a request: a function of its arguments alone.
double uniform_for(std::uint64_t seed, std::uint64_t request, std::uint64_t step);

}  // namespace tandem::nbce
