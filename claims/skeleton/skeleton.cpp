// The claims of the skeleton method. `tandem reproduce` finds them here; a claim is data and an experiment, and the
// experiment decides. Write down what the post or paper says, not what you hope; *refuted* is a result.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "claims/suite/claim.hpp"
#include "impl/skeleton/skeleton.hpp"
#include "problems/skeleton/skeleton.hpp"

namespace tandem::claims {
namespace {

// An experiment measures, turns its figures into a verdict by the threshold that the claim states, and says how many
// cases it looked at. Its inputs are seeded, so that it can be repeated. `full` allows minutes instead of seconds. One
// about time has its runs take turns (claims/suite/timing.hpp) and is decided by the interval
// (verdict.hpp beside it).
Outcome rounding_error(bool full) {
  const std::size_t count = full ? 10'000'000 : 100'000;
  skeleton::Problem problem = skeleton::random_problem(count, 1, /*low=*/0);
  problem.alpha = 0.7F;
  skeleton::Answer answer(count);
  skeleton::simd(problem, answer, {});
  double worst = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const double exact = static_cast<double>(problem.alpha) * problem.x[i] + problem.y[i];
    worst = std::max(worst, std::abs(answer[i] - exact) / exact);
  }
  const double ulps = worst / std::numeric_limits<float>::epsilon();
  return {fmt::format("largest relative error {:.2f} epsilon over {} numbers", ulps, count), confirmed_if(ulps <= 1),
          count};
}

const RegisteredClaims skeleton_registered{{
    {.id = "S1",
     .method = "skeleton",
     .statement = "alpha x + y of positive numbers is right to one epsilon",
     .source = "two roundings of half an epsilon each",  // what only you say has the source of_this_project
     .threshold = "at most 1 epsilon",
     .hidden = true,  // a claim of your own leaves this out
     .experiment = rounding_error},
}};

}  // namespace
}  // namespace tandem::claims
