// The roof: the least time that some work can take on this machine.
#pragma once

#include "benchmarks/suite/peaks.hpp"
#include "benchmarks/suite/registry.hpp"

namespace tandem::suite {

/// The least seconds for this work on `threads` threads: the largest of
///  - the time of the multipliers, operations / peak of FMA and exponentials together, which share their ports,
///  - the time of the divider, the same of square roots and divisions, since the two units work side by side, and
///  - the memory time at the smallest level that holds the footprint: bytes read / read bandwidth + bytes written /
///  write
///    bandwidth, or, where loads and stores overlap, less: as many bytes read as written at the bandwidth of a copy and
///    the rest alone. At the memory level non-temporal writes and copies count where they are faster. Where a cache of
///    unknown size may hold the footprint, the bandwidths are the higher ones of the level before it; if there is none
///    the memory time is 0.
/// A peak of `threads` threads is one thread's at one, all threads' from all on, and between the two
/// min(threads * one, all). 0 for work that declares nothing.
/// Throws std::invalid_argument for fewer than one thread, bytes without a level, or peaks of different targets.
double roof_seconds(const Work& work, const Peaks& one_thread, const Peaks& all_threads, int threads,
                    const MachineCard& card);

}  // namespace tandem::suite
