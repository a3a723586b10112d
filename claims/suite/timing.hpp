// How claims about time are measured: as the suite's race measures variants. Runs take turns in rounds whose order is
// drawn from a Latin square, each repeated until it fills an epoch; a figure is the median of what the rounds say, with
// the exact interval of the sign test. `decide` in claims/suite/verdict.hpp makes a verdict of it.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/suite/statistics.hpp"

namespace tandem::claims {

using Run = std::function<void()>;

/// A figure that follows from times, and the number of rounds that it is the median of.
struct Figure : suite::Interval {
  std::size_t rounds = 0;
};

/// "3.51 [3.40, 3.62] in 52 rounds".
std::string text_of(const Figure& figure);

/// What came of runs that took turns.
struct Turns {
  std::vector<suite::RoundTimes> times;  ///< of each run

  std::size_t rounds() const { return times.front().first.size(); }
  /// The times of one round, of all runs: first epochs where not all runs have two, as fair_ratio has it.
  std::vector<double> round(std::size_t index) const;

  /// time(a) / time(b).
  Figure ratio(std::size_t a, std::size_t b) const;
  /// Seconds per run.
  Figure seconds(std::size_t run) const;
  /// Of anything else that can be computed from the times of one round, in the order of the runs.
  Figure figure(const std::function<double(std::span<const double>)>& of_round) const;
};

/// Times the runs in as many rounds as the budget allows, at least the six that an interval takes and at most those of
/// the suite's race. No first call is timed.
Turns take_turns(const std::vector<Run>& runs, double budget_seconds);

/// time(a) / time(b) of two runs that take turns.
Figure ratio(const Run& a, const Run& b, double budget_seconds);

/// The exponent e of time = constant * size^e, from the ratio of the times at two sizes and the ratio of the sizes.
Figure exponent(const Figure& times, double sizes);

}  // namespace tandem::claims
