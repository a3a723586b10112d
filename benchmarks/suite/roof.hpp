// The roof: the least time that some work can take on this machine.
#pragma once

#include <string_view>

#include "benchmarks/suite/peaks.hpp"
#include "benchmarks/suite/registry.hpp"

namespace tandem::suite {

/// The least time of some work, and what of it takes that long: "arithmetic", "divider", "bytes", "look-ups" or
/// "chain". Nothing where nothing is declared.
struct LeastTime {
  double seconds = 0;
  std::string_view binds;
  double surely = 0;  ///< the same if pages happen to lie so well that a cache keeps all that it holds
};

/// The least time of this work on `threads` threads: the longest of
///  - arithmetic: operations / peak of FMA and exponentials together, which share the multipliers,
///  - divider: the same of square roots and divisions, whose unit works beside the multipliers,
///  - bytes, at the smallest level that holds the footprint (of a cache much larger than the one before it, as measured
///    at a footprint that is no larger): bytes read / read bandwidth + bytes written / write bandwidth, or, where loads
///    and stores overlap, less: as many bytes read as written at the bandwidth of a copy and the rest alone. At the
///    memory level non-temporal writes and copies count where they are faster. Where a cache of unknown size may hold
///    the footprint, the bandwidths are the higher ones of the level before it; if there is none the time is 0. A cache
///    behind the first that data in pages of the arena fill to more than three quarters keeps a part of them, and the
///    others come from the level behind it,
///  - look-ups: their number / what the first cache gives, one by one or gathered; 0 where its size is not known, and
///  - chain: FMAs and look-ups of the chain times their latencies, the look-ups' again in the first cache, divided by
///    the chains that threads can share.
/// A peak of `threads` threads is one thread's at one, all threads' from all on, and between the two
/// min(threads * one, all).
/// Throws std::invalid_argument for fewer than one thread, work without a level, or peaks of different targets.
LeastTime least_time(const Work& work, const Peaks& one_thread, const Peaks& all_threads, int threads,
                     const MachineCard& card);

}  // namespace tandem::suite
