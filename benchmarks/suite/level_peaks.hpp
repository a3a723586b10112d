// The peaks of caches and memory, which measure_peaks (peaks.hpp) has measured here.
#pragma once

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/peak_kernels.hpp"
#include "benchmarks/suite/peaks.hpp"
#include "benchmarks/suite/team.hpp"

namespace tandem::suite {

/// Fills in peaks.levels.
void measure_levels(Peaks& peaks, const Team& team, const PeakKernels& kernels, const MachineCard& card,
                    const PeakEffort& effort);

}  // namespace tandem::suite
