#include "benchmarks/suite/race.hpp"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "benchmarks/suite/epochs.hpp"
#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/page_arena.hpp"
#include "benchmarks/suite/run_error.hpp"
#include "benchmarks/suite/statistics.hpp"
#include "benchmarks/suite/timed_variant.hpp"

namespace tandem::suite {
namespace {

constexpr double not_timed = std::numeric_limits<double>::quiet_NaN();
/// A time may lie this far below the roof: the peaks were measured in other seconds than the row.
constexpr double roof_allowance = 0.9;

/// Keeps the runs of one call instead of printing them.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (const auto failure = error_of(run)) {
        error = *failure;
      } else if (run.run_type == Run::RT_Iteration) {
        seconds.push_back(run.real_accumulated_time / static_cast<double>(run.iterations));
      }
    }
  }

  std::vector<double> seconds;  ///< per run of the variant, one value per epoch
  std::string error;
};

/// A row while it is racing: its registered benchmark and how often it runs.
struct Racer {
  Row row;
  bool selected = true;
  TimedVariant run;
  benchmark::internal::Benchmark* registered = nullptr;
  std::size_t stride = 1;  ///< takes part in every stride-th round
  bool settled = false;    ///< takes part in no more

  bool timed() const { return row.status == RowStatus::timed; }

  void refuse(const std::string& why) {
    row.status = RowStatus::disagrees;
    row.message = why;
    row.rounds = {};
  }

  /// The times of some epochs, in seconds per run; refuses the row if its output is wrong.
  std::vector<double> run_epochs(std::size_t epoch_count, bool check_output) {
    run.check_output = check_output;
    registered->Iterations(static_cast<benchmark::IterationCount>(row.iterations))
        ->Repetitions(static_cast<int>(epoch_count));
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector, "^" + row.name() + "/");
    if (!collector.error.empty()) refuse(collector.error);
    return collector.seconds.empty() ? std::vector<double>{not_timed} : collector.seconds;
  }

  /// Finds how many runs fill an epoch, and how many rounds the row can afford.
  void calibrate(const RaceOptions& options) {
    const auto apply = [&](const EpochPlan& plan) {
      row.iterations = plan.runs;
      run.warm_up = plan.warm_up;
    };
    bool first = true;
    const EpochPlan plan = plan_epochs(options.epoch_seconds, [&](const EpochPlan& trial) {
      apply(trial);
      const double seconds = run_epochs(1, std::exchange(first, false)).front();
      return timed() ? seconds : not_timed;
    });
    apply(plan);
    row.rounds.epochs = plan.epochs;
    const double affordable = options.row_budget_seconds / plan.round_seconds;
    // Powers of two, so that any two rows share the rounds of the rarer one.
    const double wanted_stride = static_cast<double>(options.rounds) / std::max(affordable, 1.0);
    const std::size_t widest = std::bit_floor(std::max<std::size_t>(1, options.rounds / fewest_rounds));
    stride = std::min(widest, std::bit_ceil(static_cast<std::size_t>(std::max(1.0, std::ceil(wanted_stride)))));
  }
};

/// Registers the rows of one workload as Google Benchmarks, in the table's order.
std::vector<std::unique_ptr<Racer>> register_racers(const SelectedWorkload& selected, const CheckedWorkload& checked,
                                                    const std::set<std::size_t>& wanted, const RaceOptions& options) {
  std::vector<std::unique_ptr<Racer>> racers;
  for (const std::size_t variant : selected.variants) {
    for (const int threads : row_threads(selected, variant, options.threads)) {
      auto racer = std::make_unique<Racer>();
      racer->row = row_of(selected, variant, threads);
      racer->selected = wanted.contains(variant);
      racer->run = {.problem = checked.problem.get(), .variant = variant, .threads = threads, .work = {}, .steps = {}};
      apply_checks(racer->row, checked.checks, options.longest_run_seconds);
      racer->row.input_hash = checked.input_hash;
      racer->registered = benchmark::RegisterBenchmark(
          racer->row.name().c_str(), [run = &racer->run](benchmark::State& state) { run_timed(state, *run); });
      racer->registered->UseRealTime();
      racers.push_back(std::move(racer));
    }
  }
  return racers;
}

std::vector<double> valid(const std::vector<double>& seconds_of_rounds) {
  std::vector<double> values;
  std::ranges::copy_if(seconds_of_rounds, std::back_inserter(values),
                       [](double seconds) { return std::isfinite(seconds); });
  return values;
}

void reject_impossible(Racer& racer, const Roof& roof) {
  Row& row = racer.row;
  if (!roof.least) return;
  LeastTime least = roof.least(row.work, row.threads);
  if (row.seconds < roof_allowance * least.surely) {
    roof.remeasure();
    least = roof.least(row.work, row.threads);
  }
  hold_against_roof(row, roof);
  if (row.seconds < roof_allowance * least.surely) {
    row.status = RowStatus::impossible;
    row.message =
        fmt::format("its time is {:.3g} % of the least time that its declared work needs on this machine ({})",
                    100 * row.seconds / least.surely, least.binds);
  }
}

/// How much faster `row` is than `baseline`.
Interval speedup_over(Row& baseline, Row& row) {
  if (baseline.rounds.epochs != row.rounds.epochs) {
    baseline.compared_by_first_epochs = row.compared_by_first_epochs = true;
  }
  return fair_ratio(baseline.rounds, row.rounds);
}

/// `baseline`: as in Method.
void compare_rows(std::vector<Racer*>& racers, const std::string& baseline) {
  Row* reference = nullptr;
  Row* best = nullptr;
  for (Racer* racer : racers) {
    Row& row = racer->row;
    if (row.status != RowStatus::timed) continue;
    if (row.variant == "reference") reference = &row;
    const bool sequential = baseline.empty() ? !row.threaded && !row.peer : row.variant == baseline;
    if (sequential && (best == nullptr || row.seconds < best->seconds)) best = &row;
  }
  for (Racer* racer : racers) {
    Row& row = racer->row;
    if (row.status != RowStatus::timed) continue;
    row.speedup = reference != nullptr ? std::optional(speedup_over(*reference, row)) : std::nullopt;
    row.speedup_sequential = best != nullptr ? std::optional(speedup_over(*best, row)) : std::nullopt;
    row.best_sequential = best != nullptr ? best->variant : "";
  }
}

/// Whether no row needs another round to be compared. One that needs none rests, unless others are compared with it.
bool all_settled(std::vector<Racer*>& racers, const RaceOptions& options, const std::string& baseline) {
  for (Racer* racer : racers) {
    const std::vector<double> values = valid(racer->row.rounds.smallest);
    racer->row.seconds = values.empty() ? not_timed : median(values);
  }
  compare_rows(racers, baseline);
  const auto needs_none = [&](const std::optional<Interval>& speedup) {
    return !speedup || is_settled(*speedup, options.margin);
  };
  bool all = true;
  for (Racer* racer : racers) {
    const Row& row = racer->row;
    if (!racer->timed() || racer->settled) continue;
    const bool settled = needs_none(row.speedup) && needs_none(row.speedup_sequential);
    racer->settled = settled && row.variant != "reference" && row.variant != row.best_sequential;
    all = all && settled;
  }
  return all;
}

void run_rounds(std::vector<Racer*>& racers, const RaceOptions& options, const std::string& baseline) {
  const auto orders = latin_square_orders(racers.size(), options.rounds, options.check.seed);
  const std::size_t quarter = options.until_settled ? (options.rounds + 3) / 4 : options.rounds;
  for (std::size_t round = 0; round < orders.size() && !interrupted(); ++round) {
    if (round > 0 && round % quarter == 0 && all_settled(racers, options, baseline)) break;
    for (Racer* racer : racers) {
      racer->row.rounds.first.push_back(not_timed);
      racer->row.rounds.smallest.push_back(not_timed);
    }
    redraw_pages(options.check.seed, round);
    for (const std::size_t index : orders[round]) {
      Racer& racer = *racers[index];
      if (!racer.timed() || racer.settled || round % racer.stride != 0) continue;
      // What may be the row's last output is checked.
      const std::size_t next = round + racer.stride;
      const bool last = next >= orders.size() || next / quarter != round / quarter;
      const std::vector<double> seconds = racer.run_epochs(racer.row.rounds.epochs, last);
      if (!racer.timed()) continue;
      racer.row.rounds.first[round] = seconds.front();
      racer.row.rounds.smallest[round] = std::ranges::min(seconds);
    }
  }
}

/// The selected variants and those they are compared with.
SelectedWorkload with_baselines(const SelectedWorkload& selected, const RaceOptions& options) {
  const AnyMethod& method = *selected.method;
  const auto is_baseline = [&](const VariantCard& variant) {
    if (variant.traits.reference || variant.name == method.baseline) return true;
    if (options.baselines) return std::ranges::count(*options.baselines, variant.name) != 0;
    return method.baseline.empty() && !variant.traits.threaded && !variant.traits.peer;
  };
  SelectedWorkload all{selected.method, selected.workload, {}};
  for (std::size_t variant = 0; variant < method.variants.size(); ++variant) {
    if (is_baseline(method.variants[variant]) || std::ranges::count(selected.variants, variant) != 0) {
      all.variants.push_back(variant);
    }
  }
  return all;
}

}  // namespace

void hold_against_roof(Row& row, const Roof& roof) {
  const LeastTime least = roof.least(row.work, row.threads);
  row.roof = least.seconds > 0 ? std::optional(least.seconds / row.seconds) : std::nullopt;
  row.binds = least.binds;
}

std::vector<Row> race(const SelectedWorkload& selected, const RaceOptions& options, const Roof& roof) {
  const PageArenaScope scope;
  const SelectedWorkload all = with_baselines(selected, options);
  const CheckedWorkload checked = check_workload(all, options.check);
  const std::set<std::size_t> wanted(selected.variants.begin(), selected.variants.end());
  benchmark::ClearRegisteredBenchmarks();
  auto racers = register_racers(all, checked, wanted, options);

  std::vector<Racer*> racing;
  for (auto& racer : racers) {
    if (racer->timed() && !interrupted()) racer->calibrate(options);
    if (racer->timed()) racing.push_back(racer.get());
  }
  if (!racing.empty()) run_rounds(racing, options, selected.method->baseline);
  for (Racer* racer : racing) {
    if (!racer->timed()) continue;
    const std::vector<double> values = valid(racer->row.rounds.smallest);
    if (values.size() < fewest_rounds) {
      racer->row.status = RowStatus::left_out;
      racer->row.message = "interrupted";
      continue;
    }
    racer->row.seconds = median(values);
    racer->row.work = racer->run.work;
    racer->row.steps = racer->run.steps;
    reject_impossible(*racer, roof);
  }
  compare_rows(racing, selected.method->baseline);
  benchmark::ClearRegisteredBenchmarks();

  std::vector<Row> rows;
  for (auto& racer : racers) {
    if (racer->selected) rows.push_back(std::move(racer->row));
  }
  return rows;
}

}  // namespace tandem::suite
