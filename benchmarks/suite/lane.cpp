#include "benchmarks/suite/lane.hpp"

#include <exception>
#include <string>

#include "benchmarks/suite/gate.hpp"

namespace tandem::suite {

void run_lane(benchmark::State& state, Lane& lane) {
  const Execution execution{.threads = lane.threads};
  if (lane.check_output) lane.problem->poison();
  try {
    if (lane.warm_up) lane.problem->run(lane.variant, execution);
    for ([[maybe_unused]] auto _ : state) {
      lane.problem->run(lane.variant, execution);
      benchmark::ClobberMemory();
    }
  } catch (const std::exception& failure) {
    state.SkipWithError((std::string("it threw: ") + failure.what()).c_str());
    return;
  }
  if (!lane.check_output) return;
  if (const auto wrong = recheck(*lane.problem)) {
    state.SkipWithError(("after the timed run: " + *wrong).c_str());
    return;
  }
  lane.work = lane.problem->work(lane.variant);
  lane.steps = lane.problem->counted_steps();
}

}  // namespace tandem::suite
