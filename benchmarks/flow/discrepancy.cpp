// flow_discrepancy: energy distance and maximum mean discrepancy of two sets of points.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const DiscrepancyProblem&, DiscrepancyAnswer&, const Execution&);

DiscrepancyProblem problem_of(std::size_t x, std::size_t y, std::size_t dimension, std::uint64_t seed) {
  return {.x = clustered(seed, x, dimension),
          .y = noise(seed + 9, y, dimension),
          .bandwidth = std::sqrt(static_cast<double>(dimension))};
}

DiscrepancyProblem awkward(std::size_t count, std::uint64_t seed) {
  return problem_of(1 + count, 1 + (3 * count + seed) % 150, 1 + (count + seed) % 19, seed);
}

/// A distance in float is off by (d / 2 + 3) u of itself, and a sum of 64 of them by 64 u at most; a mean over all of
/// them no more. The three means are at most 2, 2 and 2 times that across (the triangle inequality).
double tolerance(const DiscrepancyProblem& problem) {
  return 6 * (static_cast<double>(problem.x.dimension) / 2 + 67) * 0.5 * std::numeric_limits<float>::epsilon();
}

/// Kernels are at most 1, and an exponent's relative error of (d + 3) u changes them by at most a share 1 / e of it.
void describe(const DiscrepancyProblem& problem, suite::Fields<DiscrepancyAnswer>& fields) {
  const auto size = [](const DiscrepancyAnswer& right) { return std::max(right.mean_distance, 1e-30); };
  fields.relative("energy", &DiscrepancyAnswer::energy, {}, tolerance(problem), size);
  fields.relative("mean_distance", &DiscrepancyAnswer::mean_distance, {}, tolerance(problem), size);
  fields.absolute("mmd_squared", &DiscrepancyAnswer::mmd_squared, {}, tolerance(problem));
}

/// Both are squared distances between laws, so they are not negative; the energy distance is at most twice the mean
/// distance and the kernels' at most 2. And the mean distance of some of the pairs is near that of all.
std::optional<std::string> certificate(const DiscrepancyProblem& problem, const DiscrepancyAnswer& answer) {
  const double slack = tolerance(problem);
  if (!(answer.mean_distance >= 0)) return "the mean distance is negative";
  if (!(answer.energy >= -slack * answer.mean_distance && answer.energy <= (2 + slack) * answer.mean_distance)) {
    return "the energy distance is not within 0 and twice the mean distance";
  }
  if (!(answer.mmd_squared >= -slack && answer.mmd_squared <= 2 + slack)) {
    return "the maximum mean discrepancy is not within 0 and 2";
  }
  // The mean over y of the distance to the mean of x is a lower bound (Jensen).
  double bound = 0;
  std::vector<double> mean(problem.x.dimension);
  for (std::size_t i = 0; i < problem.x.values.size(); ++i) {
    mean[i % mean.size()] += problem.x.values[i] / static_cast<double>(problem.x.size());
  }
  for (std::size_t i = 0; i < problem.y.size(); ++i) {
    double square = 0;
    for (std::size_t j = 0; j < mean.size(); ++j) square += std::pow(problem.y[i][j] - mean[j], 2);
    bound += std::sqrt(square) / static_cast<double>(problem.y.size());
  }
  if (!(answer.mean_distance >= (1 - slack) * bound)) return "the mean distance is below that to the mean point";
  return std::nullopt;
}

/// Each pair once: a difference's square for every coordinate, and an exponential.
suite::Work work(const DiscrepancyProblem& problem, const DiscrepancyAnswer&) {
  const auto x = static_cast<double>(problem.x.size()), y = static_cast<double>(problem.y.size());
  const double pairs = x * y + x * (x - 1) / 2 + y * (y - 1) / 2;
  return {.fma_float = pairs * static_cast<double>(problem.x.dimension), .exp_float = pairs};
}

suite::Workload<DiscrepancyProblem> workload(const char* name, std::size_t points, std::size_t dimension, bool fitted) {
  return {.name = name,
          .size = static_cast<double>(points),
          .fitted = fitted,
          .quick = true,
          .make = [=](std::uint64_t seed) { return problem_of(points, points, dimension, seed); }};
}

const suite::Registered<DiscrepancyProblem, DiscrepancyAnswer> registered({
    .name = "flow_discrepancy",
    .summary = "energy distance and maximum mean discrepancy (Gaussian kernel) of two sets of points",
    .source = "Szekely, Rizzo, JSPI 143, 2013; Gretton et al., JMLR 13, 2012",
    .variants = {{"reference",
                  [](const DiscrepancyProblem& problem, DiscrepancyAnswer& answer, const Execution&) {
                    reference(problem, answer);
                  },
                  {2, 8}},
                 {suite::scheduled("simd"), Run(simd), {2, 0.25}}},
    .workloads = {workload("d2_512", 512, 2, true), workload("d2_2k", 2048, 2, true),
                  workload("d64_1k", 1024, 64, false)},
    .headlines = {{"d2_512", "distance of two distributions, 512 points each"}},
    .problem = awkward,
    .hash =
        [](const DiscrepancyProblem& problem) {
          return suite::hash_of(problem.x.values) ^ suite::hash_of(problem.y.values);
        },
    .fields = describe,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::flow
