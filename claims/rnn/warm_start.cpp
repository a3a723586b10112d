// Claim R9 about recurrent networks: chunks that start from a guess give the loop's answer, and where the network does
// not forget, the boundary check finds it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "claims/suite/claim.hpp"
#include "impl/rnn/rnn.hpp"
#include "impl/support/random.hpp"

namespace tandem::claims {
namespace {

using rnn::Answer;
using rnn::Problem;
using rnn::TanhDiagonal;

Problem<TanhDiagonal> scalar_network(double gain, double input_scale, std::size_t length) {
  Problem<TanhDiagonal> problem{
      .hidden_size = 1, .weights = {static_cast<float>(gain)}, .initial_state = {0}, .input = {}};
  for (std::size_t t = 0; t < length; ++t) {
    problem.input.push_back(static_cast<float>(input_scale * random_normal(9, t)));
  }
  return problem;
}

struct Compared {
  double error;           ///< largest difference from the loop in double
  double repeated_share;  ///< of the steps
};

Compared compare_with_loop(const Problem<TanhDiagonal>& problem) {
  Answer<> expected{.states = std::vector<float>(problem.length())};
  Answer<> answer{.states = std::vector<float>(problem.length())};
  reference(problem, expected);
  warm_start_simd(problem, answer, suite::all_cores());
  double error = 0;
  for (std::size_t t = 0; t < problem.length(); ++t) {
    error = std::max(error, std::abs(static_cast<double>(answer.states[t]) - expected.states[t]));
  }
  return {error, static_cast<double>(answer.repeated_steps) / static_cast<double>(problem.length())};
}

Outcome warm_start_is_right(bool full) {
  const std::size_t length = full ? 10'000'000 : 1'000'000;
  const Compared contractive = compare_with_loop(scalar_network(0.9, 1, length));
  // Each step rounds to 4 units in the last place of 1, and a = 0.9 remembers 1 / (1 - a) = 10 steps.
  constexpr double allowed = 4 * 6e-8 * 10;
  // Two resting places, near +-0.66, and noise too weak to leave the one for the other often: a chunk that starts from
  // 0 may go to the wrong one. (The loop itself is hard to follow near 0, hence the wider tolerance.)
  const Compared bistable = compare_with_loop(scalar_network(1.2, 0.1, length));
  const bool holds = contractive.error <= allowed && bistable.error <= 1e-4;
  return {fmt::format("a = 0.9: error {:.1e} (allowed {:.1e}), {:.1f} % of the steps repeated; bistable a = 1.2, weak "
                      "input: error {:.1e}, {:.0f} % repeated",
                      contractive.error, allowed, 100 * contractive.repeated_share, bistable.error,
                      100 * bistable.repeated_share),
          confirmed_if(holds), 2};
}

const RegisteredClaims rnn_warm_start_registered{{
    {.id = "R9",
     .method = "rnn",
     .statement =
         "Chunks that start from a guess and are verified at every boundary give the loop's answer, also where "
         "the network does not forget",
     .source = of_this_project,
     .threshold = "contractive: 4 roundings x 10 steps; bistable: 1e-4",
     .full_seconds = 3,
     .experiment = warm_start_is_right},
}};

}  // namespace
}  // namespace tandem::claims
