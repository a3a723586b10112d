// The race of two builds on the rows of one workload: their workers wait on their pipes while the other one runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "benchmarks/regression/build_worker.hpp"
#include "benchmarks/regression/decision.hpp"

namespace tandem::regression {

struct BuildRaceOptions {
  PrepareOptions prepare;
  std::size_t rounds = 34;        ///< of one pair of processes
  double epoch_seconds = 1e-3;    ///< a short run is repeated until it fills an epoch
  double row_budget_seconds = 2;  ///< a row whose run is long takes fewer rounds of a pair, at least eight
};

/// One row while it races.
struct BuildRaceRow {
  RowKey key;
  bool threaded = false;
  std::uint64_t runs = 0;   ///< per epoch; 0 until calibrated
  std::size_t rounds = 0;   ///< per pair
  double base_seconds = 0;  ///< per run, when calibrated
  double head_seconds = 0;
  std::vector<PairTimes> pairs;
  std::string left_out;  ///< why neither build runs it
  std::string trouble;   ///< why there can be no verdict

  bool racing() const { return left_out.empty() && trouble.empty(); }
};

/// The variables of a worker: threads that wait asleep, and an environment of another size for every process, which
/// moves its stack.
std::map<std::string, std::string> worker_environment(std::uint64_t seed, std::uint64_t process);

/// Adds one pair of fresh processes to the rows, which are of one workload. A worker that ends, hangs or refuses leaves
/// its sentence in `trouble`; throws Interrupted alone.
void race_pair(const BuildProgram& base, const BuildProgram& head, std::vector<BuildRaceRow*> rows,
               const BuildRaceOptions& options, std::uint64_t pair);

/// The seconds that `pairs` pairs are expected to take.
double planned_seconds(std::size_t rows, std::size_t pairs, const BuildRaceOptions& options);

}  // namespace tandem::regression
