#include "benchmarks/suite/lane.hpp"

#include <exception>
#include <string>

#include "benchmarks/suite/gate.hpp"

namespace tandem::suite {

void run_lane(benchmark::State& state, Lane& lane) {
  try {
    const Execution execution{.threads = lane.threads};
    if (lane.check_output) lane.problem->poison();
    if (lane.warm_up) lane.problem->run(lane.variant, execution);
    for ([[maybe_unused]] auto _ : state) {
      lane.problem->run(lane.variant, execution);
      benchmark::ClobberMemory();
    }
    if (!lane.check_output) return;
    if (const auto wrong = recheck(*lane.problem, lane.variant)) {
      state.SkipWithError(("after the timed run: " + *wrong).c_str());
      return;
    }
    lane.work = lane.problem->work(lane.variant);
    lane.steps = lane.problem->counted_steps();
  } catch (const std::exception& failure) {
    state.SkipWithError((std::string("it threw: ") + failure.what()).c_str());
  } catch (...) {
    state.SkipWithError("it threw something that is no std::exception");
  }
}

}  // namespace tandem::suite
