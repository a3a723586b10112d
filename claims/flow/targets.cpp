// What this project aims at: how fast training and the exact assignment are.
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "claims/flow/support.hpp"
#include "claims/suite/claim.hpp"
#include "claims/suite/timing.hpp"
#include "problems/flow/training.hpp"

namespace tandem::claims {
namespace {

Outcome training(bool full) {
  const flow::TrainingProblem problem = flow::random_training({.dimension = 2, .hidden = 100}, 2048, 1);
  flow::TrainingResult slow = flow::room_for(problem.shape), fast = slow;
  const Figure found =
      ratio([&] { flow::reference(problem, slow); }, [&] { flow::simd(problem, fast, {}); }, full ? 8 : 2);
  return {"the reference's time over the fast one's, one thread: " + text_of(found), decide(found, at_least(15)), 1};
}

#ifdef TANDEM_PEER_LEMON
Outcome assignment(bool full) {
  std::string figures;
  std::vector<Verdict> verdicts;
  for (const std::size_t dimension : {2, 64}) {
    const flow::Costs costs =
        flow::squared_distances(flow::clustered(1, 512, dimension), flow::noise(2, 512, dimension));
    flow::AssignmentAnswer own{.columns = std::vector<std::uint32_t>(512), .row_price = {}, .column_price = {}};
    flow::AssignmentAnswer peers = own;
    const Figure found =
        ratio([&] { flow::simd(costs, own, {}); }, [&] { flow::peer_lemon(costs, peers, {}); }, full ? 8 : 2);
    verdicts.push_back(decide(found, at_most(1)));
    figures += fmt::format("{}d = {}: {}", figures.empty() ? "" : "; ", dimension, text_of(found));
  }
  return {"our time over LEMON's, n = 512: " + figures, together(verdicts), verdicts.size()};
}
#else
Outcome assignment(bool) { return not_testable("LEMON (liblemon-dev) was not there when this was built"); }
#endif

const RegisteredClaims flow_targets_registered{{
    {.id = "T1",
     .method = "flow",
     .statement = "A training step of the network is 15 times as fast as the reference, on one thread",
     .source = of_this_project,
     .threshold = "at least 15",
     .quick_seconds = 3,
     .full_seconds = 9,
     .experiment = training},
    {.id = "T2",
     .method = "flow",
     .statement = "The exact assignment of 512 points is not slower than LEMON's network simplex",
     .source = of_this_project,
     .threshold = "at most 1",
     .quick_seconds = 5,
     .full_seconds = 17,
     .experiment = assignment},
}};

}  // namespace
}  // namespace tandem::claims
