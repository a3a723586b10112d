// What this project aims at: how time grows, and how fast the fast variants are.
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

/// The empirical field at some points.
struct Field {
  Field(std::size_t queries, std::size_t data, std::size_t dimension)
      : problem{flow::clustered(1, data, dimension), flow::noise(2, queries, dimension), 0.5},
        answer(queries * dimension) {}
  Run run(const Execution& execution = {}) {
    return [this, execution] { flow::simd(problem, answer, execution); };
  }
  flow::EmpiricalProblem problem;
  flow::EmpiricalAnswer answer;
};

Outcome growth(bool full) {
  struct Size {
    const char* name;
    std::size_t queries, data, dimension;
  };
  const Size small{"", 256, 4096, 64};
  constexpr std::size_t factor = 4;
  std::string figures;
  std::vector<Verdict> verdicts;
  for (const Size& large : {Size{"samples", factor * small.queries, small.data, small.dimension},
                            Size{"data", small.queries, factor * small.data, small.dimension},
                            Size{"dimension", small.queries, small.data, factor * small.dimension}}) {
    Field few(small.queries, small.data, small.dimension), many(large.queries, large.data, large.dimension);
    const Figure found = exponent(ratio(many.run(), few.run(), full ? 8 : 1.5), static_cast<double>(factor));
    verdicts.push_back(decide(found, {.least = 0.95, .most = 1.05}));
    figures += fmt::format("{}{}: {}", figures.empty() ? "" : "; ", large.name, text_of(found));
  }
  return {"exponents of the field's time in " + figures, together(verdicts), verdicts.size()};
}

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
     .statement = "The field's time grows with samples, data and dimension as its operations do",
     .source = of_this_project,
     .threshold = "exponents 1 +- 0.05 between 256 and 1024 samples, 4096 and 16384 data, 64 and 256 dimensions",
     .quick_seconds = 5,
     .full_seconds = 25,
     .experiment = growth},
    {.id = "T2",
     .method = "flow",
     .statement = "A training step of the network is 15 times as fast as the reference, on one thread",
     .source = of_this_project,
     .threshold = "at least 15",
     .quick_seconds = 3,
     .full_seconds = 9,
     .experiment = training},
    {.id = "T3",
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
