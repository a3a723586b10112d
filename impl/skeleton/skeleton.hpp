// The fast variants of the skeleton method. Definition: reference/skeleton/skeleton.hpp.
//
// This is the header that users of the library include, so it names no package but the standard library. A new variant
// is its source file in this folder or below it, its declaration here, and its line in the table of
// benchmarks/skeleton/skeleton.cpp.
//
// A variant's name says what differs: algorithm, then `eigen` or `simd` (`newton_simd`).
// Every function here refuses bad input as the reference does (std::invalid_argument), allocates nothing, and may be
// called from several threads at once.
#pragma once

#include <cstddef>

#include "impl/support/execution.hpp"
#include "reference/skeleton/skeleton.hpp"

namespace tandem::skeleton {

/// What a user of Eigen would write first.
void eigen(const Problem& problem, Answer& answer, const Execution& execution);

/// Highway, as many numbers at a time as a register holds, in chunks for the execution's scheduler and threads.
void simd(const Problem& problem, Answer& answer, const Execution& execution);

/// Numbers per chunk: enough to pay for its scheduling, few enough that the threads end together.
inline constexpr std::size_t grain = std::size_t{1} << 14;

}  // namespace tandem::skeleton
