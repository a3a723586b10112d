// The body of every registered Google Benchmark: the timed runs of one row, with the last check around them.
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <optional>

#include "benchmarks/suite/registry.hpp"

namespace tandem::suite {

/// What the body of a registered benchmark works on, and what it leaves behind.
struct TimedVariant {
  Case* problem = nullptr;
  std::size_t variant = 0;
  int threads = 1;
  bool check_output = true;  ///< poison before and compare after the timed runs
  bool warm_up = false;      ///< a run before the timed ones
  Work work;
  std::optional<double> steps;
};

/// Times the timed's variant. Where the output is checked and wrong, or the variant throws, the state carries the
/// error.
void run_timed(benchmark::State& state, TimedVariant& timed);

}  // namespace tandem::suite
