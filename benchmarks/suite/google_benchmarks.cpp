#include "benchmarks/suite/google_benchmarks.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <limits>

#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/timed_variant.hpp"

namespace tandem::suite {
namespace {

/// Of repetitions whose mean is 0 older versions write a coefficient of variation that is no number, and no JSON.
void add_counter(benchmark::State& state, const char* name, double value) {
  if (value != 0 && std::isfinite(value)) state.counters[name] = value;
}

}  // namespace

bool run_google_benchmarks(const std::vector<SelectedWorkload>& selection, const RaceOptions& options) {
  benchmark::ClearRegisteredBenchmarks();
  bool all_passed = true;
  // One workload's data at a time: it is made when its first benchmark runs and dropped when another's does.
  struct Current {
    const SelectedWorkload* workload = nullptr;
    CheckedWorkload checked;
  };
  Current current;
  for (const SelectedWorkload& selected : selection) {
    for (const std::size_t variant : selected.variants) {
      for (const int threads : row_threads(selected, variant, options.threads)) {
        const Row row = row_of(selected, variant, threads);
        const auto body = [&selected, &current, &all_passed, &options, row, variant](benchmark::State& state) {
          if (current.workload != &selected) {
            current.checked = {};
            current.checked = check_workload(selected, options.check);
            current.workload = &selected;
          }
          Row checked_row = row;
          apply_checks(checked_row, current.checked.checks, std::numeric_limits<double>::infinity());
          if (checked_row.status != RowStatus::timed) {
            all_passed = all_passed && !checked_row.refused();
            state.SkipWithError(
                in_utf8((checked_row.refused() ? "DISAGREES: " : "left out: ") + checked_row.message).c_str());
            return;
          }
          TimedVariant timed{.problem = current.checked.problem.get(),
                             .variant = variant,
                             .threads = row.threads,
                             .work = {},
                             .steps = {}};
          run_timed(state, timed);
          if (state.error_occurred()) {
            all_passed = false;
            return;
          }
          add_counter(state, "operations", timed.work.operations());
          add_counter(state, "bytes", timed.work.bytes());
          add_counter(state, selected.method->step_name.c_str(), timed.steps.value_or(0));
          add_counter(state, "agreement_error", checked_row.agreement_error);
          state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(row.items));
        };
        benchmark::RegisterBenchmark(row.name().c_str(), body)->UseRealTime();
      }
    }
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::ClearRegisteredBenchmarks();
  return all_passed;
}

}  // namespace tandem::suite
