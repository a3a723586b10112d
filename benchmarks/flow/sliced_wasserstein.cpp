// flow_sliced_wasserstein: the distance of two sets of points, direction by direction.
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const SlicedProblem&, SlicedAnswer&, const Execution&);

SlicedProblem problem_of(std::size_t x, std::size_t y, std::size_t dimension, std::size_t count, std::uint64_t seed) {
  return {.x = clustered(seed, x, dimension),
          .y = noise(seed + 9, y, dimension),
          .directions = directions(seed + 18, count, dimension)};
}

/// As many points on both sides, or not.
SlicedProblem awkward(std::size_t count, std::uint64_t seed) {
  const std::size_t other = seed % 2 == 0 ? 1 + count : 1 + (3 * count + seed) % 200;
  return problem_of(1 + count, other, 1 + (count + seed) % 9, 1 + count % 5, seed);
}

/// A projection in float is off by (d + 1) u of the point's length, and no sorted number by more than the worst of its
/// side. Squares of differences: twice that, relative to the square of the largest difference.
double tolerance(const SlicedProblem& problem) {
  return static_cast<double>(problem.x.dimension + 1) * std::numeric_limits<float>::epsilon();
}

double largest(const SlicedProblem& problem) { return longest_of(problem.x) + longest_of(problem.y); }

void describe(const SlicedProblem& problem, suite::Fields<SlicedAnswer>& fields) {
  const double size = largest(problem);
  fields.relative("squares", &SlicedAnswer::squares, problem.directions.size(), tolerance(problem),
                  [size](const SlicedAnswer&, std::size_t) { return size * size; });
  fields.relative("distance", &SlicedAnswer::distance, {}, tolerance(problem),
                  [size](const SlicedAnswer&) { return size; });
}

/// The first direction and the last are computed again, and the distance is the root of the mean.
std::optional<std::string> certificate(const SlicedProblem& problem, const SlicedAnswer& answer) {
  double sum = 0;
  for (const double square : answer.squares) sum += square;
  const double mean = sum / static_cast<double>(answer.squares.size());
  if (!(std::abs(answer.distance * answer.distance - mean) <= 1e-12 * mean)) {
    return "the distance is not the root of the directions' mean";
  }
  for (const std::size_t direction : {std::size_t{0}, problem.directions.size() - 1}) {
    const auto along = problem.directions[direction];
    SlicedProblem one{problem.x, problem.y, {problem.x.dimension, {along.begin(), along.end()}}};
    SlicedAnswer expected{.squares = {0}};
    reference(one, expected);
    const double size = largest(problem);
    if (!(std::abs(expected.squares[0] - answer.squares[direction]) <= tolerance(problem) * size * size)) {
      return "the distance along direction " + std::to_string(direction) + " is another";
    }
  }
  return std::nullopt;
}

/// Projections; sorting is left out, for which no peak is measured.
suite::Work work(const SlicedProblem& problem, const SlicedAnswer&) {
  const auto numbers = static_cast<double>(problem.x.values.size() + problem.y.values.size());
  return {.fma_float = numbers * static_cast<double>(problem.directions.size()),
          .bytes_read = 4 * numbers,
          .footprint = 4 * numbers};
}

suite::Workload<SlicedProblem> workload(const char* name, std::size_t points, std::size_t dimension, bool fitted) {
  constexpr std::size_t count = 32;
  return {.name = name,
          .size = static_cast<double>(points),
          .items = count,
          .fitted = fitted,
          .quick = true,
          .make = [=](std::uint64_t seed) { return problem_of(points, points, dimension, count, seed); }};
}

const suite::Registered<SlicedProblem, SlicedAnswer> registered({
    .name = "flow_sliced_wasserstein",
    .summary = "W_2 between two sets of points along random directions, and its root mean square",
    .source = "Rabin, Peyre, Delon, Bernot, SSVM 2011",
    .variants = {{"reference",
                  [](const SlicedProblem& problem, SlicedAnswer& answer, const Execution&) {
                    reference(problem, answer);
                  },
                  {1.1, 40}},
                 {suite::scheduled("simd"), Run(simd), {1.05, 5}}},
    .workloads = {workload("d2_1k", 1000, 2, true), workload("d2_16k", 16'000, 2, true),
                  workload("d64_4k", 4096, 64, false)},
    .headlines = {{"d2_1k", "1,000 against 1,000 points along 32 lines"}},
    .problem = awkward,
    .hash =
        [](const SlicedProblem& problem) {
          return suite::hash_of(problem.x.values) ^ suite::hash_of(problem.y.values);
        },
    .fields = describe,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::flow
