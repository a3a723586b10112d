// A claim about steps of adaptive size, and what they pass over.
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "claims/flow/support.hpp"
#include "claims/suite/claim.hpp"

namespace tandem::claims {
namespace {

using flow::AdaptiveOptions;

/// Ends of the toy's samples: each with steps of its own, or 256 with the same ones.
flow::AdaptiveSamples adaptive_ends(const flow::Points<double>& starts, const AdaptiveOptions& options, bool alone) {
  const flow::AdaptiveProblem problem{flow::three_modes_of_data(), flow::three_modes_of_noise(), starts, {0}, options};
  flow::AdaptiveSamples samples{.states = std::vector<double>(starts.values.size()), .growth = {}};
  alone ? flow::reference(problem, samples) : flow::simd(problem, samples, suite::all_cores());
  return samples;
}

Outcome steps_over_crossings(bool full) {
  const std::size_t count = full ? 4000 : 512;
  const auto starts = in_double(flow::draw(flow::three_modes_of_noise(), 81, count));
  constexpr double tolerance = 1e-5, apart = 1;  // modes are 17 apart and 0.5 wide
  const auto right = adaptive_ends(starts, {.relative = 1e-10, .absolute = 1e-10, .longest_step = 1.0 / 64}, false);
  std::string figures;
  std::vector<Verdict> verdicts;
  const auto look = [&](const char* name, const AdaptiveOptions& options, bool alone) {
    const auto found = adaptive_ends(starts, options, alone);
    std::size_t elsewhere = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const double way =
          std::hypot(found.states[2 * i] - right.states[2 * i], found.states[2 * i + 1] - right.states[2 * i + 1]);
      elsewhere += way < apart ? 0 : 1;
    }
    verdicts.push_back(confirmed_if(elsewhere <= count / 200));
    figures += fmt::format("{}{}: {:.1f} % ({:.0f} evaluations)", figures.empty() ? "" : ", ", name,
                           100 * static_cast<double>(elsewhere) / static_cast<double>(count), found.evaluations);
  };
  look("alone", {.relative = tolerance, .absolute = tolerance}, true);
  look("alone, steps of 1/32 at most", {.relative = tolerance, .absolute = tolerance, .longest_step = 1.0 / 32}, true);
  look("256 with the same steps", {.relative = tolerance, .absolute = tolerance}, false);
  return {"samples that end in another mode: " + figures, together(verdicts), 3 * count};
}

const RegisteredClaims flow_adaptive_registered{{
    {.id = "C20",
     .method = "flow",
     .statement = "Steps of adaptive size with the usual tolerance, 1e-5, lead every sample to the end of its path",
     .source = "arXiv 2209.03003, the official sampler (RK45)",
     .threshold = "in the paper's toy at most 0.5 % of the samples in another mode, whoever shares the steps",
     .quick_seconds = 2,
     .full_seconds = 15,
     .experiment = steps_over_crossings},
}};

}  // namespace
}  // namespace tandem::claims
