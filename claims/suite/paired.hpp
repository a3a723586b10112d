// Paired differences over seeds, and the sign test on them: where a trained model's figure depends on chance.
#pragma once

#include <cstddef>
#include <vector>

namespace tandem::claims {

struct Paired {
  std::vector<double> differences;
  double mean = 0;        ///< 0 where there are fewer than two, as its error
  double error = 0;       ///< standard error of the mean
  std::size_t above = 0;  ///< of the differences, how many are above 0
  std::size_t needed = 0;

  explicit Paired(std::vector<double> of_pairs);

  std::size_t count() const { return differences.size(); }
  bool gains() const { return above >= needed; }
  bool loses() const { return count() - above >= needed; }
};

/// How many of so many differences must be above 0 for the two-sided sign test at 5 %; one more than there are where no
/// number is enough.
std::size_t needed_signs(std::size_t count);

/// The chance that the sign test finds a gain which a pair shows with probability p: what to know before the run.
double sign_test_power(std::size_t count, double p);

}  // namespace tandem::claims
