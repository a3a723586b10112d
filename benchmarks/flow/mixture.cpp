// flow_mixture: samples of a Gaussian mixture, carried from another along the exact field between them.
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/flow/samples.hpp"
#include "benchmarks/suite/hash.hpp"
#include "impl/flow/chunks.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const MixtureProblem&, Samples<double>&, const Execution&);

MixtureProblem toy(std::size_t samples, const Path& path, std::uint64_t seed) {
  return {.data = three_modes_of_data(),
          .noise = three_modes_of_noise(),
          .starts = in_double(draw(three_modes_of_noise(), seed, samples)),
          .path = path};
}

MixtureProblem awkward(std::size_t count, std::uint64_t seed) {
  const std::size_t dimension = 1 + (count + seed) % 5;
  const Mixture noise = random_mixture(seed, 1 + count % 4, dimension);
  return {.data = random_mixture(seed + 50, 1 + (count + seed) % 5, dimension),
          .noise = noise,
          .starts = in_double(draw(noise, seed + 70, count)),
          .path = {.scheme = static_cast<Scheme>((count + seed) % 4), .steps = 1 + count % 9, .end = 0}};
}

/// In units of the growth: roundings of a step's own arithmetic, of sums over pairs and coordinates, and exponentials
/// that are right to an epsilon or two.
constexpr double tolerance = 32 * 0.5 * std::numeric_limits<double>::epsilon();

void describe(const MixtureProblem& problem, suite::Fields<Samples<double>>& fields) {
  describe_samples(problem.starts, tolerance, true, fields);
}
void describe_fast(const MixtureProblem& problem, suite::Fields<Samples<double>>& fields) {
  describe_samples(problem.starts, tolerance, false, fields);
}

std::optional<std::string> certificate(const MixtureProblem& problem, const Samples<double>& samples) {
  for (const double coordinate : samples.points) {
    if (!std::isfinite(coordinate)) return "a sample has a coordinate that is no finite number";
  }
  return recomputed<double>(problem.starts, samples, tolerance,
                            [&](const Points<double>& starts, Samples<double>& one) {
                              reference(MixtureProblem{problem.data, problem.noise, starts, problem.path}, one);
                            });
}

/// Of a pair and a coordinate: the distance's square, the field, and its share of the sum. The exponentials are double,
/// for which no peak is measured; they are left out.
suite::Work work(const MixtureProblem& problem, const Samples<double>& samples) {
  const auto evaluations = static_cast<double>(problem.starts.size()) * static_cast<double>(samples.evaluations);
  const auto terms = static_cast<double>(problem.data.size() * problem.noise.size() * problem.data.dimension);
  return {.fma_double = 3 * evaluations * terms};
}

#ifdef TANDEM_PEER_ODEINT
std::optional<std::string> needs_schemes_of_odeint(const MixtureProblem& problem) {
  if (problem.path.scheme == Scheme::euler || problem.path.scheme == Scheme::runge_kutta_4) return std::nullopt;
  return "Boost.odeint has no " + std::string(name_of(problem.path.scheme));
}
#endif

suite::Workload<MixtureProblem> workload(const char* name, std::size_t samples, const Path& path, bool quick) {
  return {.name = name,
          .size = static_cast<double>(path.steps * evaluations_per_step(path.scheme)),
          .items = static_cast<double>(samples),
          .fitted = false,
          .quick = quick,
          .make = [=](std::uint64_t seed) { return toy(samples, path, seed); }};
}

const suite::Registered<MixtureProblem, Samples<double>> registered({
    .name = "flow_mixture",
    .summary = "samples carried from one Gaussian mixture to another along the exact field between them",
    .source = "kexue.fm 9497; arXiv 2209.03003",
    .variants =
        {
            {"reference",
             [](const MixtureProblem& problem, Samples<double>& samples, const Execution&) {
               reference(problem, samples);
             },
             {1, 100}},
            {.name = suite::scheduled("simd"), .run = Run(simd), .growth = {1, 8}, .fields = describe_fast},
#ifdef TANDEM_PEER_ODEINT
            {.name = "peer_odeint",
             .run = Run(peer_odeint),
             .growth = {1, 16},
             .unsuited = needs_schemes_of_odeint,
             .fields = describe_fast},
#endif
        },
    .workloads = {workload("toy_rk4_25", 1000, {Scheme::runge_kutta_4, 25, 0}, true),
                  workload("toy_euler_100", 1000, {Scheme::euler, 100, 0}, true),
                  workload("toy_rk4_400", 10'000, {Scheme::runge_kutta_4, 400, 0}, false)},
    .headlines = {{"toy_rk4_25", "1,000 samples from mixture to mixture, 25 steps"}},
    .problem = awkward,
    .structural_counts = {mixture_grain},
    .hash = [](const MixtureProblem& problem) { return suite::hash_of(problem.starts.values); },
    .fields = describe,
    .certificate = certificate,
    .work = work,
    .counted_steps = evaluations_of<Samples<double>>,
    .step_name = field_evaluations,
});

}  // namespace
}  // namespace tandem::flow
