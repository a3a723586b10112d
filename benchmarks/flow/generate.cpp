// flow_generate: samples of a data set, from noise to data along its empirical field.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/flow/samples.hpp"
#include "benchmarks/suite/hash.hpp"
#include "impl/attention/kernels/stream_memory.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const GenerateProblem&, Samples<float>&, const Execution&);

GenerateProblem problem_of(std::size_t samples, std::size_t data, std::size_t dimension, const Path& path,
                           std::uint64_t seed) {
  return {.data = clustered(seed, data, dimension), .starts = noise(seed + 9, samples, dimension), .path = path};
}

/// All schemes, one datum or many, one step or several; the schemes that evaluate the end stop before t = 0.
GenerateProblem awkward(std::size_t count, std::uint64_t seed) {
  const auto scheme = static_cast<Scheme>((count + seed) % 4);
  const Path path{.scheme = scheme, .steps = 1 + count % 7, .end = evaluates_the_end(scheme) ? 0.05 : 0};
  return problem_of(count, 1 + (5 * count + seed) % 60, 1 + (count + seed) % 5, path, seed);
}

/// As in flow_empirical, times 2 for the arithmetic of the steps.
constexpr double tolerance = 64 * 0.5 * std::numeric_limits<float>::epsilon();

void describe(const GenerateProblem& problem, suite::Fields<Samples<float>>& fields) {
  describe_samples(problem.starts, tolerance, true, fields);
}
void describe_fast(const GenerateProblem& problem, suite::Fields<Samples<float>>& fields) {
  describe_samples(problem.starts, tolerance, false, fields);
}

/// At t = 0 Euler and midpoint have landed on a mean of data, so no coordinate is outside theirs; and two samples are
/// computed again.
std::optional<std::string> certificate(const GenerateProblem& problem, const Samples<float>& samples) {
  const std::size_t size = problem.data.dimension;
  const double slack = 1e-4 * longest_of(problem.data);
  for (std::size_t j = 0; j < size && problem.path.end == 0 && problem.path.scheme == Scheme::euler; ++j) {
    double least = HUGE_VAL, most = -HUGE_VAL;
    for (std::size_t i = 0; i < problem.data.size(); ++i) {
      least = std::min<double>(least, problem.data[i][j]);
      most = std::max<double>(most, problem.data[i][j]);
    }
    for (std::size_t i = 0; i < problem.starts.size(); ++i) {
      const double coordinate = samples.points[i * size + j];
      if (!(coordinate >= least - slack && coordinate <= most + slack)) {
        return "sample " + std::to_string(i) + " has not landed among the data";
      }
    }
  }
  return recomputed<float>(problem.starts, samples, tolerance, [&](const Points<float>& starts, Samples<float>& one) {
    reference(GenerateProblem{problem.data, starts, problem.path}, one);
  });
}

suite::Work work(const GenerateProblem& problem, const Samples<float>& samples) {
  const auto evaluations = static_cast<double>(problem.starts.size()) * static_cast<double>(samples.evaluations);
  const auto data = static_cast<double>(problem.data.size()), size = static_cast<double>(problem.data.dimension);
  const auto starts = static_cast<double>(problem.starts.size());
  return {.fma_float = 2 * evaluations * data * size,
          .exp_float = evaluations * data,
          .bytes_read = 4 * (data + starts) * size,
          .bytes_written = 4 * starts * size,
          .footprint = 4 * (data + 2 * starts) * size};
}

suite::Workload<GenerateProblem> workload(const char* name, std::size_t samples, std::size_t data,
                                          std::size_t dimension, const Path& path, bool quick) {
  return {.name = name,
          .size = static_cast<double>(data * dimension * path.steps * evaluations_per_step(path.scheme)),
          .items = static_cast<double>(samples),
          .fitted = false,
          .quick = quick,
          .make = [=](std::uint64_t seed) { return problem_of(samples, data, dimension, path, seed); }};
}

constexpr suite::Growth products{1, 1.0 / 8};

const suite::Registered<GenerateProblem, Samples<float>> registered({
    .name = "flow_generate",
    .summary = "samples of a data set: noise carried to data along the exact field, with fixed steps",
    .source = "kexue.fm 9497",
    .variants = {{"reference",
                  [](const GenerateProblem& problem, Samples<float>& samples, const Execution&) {
                    reference(problem, samples);
                  },
                  {1, 8}},
                 {.name = suite::scheduled("simd"), .run = Run(simd), .growth = products, .fields = describe_fast}},
    .workloads = {workload("d2_M512_euler_20", 256, 512, 2, {Scheme::euler, 20, 0}, true),
                  workload("d2_M512_rk4_5", 256, 512, 2, {Scheme::runge_kutta_4, 5, 0.05}, true),
                  workload("d2_M4096_euler_100", 10'000, 4096, 2, {Scheme::euler, 100, 0}, false),
                  workload("d64_M4096_euler_20", 256, 4096, 64, {Scheme::euler, 20, 0}, true)},
    .headlines = {{"d2_M512_euler_20", "256 samples of 512 data in 20 steps"}},
    .problem = awkward,
    .structural_counts = {attention::most_tile_rows, attention::most_rows_together},
    .hash =
        [](const GenerateProblem& problem) {
          return suite::hash_of(problem.data.values) ^ suite::hash_of(problem.starts.values);
        },
    .fields = describe,
    .certificate = certificate,
    .work = work,
    .counted_steps = evaluations_of<Samples<float>>,
    .step_name = field_evaluations,
});

}  // namespace
}  // namespace tandem::flow
