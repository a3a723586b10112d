// flow_empirical: the field of a data set, at many points.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/attention/kernels/stream_memory.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const EmpiricalProblem&, EmpiricalAnswer&, const Execution&);

EmpiricalProblem problem_of(std::size_t queries, std::size_t data, std::size_t dimension, double time,
                            std::uint64_t seed) {
  return {.data = clustered(seed, data, dimension), .queries = noise(seed + 9, queries, dimension), .time = time};
}

/// One datum or many, dimensions around the registers' widths, and times from the end of the flow to where the scores
/// of products still have digits enough for Eigen.
EmpiricalProblem awkward(std::size_t count, std::uint64_t seed) {
  const double times[] = {1, 0.75, 0.5, 0.3};
  return problem_of(count, 1 + (7 * count + seed) % 300, 1 + (count + 5 * seed) % 37, times[(count + seed) % 4], seed);
}

/// What may be off: see empirical_rounding. The product form is taken where its terms are up to 16 times those of the
/// squared distances, and the sums of d terms and M weights cost another factor, small since roundings differ in sign.
constexpr double tolerance = 32 * 0.5 * std::numeric_limits<float>::epsilon();

double scale_of(const EmpiricalProblem& problem, double longest, const std::vector<float>& velocities,
                std::size_t begin) {
  const std::size_t size = problem.data.dimension;
  std::vector<double> x(size), velocity(size);
  for (std::size_t j = 0; j < size; ++j) {
    x[j] = problem.queries.values[begin + j];
    velocity[j] = velocities[begin + j];
  }
  return empirical_rounding(longest, x, problem.time, velocity);
}

void describe(const EmpiricalProblem& problem, suite::Fields<EmpiricalAnswer>& fields) {
  const std::size_t size = problem.data.dimension;
  std::vector<suite::Part> queries;
  for (std::size_t i = 0; i < problem.queries.size(); ++i) {
    queries.push_back({"the velocity of query " + std::to_string(i), i * size, size});
  }
  fields.relative_length(
      "velocities", suite::itself, problem.queries.values.size(), tolerance, queries,
      [&problem, longest = longest_of(problem.data)](const EmpiricalAnswer& right, const suite::Part& query) {
        return scale_of(problem, longest, right, query.begin);
      });
}

/// The posterior mean x - t v lies in the data's hull, whose weights sum to one: no coordinate is outside theirs. And a
/// few queries are computed again.
std::optional<std::string> certificate(const EmpiricalProblem& problem, const EmpiricalAnswer& answer) {
  const std::size_t size = problem.data.dimension, queries = problem.queries.size();
  const double longest = longest_of(problem.data);
  std::vector<double> least(size, HUGE_VAL), most(size, -HUGE_VAL);
  for (std::size_t i = 0; i < problem.data.values.size(); ++i) {
    least[i % size] = std::min<double>(least[i % size], problem.data.values[i]);
    most[i % size] = std::max<double>(most[i % size], problem.data.values[i]);
  }
  for (std::size_t i = 0; i < queries; ++i) {
    const double slack = problem.time * tolerance * scale_of(problem, longest, answer, i * size);
    for (std::size_t j = 0; j < size; ++j) {
      const double mean = problem.queries[i][j] - problem.time * answer[i * size + j];
      if (!(mean >= least[j] - slack && mean <= most[j] + slack)) {
        return "the posterior mean of query " + std::to_string(i) + " is not among the data";
      }
    }
  }
  if (queries == 0) return std::nullopt;
  EmpiricalProblem few{.data = problem.data, .queries = {size, {}}, .time = problem.time};
  const std::size_t drawn[] = {0, (queries - 1) / 2, queries - 1};
  for (const std::size_t query : drawn) {
    few.queries.values.insert(few.queries.values.end(), problem.queries[query].begin(), problem.queries[query].end());
  }
  EmpiricalAnswer expected(few.queries.values.size());
  reference(few, expected);
  for (std::size_t i = 0; i < few.queries.size(); ++i) {
    double square = 0;
    for (std::size_t j = 0; j < size; ++j) square += std::pow(expected[i * size + j] - answer[drawn[i] * size + j], 2);
    if (!(std::sqrt(square) <= tolerance * scale_of(few, longest, expected, i * size))) {
      return "the velocity of query " + std::to_string(drawn[i]) + " is not that of the formula";
    }
  }
  return std::nullopt;
}

suite::Work work(const EmpiricalProblem& problem, const EmpiricalAnswer&) {
  const auto queries = static_cast<double>(problem.queries.size()), data = static_cast<double>(problem.data.size());
  const auto size = static_cast<double>(problem.data.dimension);
  return {.fma_float = 2 * queries * data * size,
          .exp_float = queries * data,
          .bytes_read = 4 * (data + queries) * size,
          .bytes_written = 4 * queries * size,
          .footprint = 4 * (data + 2 * queries) * size};
}

/// Products of query and datum have lost too many digits by then: what one writes first has a field of its own there.
std::optional<std::string> needs_time(const EmpiricalProblem& problem) {
  if (problem.time >= 0.1) return std::nullopt;
  return "the scores are differences of products, which cancel below t = 0.1";
}

suite::Workload<EmpiricalProblem> workload(const char* name, std::size_t queries, std::size_t data,
                                           std::size_t dimension, double time, bool fitted, bool quick) {
  return {.name = name,
          .size = static_cast<double>(data * dimension),
          .items = static_cast<double>(queries),
          .fitted = fitted,
          .quick = quick,
          .make = [=](std::uint64_t seed) { return problem_of(queries, data, dimension, time, seed); }};
}

constexpr suite::Growth products{1, 1.0 / 8};  // a product there and one back, 16 at a time

const suite::Registered<EmpiricalProblem, EmpiricalAnswer> registered({
    .name = "flow_empirical",
    .summary = "the rectified flow's exact field of a data set: means of the data weighted by a softmax",
    .source = "kexue.fm 9497",
    .variants = {{"reference",
                  [](const EmpiricalProblem& problem, EmpiricalAnswer& answer, const Execution&) {
                    reference(problem, answer);
                  },
                  {1, 1}},
                 {.name = suite::scheduled("eigen"), .run = eigen, .growth = products, .unsuited = needs_time},
                 {suite::scheduled("simd"), Run(simd), products}},
    .workloads = {workload("d2_M1024", 256, 1024, 2, 0.5, false, true),
                  workload("d64_M1024", 256, 1024, 64, 0.5, true, true),
                  workload("d64_M4096", 256, 4096, 64, 0.5, true, true),
                  workload("d64_M16384", 256, 16384, 64, 0.5, true, false),
                  workload("d16_M4096", 256, 4096, 16, 0.5, false, false),
                  workload("d2_M65536_Q4096", 4096, 65536, 2, 0.5, false, false),
                  workload("d64_M4096_late", 256, 4096, 64, 0.02, false, true),
                  workload("d784_M4096", 256, 4096, 784, 0.5, false, true),
                  workload("d784_M65536", 256, 65536, 784, 0.5, false, false)},
    .headlines = {{"d64_M1024", "exact field of 1,024 data at 256 points"}},
    .problem = awkward,
    .structural_counts = {attention::most_tile_rows, attention::most_rows_together},
    .hash =
        [](const EmpiricalProblem& problem) {
          return suite::hash_of(problem.data.values) ^ suite::hash_of(problem.queries.values);
        },
    .fields = describe,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::flow
