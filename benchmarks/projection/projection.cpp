// projection_gaussian, projection_sparse, projection_hadamard: n vectors into k dimensions.
#include "reference/projection/projection.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/attention/kernels/stream_memory.hpp"
#include "impl/projection/projection.hpp"
#include "impl/support/random.hpp"
#include "problems/projection/problems.hpp"

namespace tandem::projection {
namespace {

/// A sum of d products errs like sqrt(d) u (rounding errors have no preferred sign; three times that for the largest of
/// millions) relative to the lengths of both factors, and the factor of the definition is rounded and multiplied once
/// each. The transform adds log2 d times, which is less.
double tolerance_of(const Problem& problem) {
  constexpr double unit = std::numeric_limits<float>::epsilon() / 2;
  return (3 * std::sqrt(static_cast<double>(problem.width)) + 8) * unit;
}

/// The length of the vector times that of a row of the matrix, with the factor.
double scale(const Problem& problem, std::size_t number) {
  const float* vector = problem.vectors.data() + number / problem.dimensions * problem.width;
  double squares = 0;
  for (std::size_t i = 0; i < problem.width; ++i) squares += static_cast<double>(vector[i]) * vector[i];
  const double row = static_cast<double>(problem.width) / static_cast<double>(problem.dimensions);
  return std::sqrt(squares * row) + std::numeric_limits<float>::min();
}

void describe(const Problem& problem, suite::Fields<Answer>& fields) {
  // The scale of a vector is looked up again and again: once for each of its numbers would take longer than projecting.
  std::vector<double> scales;
  for (std::size_t vector = 0; vector < problem.count; ++vector) {
    scales.push_back(scale(problem, vector * problem.dimensions));
  }
  fields.relative(
      "projected", suite::itself, problem.count * problem.dimensions, tolerance_of(problem),
      [scales = std::move(scales), k = problem.dimensions](const Answer&, std::size_t i) { return scales[i / k]; });
}

std::optional<std::string> certificate(const Problem& problem, const Answer& answer) {
  for (std::uint64_t draw = 0; draw < 256 && !answer.empty(); ++draw) {
    const std::size_t i = draw == 0 ? answer.size() - 1 : random_bits(3, draw) % answer.size();
    const double expected = exact(problem, i / problem.dimensions, i % problem.dimensions);
    if (!(std::abs(answer[i] - expected) <= tolerance_of(problem) * scale(problem, i))) {
      return "number " + std::to_string(i) + " is another one in double";
    }
  }
  return std::nullopt;
}

/// Vectors are read and projected ones written once. Additions of a sparse matrix are counted as FMAs. Few rows of a
/// Hadamard transform need fewer additions than all, so none are declared.
suite::Work work(const Problem& problem, const Answer& answer) {
  const auto n = static_cast<double>(problem.count);
  const auto d = static_cast<double>(problem.width);
  const auto k = static_cast<double>(problem.dimensions);
  double operations = n * k * d;
  if (problem.kind == Kind::sparse) {
    operations = 0;
    for (const int sign : problem.signs) operations += sign == 0 ? 0 : n;
  }
  if (problem.kind == Kind::hadamard) operations = 0;
  const double read = sizeof(float) * static_cast<double>(problem.vectors.size());
  const double written = sizeof(float) * static_cast<double>(answer.size());
  return {.fma_float = operations, .bytes_read = read, .bytes_written = written, .footprint = read + written};
}

suite::Workload<Problem> workload(Kind kind, std::size_t n, std::size_t width, std::size_t dimensions, bool quick) {
  return {.name = "n" + std::to_string(n) + "_d" + std::to_string(width) + "_k" + std::to_string(dimensions),
          .size = static_cast<double>(n * width * dimensions),
          .quick = quick,
          .make = [=](std::uint64_t seed) { return random_problem(kind, n, width, dimensions, seed); }};
}

suite::Method<Problem, Answer> method(const std::string& name, Kind kind, const std::string& summary,
                                      const std::string& source, const std::string& how) {
  const suite::Growth plain{1, 1};
  const suite::Growth quick{1, 1.0 / 8};
  return {
      .name = name,
      .summary = summary,
      .source = source,
      .variants = {{.name = "reference",
                    .run = [](const Problem& problem, Answer& answer, const Execution&) { reference(problem, answer); },
                    .growth = plain},
                   {.name = "eigen", .run = eigen, .growth = quick},
                   {.name = suite::scheduled("simd"), .run = simd, .growth = quick}},
      .workloads = {workload(kind, 1000, 512, 64, true), workload(kind, 4096, 1024, 256, true),
                    workload(kind, 65536, 1024, 256, false)},
      .headlines = {{"n1000_d512_k64", "1,000 vectors of 512 numbers to 64" + how}},
      .problem =
          [kind](std::size_t count, std::uint64_t seed) {
            const std::size_t width = 1 + random_bits(seed, count, 31) % 70;
            return random_problem(kind, count, width, 1 + random_bits(seed, count, 32) % 40, seed);
          },
      .structural_counts = {attention::most_tile_rows},
      .hash = [](const Problem& problem) { return suite::hash_of(problem.vectors); },
      .fields = describe,
      .certificate = certificate,
      .work = work};
}

const suite::Registered<Problem, Answer> gaussian(method("projection_gaussian", Kind::gaussian,
                                                         "n vectors into k random dimensions: normal numbers",
                                                         "Johnson and Lindenstrauss (1984); kexue.fm 8679",
                                                         ", Gaussian"));
const suite::Registered<Problem, Answer> sparse(method("projection_sparse", Kind::sparse,
                                                       "the same with random signs, two thirds of them 0",
                                                       "Achlioptas, JCSS 66 (2003)", ", sparse"));
const suite::Registered<Problem, Answer> hadamard(method("projection_hadamard", Kind::hadamard,
                                                         "the same by random signs and rows of a Hadamard transform",
                                                         "Ailon and Chazelle, STOC 2006", ", Hadamard"));

}  // namespace
}  // namespace tandem::projection
