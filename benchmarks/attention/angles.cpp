// attention_angles: RoPE's table, and what single precision makes of it.
#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "benchmarks/suite/registry.hpp"
#include "impl/attention/angle_table.hpp"
#include "impl/support/random.hpp"

namespace tandem::attention {
namespace {

constexpr double unit = std::numeric_limits<float>::epsilon() / 2;

/// Rounding to float once, by either side.
double exact_tolerance(const AngleProblem&) { return 2 * unit; }

/// base^(-2i / width), the exponent of which is rounded, too: 1 + log(base) units and one for the quotient; then the
/// product with the position: so many times the largest angle. And the cosine's own two.
double float_tolerance(const AngleProblem& problem) {
  const double last = std::abs(problem.first) + static_cast<double>(problem.count);
  return (4 + 2 * std::log(problem.base)) * unit * last + 4 * unit;
}

template <double (*tolerance)(const AngleProblem&)>
void describe(const AngleProblem& problem, suite::Fields<AngleAnswer>& fields) {
  const std::size_t numbers = problem.count * (problem.width / 2);
  fields.absolute("cosines", &AngleAnswer::cosines, numbers, tolerance(problem));
  fields.absolute("sines", &AngleAnswer::sines, numbers, tolerance(problem));
}

/// Numbers at random places computed again.
template <double (*tolerance)(const AngleProblem&)>
std::optional<std::string> certificate(const AngleProblem& problem, const AngleAnswer& answer) {
  const std::size_t pairs = problem.width / 2;
  for (std::uint64_t draw = 0; draw < 1000 && !answer.cosines.empty(); ++draw) {
    const std::size_t at = draw == 0 ? answer.cosines.size() - 1 : random_bits(1, draw) % answer.cosines.size();
    const double power = -2.0 * static_cast<double>(at % pairs) / static_cast<double>(problem.width);
    const double angle = (problem.first + static_cast<double>(at / pairs)) * std::pow(problem.base, power);
    if (!(std::abs(answer.cosines[at] - std::cos(angle)) <= tolerance(problem)) ||
        !(std::abs(answer.sines[at] - std::sin(angle)) <= tolerance(problem))) {
      return "the cosine or sine of element " + std::to_string(at) + " is another one in double";
    }
  }
  return std::nullopt;
}

/// Each pair of numbers by the addition theorem from tables: two multiplications and two FMAs in double.
suite::Work work(const AngleProblem&, const AngleAnswer& answer) {
  const double written = 2 * sizeof(float) * static_cast<double>(answer.cosines.size());
  return {.bytes_written = written, .footprint = written};
}

suite::Workload<AngleProblem> workload(const std::string& name, double first, bool quick) {
  const AngleProblem problem{.base = 10000, .width = 128, .first = first, .count = 4096};
  return {.name = name,
          .size = static_cast<double>(problem.count * problem.width) / 2,
          .fitted = false,
          .quick = quick,
          .make = [problem](std::uint64_t) { return problem; }};
}

const suite::Registered<AngleProblem, AngleAnswer> registered({
    .name = "attention_angles",
    .summary = "cosines and sines of RoPE's angles for 4096 positions",
    .source = "arXiv 2104.09864",
    .variants = {{.name = "reference",
                  .run = [](const AngleProblem& problem, AngleAnswer& answer,
                            const Execution&) { reference(problem, answer); },
                  .growth = {1, 8}},
                 {.name = "addition_theorem_simd", .run = angles_simd, .growth = {}},
                 // Last: too coarse to stand for a reference that cannot be afforded.
                 {.name = "float",
                  .run = angles_float,
                  .growth = {1, 4},
                  .fields = describe<float_tolerance>,
                  .certificate = certificate<float_tolerance>}},
    .workloads = {workload("from_0", 0, true), workload("from_1M", 1048576, true)},
    .headlines = {{"from_0", "RoPE's angles of 4,096 positions"}},
    .problem =
        [](std::size_t count, std::uint64_t seed) {
          return AngleProblem{.base = seed % 2 == 0 ? 10000.0 : 500000.0,
                              .width = 2 + 2 * (random_bits(seed, count) % 40),
                              .first = static_cast<double>(random_bits(seed, count, 1) % 100000) - 50000,
                              .count = count};
        },
    .fields = describe<exact_tolerance>,
    .certificate = certificate<exact_tolerance>,
    .work = work,
});

}  // namespace
}  // namespace tandem::attention
