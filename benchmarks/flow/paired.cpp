// flow_paired: the field of pairs that belong together, Nadaraya and Watson's estimate, at many points.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const PairedProblem&, EmpiricalAnswer&, const Execution&);

PairedProblem problem_of(std::size_t queries, std::size_t pairs, std::size_t dimension, double bandwidth, double time,
                         std::uint64_t seed) {
  return {.data = clustered(seed, pairs, dimension),
          .noise = noise(seed + 5, pairs, dimension),
          .queries = noise(seed + 9, queries, dimension),
          .bandwidth = bandwidth,
          .time = time};
}

PairedProblem awkward(std::size_t count, std::uint64_t seed) {
  const double times[] = {1, 0.7, 0.2, 0.05}, bandwidths[] = {0.1, 0.5, 2};
  return problem_of(count, 1 + (3 * count + seed) % 120, 1 + (count + seed) % 9, bandwidths[(count + seed) % 3],
                    times[(count + 3 * seed) % 4], seed);
}

/// In units of the scale: the places of the paths are rounded to float once, and so is the answer.
constexpr double tolerance = 4 * 0.5 * std::numeric_limits<float>::epsilon();

/// A place that is off by u L, L the length of the longest pair, changes an exponent e = |x - x_t|^2 / (2 h^2) by
/// u L sqrt(2 e) / h, and a weight by as large a share; those that matter are at most 40 above the least. The mean
/// moves by twice the longest datum times that, and x less the mean is divided by t.
double scale_of(const PairedProblem& problem, double longest, std::span<const float> x) {
  double least = HUGE_VAL, square = 0;
  for (std::size_t i = 0; i < problem.data.size(); ++i) {
    double distance = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
      distance += std::pow(x[j] - (1 - problem.time) * problem.data[i][j] - problem.time * problem.noise[i][j], 2);
    }
    least = std::min(least, distance);
  }
  for (const float coordinate : x) square += static_cast<double>(coordinate) * coordinate;
  const double exponent = least / (2 * problem.bandwidth * problem.bandwidth) + 40;
  const double weights = longest * std::sqrt(2 * exponent) / problem.bandwidth;
  return (std::sqrt(square) + longest + 2 * longest * weights) / problem.time;
}

double longest_of(const PairedProblem& problem) {
  return std::max(longest_of(problem.data), longest_of(problem.noise));
}

void describe(const PairedProblem& problem, suite::Fields<EmpiricalAnswer>& fields) {
  const std::size_t size = problem.data.dimension;
  std::vector<suite::Part> queries;
  for (std::size_t i = 0; i < problem.queries.size(); ++i) {
    queries.push_back({"the velocity of query " + std::to_string(i), i * size, size});
  }
  fields.relative_length("velocities", suite::itself, problem.queries.values.size(), tolerance, queries,
                         [&problem, longest = longest_of(problem)](const EmpiricalAnswer&, const suite::Part& query) {
                           return scale_of(problem, longest, problem.queries[query.begin / query.size]);
                         });
}

/// A few queries are computed again.
std::optional<std::string> certificate(const PairedProblem& problem, const EmpiricalAnswer& answer) {
  const std::size_t size = problem.data.dimension, queries = problem.queries.size();
  const double longest = longest_of(problem);
  for (std::size_t draw = 0; queries > 0 && draw < 3; ++draw) {
    const std::size_t query = draw * (queries - 1) / 2;
    PairedProblem one = problem;
    one.queries = {size, {problem.queries[query].begin(), problem.queries[query].end()}};
    EmpiricalAnswer expected(size);
    reference(one, expected);
    double square = 0;
    for (std::size_t j = 0; j < size; ++j) square += std::pow(expected[j] - answer[query * size + j], 2);
    if (!(std::sqrt(square) <= tolerance * scale_of(problem, longest, one.queries[0]))) {
      return "the velocity of query " + std::to_string(query) + " is not that of the formula";
    }
  }
  return std::nullopt;
}

/// Each pair's distance and share of the mean, for every query. The exponentials are double, for which no peak is
/// measured, and weights of pairs far away need none.
suite::Work work(const PairedProblem& problem, const EmpiricalAnswer&) {
  const auto queries = static_cast<double>(problem.queries.size()),
             numbers = static_cast<double>(problem.data.values.size());
  return {.fma_double = queries * numbers,
          .bytes_read = 4 * (2 * numbers + static_cast<double>(problem.queries.values.size())),
          .bytes_written = 4 * static_cast<double>(problem.queries.values.size()),
          .footprint = 4 * (2 * numbers + 2 * static_cast<double>(problem.queries.values.size()))};
}

suite::Workload<PairedProblem> workload(const char* name, std::size_t queries, std::size_t pairs, std::size_t dimension,
                                        bool fitted, bool quick) {
  return {.name = name,
          .size = static_cast<double>(pairs * dimension),
          .items = static_cast<double>(queries),
          .fitted = fitted,
          .quick = quick,
          .make = [=](std::uint64_t seed) { return problem_of(queries, pairs, dimension, 0.3, 0.5, seed); }};
}

const suite::Registered<PairedProblem, EmpiricalAnswer> registered({
    .name = "flow_paired",
    .summary = "the field of a reflow: the pairs' slopes averaged where their paths are near, without parameters",
    .source = "arXiv 2209.03003, section 2",
    .variants = {{"reference",
                  [](const PairedProblem& problem, EmpiricalAnswer& answer, const Execution&) {
                    reference(problem, answer);
                  },
                  {1, 2}},
                 {suite::scheduled("simd"), Run(simd), {1, 0.5}}},
    .workloads = {workload("d2_M1024", 256, 1024, 2, true, true), workload("d2_M4096", 256, 4096, 2, true, true),
                  workload("d2_M16384", 256, 16384, 2, true, false),
                  workload("d64_M4096", 256, 4096, 64, false, false)},
    .headlines = {{"d2_M1024", "reflow field of 1,024 pairs at 256 points"}},
    .problem = awkward,
    .hash =
        [](const PairedProblem& problem) {
          return suite::hash_of(problem.data.values) ^ suite::hash_of(problem.queries.values);
        },
    .fields = describe,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::flow
