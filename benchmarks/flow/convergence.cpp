// flow_convergence: fixed steps between normals, held against the end and the straightness that are known.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/flow/samples.hpp"
#include "benchmarks/suite/hash.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/random.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const ConvergenceProblem&, ConvergenceAnswer&, const Execution&);

/// Data 0.3 to 0.6 times as wide as the noise.
ConvergenceProblem problem_of(std::size_t dimension, Scheme scheme, std::size_t steps, std::uint64_t seed) {
  ConvergenceProblem problem{.data = {}, .noise = {}, .scheme = scheme, .steps = steps};
  for (std::size_t j = 0; j < dimension; ++j) {
    problem.noise.push_back(0.5 + 1.5 * random_uniform(seed, j, 0));
    problem.data.push_back(problem.noise.back() * (0.3 + 0.3 * random_uniform(seed, j, 1)));
  }
  return problem;
}

ConvergenceProblem awkward(std::size_t count, std::uint64_t seed) {
  return problem_of(1 + count, static_cast<Scheme>((count + seed) % 4), 2 + 2 * (count % 9), seed);
}

/// A step has some ten roundings, and since all is linear none of them grows, relative to the path.
double tolerance(const ConvergenceProblem& problem) {
  return 10 * static_cast<double>(problem.steps) * std::numeric_limits<double>::epsilon();
}

double length_of(const std::vector<double>& numbers) {
  double square = 0;
  for (const double number : numbers) square += number * number;
  return std::sqrt(square);
}

/// Velocities are about as large as the noise, and S is a mean of their squares. What is left of the ends above the
/// exact ones is by so much less exact, and the order is its logarithm to base 2, of two of them.
void describe(const ConvergenceProblem& problem, suite::Fields<ConvergenceAnswer>& fields) {
  const std::size_t size = problem.data.size();
  fields.relative("ends", &ConvergenceAnswer::ends, size, tolerance(problem),
                  [](const ConvergenceAnswer& right, std::size_t j) { return std::abs(right.ends[j]); });
  fields.relative("straightness", &ConvergenceAnswer::straightness, size, tolerance(problem),
                  [&problem](const ConvergenceAnswer&, std::size_t j) { return 4 * std::pow(problem.noise[j], 2); });
  fields.relative("order", &ConvergenceAnswer::order, {}, tolerance(problem),
                  [&problem](const ConvergenceAnswer& right) {
                    std::vector<double> rest = problem.data;
                    for (std::size_t j = 0; j < rest.size(); ++j) rest[j] -= right.ends[j];
                    return 3 * length_of(right.ends) / length_of(rest);
                  });
  fields.equal("evaluations", &ConvergenceAnswer::evaluations);
}

/// Between normals the leading error of the midpoint's rule cancels, since the square of a path is a square function of
/// t: it has order 3 here.
int order_between_normals(Scheme scheme) { return scheme == Scheme::midpoint ? 3 : order_of(scheme); }

/// Where steps are many enough for their error to be a power of their length, the order is right to 5 %, and S, whose
/// own rule has order 4, to 1e-8 where the ends are. Always, the first coordinate again.
std::optional<std::string> certificate(const ConvergenceProblem& problem, const ConvergenceAnswer& answer) {
  const int order = order_between_normals(problem.scheme);
  const bool many = problem.steps >= 256;
  if (many && !(std::abs(answer.order / order - 1) <= 0.05)) {
    return std::string(name_of(problem.scheme)) + " has order " + std::to_string(answer.order) + ", not " +
           std::to_string(order);
  }
  for (std::size_t j = 0; many && order >= 3 && j < problem.data.size(); ++j) {
    const double size = problem.data[j] * problem.noise[j];
    if (!(std::abs(answer.straightness[j] / size - (2 - std::numbers::pi / 2)) <= 1e-8)) {
      return "S of coordinate " + std::to_string(j) + " is not that of the closed form";
    }
  }
  ConvergenceProblem first = problem;
  first.data.resize(1);
  first.noise.resize(1);
  ConvergenceAnswer expected;
  reference(first, expected);
  if (expected.evaluations != answer.evaluations) return "the number of field evaluations is not what the path takes";
  if (std::abs(expected.ends[0] - answer.ends[0]) <= tolerance(problem) * std::abs(expected.ends[0])) {
    return std::nullopt;
  }
  return "the path of the first coordinate ends elsewhere";
}

/// What divides at each time of both paths: at the steps' ends, and in their middles where the scheme looks there.
suite::Work divisions(const ConvergenceProblem& problem, const ConvergenceAnswer&) {
  const bool halfway = problem.scheme == Scheme::midpoint || problem.scheme == Scheme::runge_kutta_4;
  const double steps = 1.5 * static_cast<double>(problem.steps);
  return {.divide_double = static_cast<double>(problem.data.size()) * ((halfway ? 2 : 1) * steps + 2)};
}

suite::Workload<ConvergenceProblem> workload(const char* name, Scheme scheme) {
  constexpr std::size_t dimension = 32, steps = 256;
  return {.name = name,
          .size = static_cast<double>(steps * evaluations_per_step(scheme)),
          .items = dimension,
          .fitted = false,
          .make = [=](std::uint64_t seed) { return problem_of(dimension, scheme, steps, seed); }};
}

const suite::Registered<ConvergenceProblem, ConvergenceAnswer> registered({
    .name = "flow_convergence",
    .summary = "how integrators come near the flow between normals, whose end and straightness are known",
    .source = "kexue.fm 9497; Hairer, Norsett, Wanner, II.1",
    .variants = {{"reference",
                  [](const ConvergenceProblem& problem, ConvergenceAnswer& answer, const Execution&) {
                    reference(problem, answer);
                  },
                  {1, 1200}},
                 {.name = suite::scheduled("simd"), .run = Run(simd), .growth = {1, 0.35}, .work = divisions}},
    .workloads = {workload("euler_256", Scheme::euler), workload("heun_256", Scheme::heun),
                  workload("midpoint_256", Scheme::midpoint), workload("rk4_256", Scheme::runge_kutta_4)},
    .headlines = {{"rk4_256", "32 normals in 256 steps of RK4, with order and S"}},
    .problem = awkward,
    .hash = [](const ConvergenceProblem& problem) { return suite::hash_of(problem.data); },
    .fields = describe,
    .certificate = certificate,
    .counted_steps = evaluations_of<ConvergenceAnswer>,
    .step_name = field_evaluations,
});

}  // namespace
}  // namespace tandem::flow
