// What figures make of a claim: a verdict, from a yes or no, from an interval, from several cases.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "benchmarks/suite/statistics.hpp"

namespace tandem::claims {

enum class Verdict {
  confirmed,
  refuted,
  unstable,      ///< true in part
  undecided,     ///< the interval of a figure that was measured here holds the threshold
  not_testable,  ///< the machine or the data is missing, or no case was found
};

/// "confirmed", "refuted", "unstable", "undecided here", "not testable here".
std::string to_string(Verdict verdict);

/// Confirmed or refuted.
inline Verdict confirmed_if(bool holds) { return holds ? Verdict::confirmed : Verdict::refuted; }

/// The figures that a claim allows, both ends among them.
struct Allowed {
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
};
inline Allowed at_least(double least) { return {.least = least}; }
inline Allowed at_most(double most) { return {.most = most}; }

/// Confirmed where all of the interval is allowed, refuted where none of it is, else undecided. Another set of rounds
/// may move an interval that holds the threshold to either side, so it decides nothing.
Verdict decide(const suite::Interval& figure, const Allowed& allowed);

/// The verdict on a statement about several cases, or of several parts: unstable where it holds for some and fails for
/// others, undecided where the rest agrees but one is not decided. Not testable where there is none.
Verdict together(const std::vector<Verdict>& verdicts);

}  // namespace tandem::claims
