// Agreement around every number: no variant is timed before it agrees.
//
// A workload's right answer comes from its reference, or, at sizes the reference cannot afford, from the first variant
// of the table that can (an independent algorithm; parts that it does not answer come from the next that does); either
// way it must pass the method's certificate. Every variant then runs on a poisoned output at every thread count, on two
// problems that take each other's place in memory, so that neither a null kernel nor one that returns an answer it has
// kept can pass.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "benchmarks/suite/selection.hpp"

namespace tandem::suite {

struct CheckOptions {
  std::uint64_t seed = 1;
  std::vector<int> threads = {1, 2, 3, 4};  ///< for the threaded variants
  double step_budget = 4e8;                 ///< a variant with more expected steps is left out (about a second or two)
};

/// The outcome for one variant at one thread count.
struct Check {
  std::string method;
  std::string variant;
  std::string workload;
  int threads = 1;
  /// False: the variant does not take this problem, has no answer to it, or would take too long; see `message`.
  bool ran = true;
  double error = 0;  ///< of the worse of the two problems
  double tolerance = 0;
  bool agrees = true;
  std::string message;  ///< what is wrong, naming the first differing element
  std::string against;  ///< the variant whose answer was taken as right
  double seconds = 0;   ///< of the slower of the two runs: a first idea of the cost, not a measurement
};

/// A case whose right answer is known, and the checks of the selected variants on it.
struct CheckedWorkload {
  std::unique_ptr<Case> problem;  ///< null if no answer could be established
  bool affordable = true;         ///< false: every variant would take too long, so nothing ran
  std::optional<std::uint64_t> input_hash;
  std::vector<Check> checks;  ///< variants in the order selected, thread counts ascending
  std::string against;        ///< as in Check

  const Check* find(std::string_view variant, int threads) const;
};

/// Checks one workload. What the method's own functions throw (make, fields, certificate, ...) is no
/// exception here: no check of the workload agrees then.
CheckedWorkload check_workload(const SelectedWorkload& selected, const CheckOptions& options);

/// The awkward sizes of a method: 0, 1, around every SIMD width from 2 to 64 lanes, and its structural counts, with one
/// less and one more.
std::vector<std::size_t> awkward_counts(const AnyMethod& method);

/// The name of a problem of `count` elements, where workloads have theirs.
std::string name_of_count(std::size_t count);

/// Checks a problem of `count` elements.
CheckedWorkload check_count(const AnyMethod& method, std::size_t count, std::span<const std::size_t> variants,
                            const CheckOptions& options);
/// The same for all variants of the method.
CheckedWorkload check_count(const AnyMethod& method, std::size_t count, const CheckOptions& options);

/// The output of a run that the variant just made, against the expectation and the certificate: nothing, or what is
/// wrong.
std::optional<std::string> recheck(const Case& problem, std::size_t variant);

}  // namespace tandem::suite
