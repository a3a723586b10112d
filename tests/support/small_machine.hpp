// A machine made up for arithmetic by hand.
#pragma once

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/peaks.hpp"

namespace tandem::suite {

/// Four cores with 1 KB of L1 each and 10 KB of shared L2.
inline MachineCard small_card() {
  MachineCard card;
  card.cores = card.logical_cores = 4;
  card.caches = {{.level = 1, .bytes = 1000, .shared_by = 1, .instances = 4},
                 {.level = 2, .bytes = 10000, .shared_by = 4, .instances = 1}};
  card.memory_bytes = 1e6;
  return card;
}

/// Two FMA vectors of 32 bytes per cycle at 1 GHz; what is shared grows by `scale`, memory not at all.
inline Peaks small_peaks(int threads, double scale) {
  Peaks peaks;
  peaks.target = "AVX2";
  peaks.threads = peaks.cores = threads;
  peaks.vector_bytes = 32;
  peaks.clock = 1e9;
  peaks.fma_vectors_alone = 2;
  peaks.fma_float = 16e9 * threads;
  peaks.fma_double = 8e9 * threads;
  peaks.sqrt_double = 1e9 * scale;
  peaks.divide_double = 2e9 * scale;
  peaks.exp_float = 4e9 * scale;
  peaks.fma_latency = 4e-9;
  peaks.levels = {
      {.name = "L1",
       .read = 100e9 * scale,
       .write = 50e9 * scale,
       .copy = 50e9 * scale,
       .lookups = 2e9 * scale,
       .gathered = 1e9 * scale,
       .lookup_latency = 5e-9},
      {.name = "L2", .read = 40e9 * scale, .write = 20e9 * scale, .copy = 20e9 * scale},
      {.name = "memory", .read = 10e9, .write = 4e9, .copy = 5e9, .write_non_temporal = 8e9, .copy_non_temporal = 6e9}};
  return peaks;
}

}  // namespace tandem::suite
