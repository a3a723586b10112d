#include "benchmarks/suite/timed_variant.hpp"

#include <exception>
#include <string>

#include "benchmarks/suite/check.hpp"

namespace tandem::suite {

void run_timed(benchmark::State& state, TimedVariant& timed) {
  try {
    const Execution execution{.threads = timed.threads};
    if (timed.check_output) timed.problem->poison();
    if (timed.warm_up) timed.problem->run(timed.variant, execution);
    for ([[maybe_unused]] auto _ : state) {
      timed.problem->run(timed.variant, execution);
      benchmark::ClobberMemory();
    }
    if (!timed.check_output) return;
    if (const auto wrong = recheck(*timed.problem, timed.variant)) {
      state.SkipWithError(("after the timed run: " + *wrong).c_str());
      return;
    }
    timed.work = timed.problem->work(timed.variant);
    timed.steps = timed.problem->counted_steps();
  } catch (const std::exception& failure) {
    state.SkipWithError((std::string("it threw: ") + failure.what()).c_str());
  } catch (...) {
    state.SkipWithError("it threw something that is no std::exception");
  }
}

}  // namespace tandem::suite
