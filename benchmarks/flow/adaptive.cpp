// flow_adaptive: mixture to mixture by Dormand and Prince's pair, with steps of adaptive size and states on the way.
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/flow/samples.hpp"
#include "benchmarks/suite/hash.hpp"
#include "impl/flow/flow.hpp"
#include "problems/flow/points.hpp"

namespace tandem::flow {
namespace {

/// Of the functions with a variant's name, the one of this method.
using Run = void (*)(const AdaptiveProblem&, AdaptiveSamples&, const Execution&);

/// Short enough that no crossing of the toy's paths is stepped over.
constexpr double longest_step = 1.0 / 32;

/// The last time is 0.
std::vector<double> falling_times(std::size_t count) {
  std::vector<double> times;
  for (std::size_t k = count; k-- > 0;) times.push_back(static_cast<double>(k) / static_cast<double>(count));
  return times;
}

AdaptiveProblem toy(std::size_t samples, std::size_t times, double asked, std::uint64_t seed) {
  return {.data = three_modes_of_data(),
          .noise = three_modes_of_noise(),
          .starts = in_double(draw(three_modes_of_noise(), seed, samples)),
          .times = falling_times(times),
          .options = {.relative = asked, .absolute = asked, .longest_step = longest_step}};
}

/// With tolerances so narrow that an error of a formula is far outside.
AdaptiveProblem awkward(std::size_t count, std::uint64_t seed) {
  const std::size_t dimension = 1 + (count + seed) % 5, samples = std::min<std::size_t>(count, 150);
  const Mixture noise = random_mixture(seed, 1 + count % 4, dimension);
  return {.data = random_mixture(seed + 50, 1 + (count + seed) % 5, dimension),
          .noise = noise,
          .starts = in_double(draw(noise, seed + 70, samples)),
          .times = falling_times(1 + (count + seed) % 3),
          .options = {.relative = 1e-8, .absolute = 1e-8, .longest_step = longest_step}};
}

/// Two computations, each of which may stand off by the growth.
constexpr double tolerance = 2;

template <bool by_the_reference>
void describe(const AdaptiveProblem& problem, suite::Fields<AdaptiveSamples>& fields) {
  const std::size_t size = problem.starts.dimension, samples = problem.starts.size();
  std::vector<suite::Part> parts;
  for (std::size_t i = 0; i < problem.times.size() * samples; ++i) {
    parts.push_back({"sample " + std::to_string(i % samples) + " at t = " + std::to_string(problem.times[i / samples]),
                     i * size, size});
  }
  fields.relative_length("states", &AdaptiveSamples::states, problem.times.size() * problem.starts.values.size(),
                         tolerance, parts, [size, samples](const AdaptiveSamples& right, const suite::Part& part) {
                           constexpr double unknown = 1;  // twice that is far less than from mode to mode
                           return growth_of(right.growth, part.begin / size % samples, unknown);
                         });
  if constexpr (by_the_reference) {
    fields.equal("evaluations", &AdaptiveSamples::evaluations);
    fields.relative("growth", &AdaptiveSamples::growth, samples, 1e-6,
                    [](const AdaptiveSamples& right, std::size_t i) { return right.growth[i]; });
  } else {
    fields.ignored("evaluations", &AdaptiveSamples::evaluations, "steps depend on who shares them, and who sets them");
    fields.ignored("growth", &AdaptiveSamples::growth, "only the reference looks at neighbours");
  }
}

/// The first and the last sample again, with a tenth of the tolerance; and no flow takes less than one step.
std::optional<std::string> certificate(const AdaptiveProblem& problem, const AdaptiveSamples& samples) {
  const std::size_t size = problem.starts.dimension, count = problem.starts.size();
  if (count > 0 && !(samples.evaluations >= 6)) return "the number of field evaluations is below that of one step";
  for (std::size_t draw = 0; draw < 2 && count > 0; ++draw) {
    const std::size_t sample = draw * (count - 1);
    AdaptiveProblem again = problem;
    again.starts = {size, {problem.starts[sample].begin(), problem.starts[sample].end()}};
    again.options.relative /= 10;
    again.options.absolute /= 10;
    AdaptiveSamples one;
    one.states.resize(problem.times.size() * size);
    reference(again, one);
    for (std::size_t k = 0; k < problem.times.size(); ++k) {
      double square = 0;
      for (std::size_t j = 0; j < size; ++j) {
        square += std::pow(one.states[k * size + j] - samples.states[(k * count + sample) * size + j], 2);
      }
      if (!(std::sqrt(square) <= 10 * tolerance * one.growth[0])) {
        return "sample " + std::to_string(sample) + " is not where its noise flows to";
      }
    }
  }
  return std::nullopt;
}

/// As in flow_mixture, by the evaluations that the variant has counted.
suite::Work work(const AdaptiveProblem& problem, const AdaptiveSamples& samples) {
  const double evaluations = static_cast<double>(problem.starts.size()) * samples.evaluations;
  const auto terms = static_cast<double>(problem.data.size() * problem.noise.size() * problem.data.dimension);
  return {.fma_double = 3 * evaluations * terms};
}

suite::Workload<AdaptiveProblem> workload(const char* name, std::size_t samples, std::size_t times, double asked,
                                          bool quick) {
  return {.name = name,
          .size = -std::log(asked),
          .items = static_cast<double>(samples),
          .fitted = false,
          .quick = quick,
          .make = [=](std::uint64_t seed) { return toy(samples, times, asked, seed); }};
}

const suite::Registered<AdaptiveProblem, AdaptiveSamples> registered({
    .name = "flow_adaptive",
    .summary =
        "samples carried from one Gaussian mixture to another with steps of adaptive size, and looked at on the way",
    .source = "arXiv 2209.03003; Dormand, Prince, JCAM 6, 1980",
    .variants =
        {
            {"reference",
             [](const AdaptiveProblem& problem, AdaptiveSamples& samples, const Execution&) {
               reference(problem, samples);
             },
             {1, 200}},
            {.name = suite::scheduled("simd"), .run = Run(simd), .growth = {1, 16}, .fields = describe<false>},
#ifdef TANDEM_PEER_ODEINT
            {.name = "peer_odeint", .run = Run(peer_odeint), .growth = {1, 32}, .fields = describe<false>},
#endif
        },
    .workloads = {workload("toy_5_digits", 256, 1, 1e-5, true), workload("toy_5_digits_dense", 256, 21, 1e-5, true),
                  workload("toy_9_digits", 256, 1, 1e-9, false)},
    .headlines = {{"toy_5_digits", "256 samples from mixture to mixture, adaptive steps"}},
    .problem = awkward,
    .hash = [](const AdaptiveProblem& problem) { return suite::hash_of(problem.starts.values); },
    .fields = describe<true>,
    .certificate = certificate,
    .work = work,
    .counted_steps = evaluations_of<AdaptiveSamples>,
    .step_name = field_evaluations,
});

}  // namespace
}  // namespace tandem::flow
