// The loops behind the peaks: one table of them per SIMD target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "benchmarks/suite/lookup_table.hpp"

namespace tandem::suite {

/// Memory handed to the bandwidth loops is aligned to this many bytes, and its length is a multiple of it.
inline constexpr std::size_t bandwidth_block = 4096;

/// Every loop keeps the processor at the one thing it is named after. Those that take `steps` work in registers and
/// return how many elements they computed; the bandwidth loops pass once over `bytes` bytes.
struct PeakKernels {
  std::size_t vector_bytes;
  bool fused;  ///< one FMA instruction; else a multiplication and an addition

  double (*fma_float)(std::size_t steps);
  double (*fma_double)(std::size_t steps);
  double (*sqrt_double)(std::size_t steps);
  double (*divide_double)(std::size_t steps);
  double (*dependent_fma)(std::size_t steps);  ///< each waits for the one before; counts instructions, not elements

  /// results[i] = 2^exponents[i] for exponents in [-126, 127], to a relative 2.5e-7. `count` is a multiple of 1024.
  using ExpLoop = void (*)(const float* exponents, float* results, std::size_t count);
  std::vector<ExpLoop> exp_float;  ///< several ways: which one is the fastest depends on the processor

  void (*read)(const std::byte* from, std::size_t bytes);
  void (*write)(std::byte* to, std::size_t bytes);
  void (*write_non_temporal)(std::byte* to, std::size_t bytes);
  void (*copy)(const std::byte* from, std::byte* to, std::size_t bytes);
  void (*copy_non_temporal)(const std::byte* from, std::byte* to, std::size_t bytes);

  /// Look-ups in a LookupTable, none of which waits for another, by gather instructions. Returns their number.
  double (*gathers)(LookupTable& table, std::size_t steps);
};

/// The loops of one of Highway's targets, for instance HWY_AVX2. The portable target (EMU128 or SCALAR) has those of
/// the narrowest real SIMD target where there is one: a compiler may use the same registers for portable code by
/// itself, so that anything slower would be no upper bound. Throws std::invalid_argument for a target that this
/// processor or this build does not have.
PeakKernels peak_kernels(std::int64_t target);

/// Runs additions that wait for one another, one per cycle on every processor of note, and returns their number.
double dependent_additions(std::size_t steps);

}  // namespace tandem::suite
