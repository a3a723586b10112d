#include "claims/suite/paired.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "benchmarks/suite/statistics.hpp"
#include "claims/suite/mean.hpp"

namespace tandem::claims {

Paired::Paired(std::vector<double> of_pairs)
    : differences(std::move(of_pairs)),
      above(static_cast<std::size_t>(std::ranges::count_if(differences, [](double d) { return d > 0; }))),
      needed(needed_signs(differences.size())) {
  if (differences.size() < 2) return;
  const Mean of_all(differences);
  mean = of_all.value;
  error = of_all.error;
}

std::size_t needed_signs(std::size_t count) { return count + 1 - suite::sign_test_rank(count, 0.95); }

double sign_test_power(std::size_t count, double p) {
  const auto n = static_cast<double>(count);
  double sum = 0;
  for (std::size_t k = needed_signs(count); k <= count; ++k) {
    const auto hits = static_cast<double>(k);
    const double ways = std::exp(std::lgamma(n + 1) - std::lgamma(hits + 1) - std::lgamma(n - hits + 1));
    sum += ways * std::pow(p, hits) * std::pow(1 - p, n - hits);
  }
  return sum;
}

}  // namespace tandem::claims
