// What the machine can do at best: arithmetic per second from registers, how soon one operation can follow another that
// waits for it, and of each cache level bytes and look-ups per second.
//
// A peak is the best of several tries of half a millisecond or so, because neighbours only ever take away. All threads
// of a try start together, each on its own data; the try ends with the last of them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/machine.hpp"

namespace tandem::suite {

/// Bytes per second of one level, of all threads together. A copy counts what it reads and what it writes. The
/// non-temporal ones, which bypass the caches, are measured for memory alone and are 0 elsewhere. A look-up reads four
/// bytes of a line that nobody foresees.
struct MemoryLevel {
  std::string name;      ///< "L1", "L2", ..., "memory"; of a large cache also "L3 from 16 MiB" (a thread)
  double capacity = 0;   ///< most bytes, within reach of the threads, that these figures count for; infinite for memory
  double footprint = 0;  ///< bytes that were passed over, of all threads together
  double read = 0;
  double write = 0;
  double copy = 0;
  double write_non_temporal = 0;
  double copy_non_temporal = 0;
  double lookups = 0;         ///< per second, that do not wait for one another, one by one
  double gathered = 0;        ///< the same by gather instructions
  double lookup_latency = 0;  ///< seconds until a look-up can begin that waits for another
};

/// Peaks of one SIMD target at one thread count; rates are elements per second of all threads together.
struct Peaks {
  std::string target;
  int threads = 1;
  int cores = 1;  ///< cores that share the work: the threads, but no more than there are
  double vector_bytes = 0;
  bool fused = true;             ///< the target has an FMA instruction
  double clock = 0;              ///< cycles per second of a core as observed right after FMA work
  double fma_vectors_alone = 0;  ///< FMA vectors (float) per cycle of one thread alone, measured between the tries
  double fma_float = 0;          ///< one multiplication with addition is one operation
  double fma_double = 0;
  double sqrt_double = 0;
  double divide_double = 0;
  double exp_float = 0;             ///< powers of two to about two units in the last place, overflow left aside
  double fma_latency = 0;           ///< seconds until an FMA (float) can begin that waits for another
  std::vector<MemoryLevel> levels;  ///< of the caches of known size, fastest first, and memory

  /// FMA vectors that a core finished per cycle, from single (element_bytes 4) or double (8) precision.
  double fma_vectors_per_cycle(int element_bytes) const;
};

/// How much time the peaks may take.
struct PeakEffort {
  int tries = 12;
  int more_tries = 40;  ///< of arithmetic, until a whole number of FMA vectors per cycle is seen
  double try_seconds = 0.5e-3;

  static PeakEffort quick() { return {.tries = 8, .more_tries = 40, .try_seconds = 0.3e-3}; }
};

/// Measures the peaks of one of the card's targets. The portable target has those of the narrowest real SIMD target
/// (see peak_kernels.hpp). Half a second to a second with the default effort.
/// Throws std::invalid_argument for a target that is not on the card or fewer than one thread.
Peaks measure_peaks(std::int64_t target, int threads, const MachineCard& card, const PeakEffort& effort = {});

/// The better of two measurements of the same target and thread count, figure by figure: neighbours only ever take
/// away.
Peaks better_of(const Peaks& one, const Peaks& other);

/// A sentence that says why fractions of these peaks are not to be trusted, or nothing. Processors finish a whole
/// number of FMA vectors per cycle (without FMA instructions also one and a half: multipliers and adders may differ in
/// number), and as many on each of several cores as on one. More than 10 % off either means that a neighbour or a
/// changing clock was measured.
std::optional<std::string> suspect(const Peaks& peaks);

/// Every field by its name; an infinite capacity is null.
void to_json(nlohmann::json& json, const MemoryLevel& level);
void to_json(nlohmann::json& json, const Peaks& peaks);

}  // namespace tandem::suite
