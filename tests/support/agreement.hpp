// What speaks against a workload after the gate: for the agreement test, and for the test of that test.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "benchmarks/suite/check.hpp"

namespace tandem::test {

/// A sentence for each check that does not agree, and one where nothing could be checked although a variant affords it.
inline std::vector<std::string> failures_of(const suite::CheckedWorkload& checked) {
  std::vector<std::string> failures;
  if (!checked.affordable) return failures;
  if (!checked.problem) failures.emplace_back("the right answer could not be established");
  for (const suite::Check& check : checked.checks) {
    if (check.agrees) continue;
    failures.push_back(check.method + "/" + check.variant + "/" + check.workload + " at " +
                       std::to_string(check.threads) + " threads: " + check.message);
  }
  return failures;
}

inline std::size_t checks_that_ran(const suite::CheckedWorkload& checked) {
  return static_cast<std::size_t>(std::ranges::count(checked.checks, true, &suite::Check::ran));
}

}  // namespace tandem::test
