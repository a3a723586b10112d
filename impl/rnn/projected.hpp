// Recurrent layers with their input projection. Definition: reference/rnn/projected.hpp.
//
// The projections of all steps are one matrix product (Eigen); the recurrence is that of impl/rnn/rnn.hpp.
#pragma once

#include "impl/support/execution.hpp"
#include "reference/rnn/projected.hpp"

namespace tandem::rnn::projected {

template <class Cell>
void sequential_simd(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution);
template <class Cell>
void warm_start_simd(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution);

}  // namespace tandem::rnn::projected
