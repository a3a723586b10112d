// What is done within a budget of time: steps in order of worth, as many as fit.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/suite/progress.hpp"

namespace tandem::program {

struct Step {
  std::string what;      ///< for the progress display
  std::string group;     ///< what steps of a group took says how far the others' expectations are off
  double seconds = 0;    ///< expected
  std::size_t rows = 0;  ///< that it brings; 0: it is a claim
  std::function<void()> run;
};

/// What the budget did not reach.
struct NotReached {
  std::size_t rows = 0;
  std::size_t claims = 0;
};

/// Expected seconds, corrected by what was measured: the steps of a group that has been measured by its ratio of
/// measured to expected time, others by that of all.
class Costs {
 public:
  void add(const Step& step, double measured_seconds);
  double expected(const Step& step) const;

 private:
  struct Sum {
    double expected = 0;
    double measured = 0;
  };
  Sum all_;
  std::map<std::string, Sum> groups_;
};

/// The seconds that steps are expected to take, at most those of the budget.
double seconds_left(std::span<const Step> steps, double budget_seconds, const Costs& costs);

/// The seconds since some start.
using Clock = std::function<double()>;

/// Runs the steps in order. One that would not end by `end_seconds` on the clock is left out, and what comes after it
/// may still fit. `go_on` is asked before each that fits; once it says no, what is left counts as not reached. The time
/// left that the progress display shows is what the budget holds, or less where all that is left takes less.
NotReached carry_out(const std::vector<Step>& steps, double end_seconds, const Clock& clock, suite::Progress& progress,
                     const std::function<bool()>& go_on);

}  // namespace tandem::program
