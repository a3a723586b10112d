// What the empirical field is meant to cost.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "claims/flow/support.hpp"
#include "claims/suite/claim.hpp"
#include "claims/suite/timing.hpp"

namespace tandem::claims {
namespace {

using Field = void (*)(const flow::EmpiricalProblem&, flow::EmpiricalAnswer&, const Execution&);

/// The field of clustered data at points of noise, half way.
struct Asked {
  flow::EmpiricalProblem problem;
  flow::EmpiricalAnswer answer;

  Asked(std::size_t points, std::size_t data, std::size_t dimension)
      : problem{.data = flow::clustered(1, data, dimension),
                .queries = flow::noise(10, points, dimension),
                .time = 0.5},
        answer(points * dimension) {}

  Run by(Field field) {
    return [this, field] { field(problem, answer, {}); };
  }
};

Outcome grows_with_every_size(bool full) {
  Asked base(256, 2048, 128), points(1024, 2048, 128), data(256, 8192, 128), dimension(256, 2048, 512);
  const Turns turns = take_turns(
      {base.by(flow::simd), points.by(flow::simd), data.by(flow::simd), dimension.by(flow::simd)}, full ? 8 : 2);
  std::string figures;
  std::vector<Verdict> verdicts;
  for (const std::size_t run : {1, 2, 3}) {
    const Figure power = exponent(turns.ratio(run, 0), 4);
    verdicts.push_back(decide(power, {.least = 0.95, .most = 1.05}));
    const char* const names[] = {"", "points", ", data", ", dimension"};
    figures += fmt::format("{} {:.3f} [{:.3f}, {:.3f}]", names[run], power.estimate, power.low, power.high);
  }
  return {"exponents of the time in " + figures, together(verdicts), verdicts.size()};
}

Outcome over_eigen(std::size_t dimension, double least, double budget_seconds) {
  Asked asked(256, 4096, dimension);
  const Figure faster = ratio(asked.by(flow::eigen), asked.by(flow::simd), budget_seconds);
  return {fmt::format("time of Eigen / time of the stream, 256 points, 4096 data of {} numbers: {}", dimension,
                      text_of(faster)),
          decide(faster, at_least(least)), 1};
}

const RegisteredClaims flow_speed_registered{{
    {.id = "S1",
     .method = "flow",
     .statement = "The empirical field costs what its points, data and dimension say",
     .source = of_this_project,
     .threshold = "exponents of the time 1 +- 0.05 in each",
     .quick_seconds = 3,
     .full_seconds = 10,
     .experiment = grows_with_every_size},
    {.id = "S2a",
     .method = "flow",
     .statement = "Streamed, the field of data of 64 numbers is 1.7 times as fast as with Eigen's products",
     .source = of_this_project,
     .threshold = "at least 1.7, on one thread",
     .quick_seconds = 2,
     .full_seconds = 6,
     .experiment = [](bool full) { return over_eigen(64, 1.7, full ? 5 : 1); }},
    {.id = "S2b",
     .method = "flow",
     .statement = "Streamed, the field of data of 784 numbers is 1.35 times as fast as with Eigen's products",
     .source = of_this_project,
     .threshold = "at least 1.35, on one thread",
     .quick_seconds = 3,
     .full_seconds = 6,
     .experiment = [](bool full) { return over_eigen(784, 1.35, full ? 5 : 1); }},
}};

}  // namespace
}  // namespace tandem::claims
