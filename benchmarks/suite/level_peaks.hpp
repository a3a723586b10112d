// The peaks of caches and memory, which measure_peaks (peaks.hpp) has measured here.
#pragma once

#include <limits>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/peak_kernels.hpp"
#include "benchmarks/suite/peaks.hpp"
#include "benchmarks/suite/team.hpp"

namespace tandem::suite {

/// A level that is measured: its name, what it holds for `threads` threads and what shall be passed over.
struct PlannedLevel {
  MemoryLevel level;
  double cache = std::numeric_limits<double>::infinity();  ///< bytes that its cache holds, where the level ends with it
  bool after_unknown = false;                              ///< a cache of unknown size lies before it
};

/// The levels of the card for so many threads, fastest first: the same number of them for every thread count. A cache
/// that is much larger than the one before it is measured at several footprints, each four times the one before. A
/// footprint's bandwidth counts for what takes up to the next one: it is an upper bound there, and nearer than that of
/// the smallest footprint, since a virtual machine may see the last level of a whole socket and reach little of it at
/// full speed. A cache of unknown size is left out, since nobody knows what it holds.
std::vector<PlannedLevel> planned_levels(int threads, const MachineCard& card);

/// Fills in peaks.levels.
void measure_levels(Peaks& peaks, const Team& team, const PeakKernels& kernels, const MachineCard& card,
                    const PeakEffort& effort);

}  // namespace tandem::suite
