// What the suite knows of the skeleton method. This one table is all it takes: `check`, `bench`, `run`, the report, the
// regression gate and the agreement test walk the registry and find the method there.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "benchmarks/suite/registry.hpp"
#include "impl/skeleton/skeleton.hpp"
#include "impl/support/random.hpp"
#include "problems/skeleton/skeleton.hpp"

namespace tandem::skeleton {
namespace {

// The sizes that are timed. `size` is the x axis of the growth fit: with one inner-loop step per number it is n.
suite::Workload<Problem> workload(const char* name, std::size_t count, bool quick) {
  return {.name = name, .size = static_cast<double>(count), .quick = quick, .make = [count](std::uint64_t seed) {
            return random_problem(count, seed);
          }};
}

// The error of one number is measured against |alpha x| + |y|, because the sum itself may cancel to nothing.
double scale(const Problem& problem, std::size_t i) {
  const double size = std::abs(static_cast<double>(problem.alpha) * problem.x[i]) + std::abs(problem.y[i]);
  return std::max<double>(size, std::numeric_limits<float>::min());
}

// A tolerance is derived, never tuned. With u = epsilon / 2 a variant rounds the product (u) and the sum (u), the
// reference rounds once (u): 3 u and terms of u^2, so 2 epsilon = 4 u is enough and a wrong operation far beyond it.
constexpr double tolerance = 2.0 * std::numeric_limits<float>::epsilon();

// The answer, one line for each of its fields; here it is one field by itself. The suite gives it the size said here
// and fills it with what no right answer holds before each run, and holds it against the reference's by the rule, once
// before anything is timed and once behind (benchmarks/suite/fields.hpp has the rules).
void describe(const Problem& problem, suite::Fields<Answer>& fields) {
  fields.relative("y", suite::itself, problem.x.size(), tolerance,
                  [&](const Answer&, std::size_t i) { return scale(problem, i); });
}

// A cheap proof that works at sizes where the reference is too slow to run. Here: recompute 64 numbers at random
// places, and the last one. Methods with a checkable property (a residual, an optimality bound) use that instead.
std::optional<std::string> certificate(const Problem& problem, const Answer& answer) {
  const std::size_t count = answer.size();
  if (count != problem.x.size()) return "the answer has the wrong length";
  for (std::uint64_t draw = 0; count > 0 && draw < 65; ++draw) {
    const std::size_t i = draw == 0 ? count - 1 : random_bits(0, draw) % count;
    const double expected = static_cast<double>(problem.alpha) * problem.x[i] + problem.y[i];
    if (!(std::abs(answer[i] - expected) <= tolerance * scale(problem, i))) {
      return "element " + std::to_string(i) + " is not alpha x + y";
    }
  }
  return std::nullopt;
}

// What every algorithm must at least do. With the measured peaks of the machine this gives the roof: a time below it is
// refused as impossible, and the report shows how near a variant comes.
suite::Work work(const Problem&, const Answer& answer) {
  const auto count = static_cast<double>(answer.size());
  return {.fma_float = count,
          .bytes_read = 2 * sizeof(float) * count,
          .bytes_written = sizeof(float) * count,
          .footprint = 3 * sizeof(float) * count};
}

const suite::Registered<Problem, Answer> registered({
    .name = "skeleton",
    .summary = "alpha x + y over floats: the how-to for a new method",
    .source = "BLAS, saxpy (ACM TOMS 5(3), 1979)",
    .hidden = true,  // a method of your own leaves this out
    // The reference first. A growth says how the steps rise with the workload's size; the default is constant 1,
    // exponent 1. It is printed beside the measured one, and a slow variant is left out where it would take too long.
    .variants = {{.name = "reference",
                  .run = [](const Problem& problem, Answer& answer, const Execution&) { reference(problem, answer); },
                  .growth = {}},
                 {.name = "eigen", .run = eigen, .growth = {}},
                 // Rows `simd`, `simd_omp` and `simd_tbb`.
                 {.name = suite::scheduled("simd"), .run = simd, .growth = {}}},
    .workloads = {workload("2k", std::size_t{1} << 11, true), workload("4k", std::size_t{1} << 12, true),
                  workload("64k", std::size_t{1} << 16, true), workload("128k", std::size_t{1} << 17, true),
                  workload("4M", std::size_t{1} << 22, false)},
    // What a run races first, in words for a stranger, of a size that the reference can afford.
    .headlines = {{"64k", "y = alpha x + y on 65,536 numbers"}},
    .problem = [](std::size_t count, std::uint64_t seed) { return random_problem(count, seed); },
    .structural_counts = {grain},  // where a second chunk begins
    .fields = describe,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::skeleton
