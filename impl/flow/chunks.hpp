// What flow's kernels cut their samples into, for threads and for the first cache.
#pragma once

#include <cstddef>

namespace tandem::flow {

/// Samples that one task carries all the way from mixture to mixture: their state stays in the first cache.
inline constexpr std::size_t mixture_grain = 256;

/// Samples whose gradient is one sum. It is the same at every number of threads, and so are the sums.
inline constexpr std::size_t chunk_samples = 96;

}  // namespace tandem::flow
