// Which rows of a workload are worth their time first, and what they are expected to take.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "benchmarks/suite/race.hpp"
#include "benchmarks/suite/selection.hpp"

namespace tandem::program {

/// Some rows of a workload: these variants, the threaded ones at these thread counts.
struct Portion {
  suite::SelectedWorkload selected;
  std::vector<int> threads;
  int rank = 0;  ///< the smaller, the more they are worth

  std::size_t rows() const;
};

/// The name without what says how an idea is carried out: "newton" for newton_simd_omp, "" for eigen and simd.
std::string_view idea_of(std::string_view variant);

/// The rows of a workload in three portions, of which any may be empty: the reference, the best form of every idea on
/// one thread and on all, and peers; then the other forms and the other scheduler; then the other thread counts. The
/// best form is SIMD before Eigen before plain loops, and OpenMP before oneTBB.
std::array<Portion, 3> portions_of(const suite::SelectedWorkload& selected, const std::vector<int>& threads);

/// The portions of all workloads, those of most worth first: of the headline workloads before the other quick ones,
/// portion by portion, and after all of them the workloads that are neither. The headlines' first have rank 0.
std::vector<Portion> by_worth(const std::vector<suite::SelectedWorkload>& selection, const std::vector<int>& threads);

/// The options of a portion's race, which is one of many in a budget: agreement at its thread counts and at three,
/// which divides no work evenly; few rounds for rows that take long, and no more than verdicts need. What takes long to
/// check or to run is left out, but in headline workloads, whose reference is wanted.
suite::RaceOptions frugal(suite::RaceOptions usual, const Portion& portion);

/// What checking and racing the portion is expected to take, from the declared growth: right within a factor of a few.
double expected_seconds(const Portion& portion, const suite::RaceOptions& options);

}  // namespace tandem::program
