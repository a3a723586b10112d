#include "benchmarks/suite/race.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "benchmarks/suite/interrupt.hpp"

namespace tandem::suite {
namespace {

constexpr double not_timed = std::numeric_limits<double>::quiet_NaN();
/// A time may lie this far below the roof: the peaks were measured in other seconds than the row.
constexpr double roof_allowance = 0.9;
/// The fewest values for which the exact 95 % interval of a median is finite.
constexpr std::size_t fewest_rounds = 6;

/// What the body of a registered benchmark works on, and what it leaves behind.
struct Lane {
  Case* problem = nullptr;
  std::size_t variant = 0;
  int threads = 1;
  bool check_output = true;  ///< poison before and compare after the timed runs
  Work work;
  std::optional<double> steps;
};

/// The body of every benchmark: the timed runs, with the gate's last part around them.
void run_lane(benchmark::State& state, Lane& lane) {
  const Execution execution{.threads = lane.threads};
  if (lane.check_output) lane.problem->poison();
  try {
    for (auto _ : state) {
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

/// Keeps the runs of one call instead of printing them.
class Collector : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.error_occurred) {
        error = run.error_message;
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
  Lane lane;
  benchmark::internal::Benchmark* registered = nullptr;
  std::size_t stride = 1;  ///< takes part in every stride-th round
  std::size_t epochs = 2;  ///< per round

  bool timed() const { return row.status == RowStatus::timed; }

  void refuse(const std::string& why) {
    row.status = RowStatus::disagrees;
    row.message = why;
    row.round_seconds.clear();
  }

  /// The smallest time of some epochs, in seconds per run; refuses the row if its output is wrong.
  double epoch(std::size_t epoch_count, bool check_output) {
    lane.check_output = check_output;
    registered->Iterations(static_cast<benchmark::IterationCount>(row.iterations))
        ->Repetitions(static_cast<int>(epoch_count));
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector, "^" + row.name() + "/");
    if (!collector.error.empty()) refuse(collector.error);
    return collector.seconds.empty() ? not_timed : std::ranges::min(collector.seconds);
  }

  /// Finds how many runs fill an epoch: two consecutive readings must agree, since one may have been interrupted.
  void calibrate(const RaceOptions& options) {
    row.iterations = 1;
    double previous = not_timed;
    for (int attempt = 0; attempt < 8 && timed(); ++attempt) {
      const double seconds = epoch(1, attempt == 0);
      const bool settled = std::abs(seconds - previous) < 0.15 * seconds;
      const double wanted = std::clamp(options.epoch_seconds / std::max(seconds, 1e-10), 1.0, 1e7);
      const auto iterations = static_cast<std::uint64_t>(wanted);
      if (settled && row.iterations * 2 > iterations) break;
      previous = seconds;
      row.iterations = iterations;
    }
    const double round_seconds = static_cast<double>(row.iterations) * previous;
    if (round_seconds > 50 * options.epoch_seconds) epochs = 1;
    const double affordable = options.row_budget_seconds / (static_cast<double>(epochs) * round_seconds);
    // Powers of two, so that any two rows share the rounds of the rarer one.
    const double wanted_stride = static_cast<double>(options.rounds) / std::max(affordable, 1.0);
    const std::size_t widest = std::bit_floor(std::max<std::size_t>(1, options.rounds / fewest_rounds));
    stride = std::min(widest, std::bit_ceil(static_cast<std::size_t>(std::max(1.0, std::ceil(wanted_stride)))));
  }
};

Row row_of(const SelectedWorkload& selected, std::size_t variant, int threads) {
  const VariantCard& card = selected.method->variants[variant];
  Row row;
  row.method = selected.method->name;
  row.variant = card.name;
  row.workload = selected.card().name;
  row.threads = threads;
  row.threaded = card.traits.threaded;
  row.peer = card.traits.peer;
  row.size = selected.card().size;
  row.items = selected.card().items;
  row.fitted = selected.card().fitted;
  return row;
}

/// The worst check of a variant decides: one that is wrong at three threads has no time at one thread either.
void apply_check(Row& row, const std::vector<Check>& checks, double longest_run_seconds) {
  row.status = RowStatus::timed;
  double seconds = 0;
  for (const Check& check : checks) {
    if (check.variant != row.variant) continue;
    row.against = check.against;
    row.tolerance = check.tolerance;
    row.agreement_error = std::max(row.agreement_error, check.error);
    if (check.threads == row.threads) seconds = check.seconds;
    if (!check.agrees) {
      row.status = RowStatus::disagrees;
      row.message = row.threaded ? "at " + std::to_string(check.threads) + " threads: " + check.message : check.message;
      return;
    }
    if (!check.ran) {
      row.status = RowStatus::left_out;
      row.message = check.message;
    }
  }
  if (row.status == RowStatus::timed && seconds > longest_run_seconds) {
    row.status = RowStatus::left_out;
    row.message = "not run at this size";
  }
}

/// Registers the rows of one workload as Google Benchmarks, in the table's order.
std::vector<std::unique_ptr<Racer>> line_up(const SelectedWorkload& selected, const CheckedWorkload& checked,
                                            const std::set<std::size_t>& wanted, const RaceOptions& options) {
  std::vector<std::unique_ptr<Racer>> racers;
  for (const std::size_t variant : selected.variants) {
    const bool threaded = selected.method->variants[variant].traits.threaded;
    for (const int threads : threaded ? options.threads : std::vector<int>{1}) {
      auto racer = std::make_unique<Racer>();
      racer->row = row_of(selected, variant, threads);
      racer->selected = wanted.contains(variant);
      racer->lane = {.problem = checked.problem.get(), .variant = variant, .threads = threads, .work = {}, .steps = {}};
      apply_check(racer->row, checked.checks, options.longest_run_seconds);
      if (checked.problem) racer->row.input_hash = checked.problem->input_hash();
      racer->registered = benchmark::RegisterBenchmark(
          racer->row.name().c_str(), [lane = &racer->lane](benchmark::State& state) { run_lane(state, *lane); });
      racer->registered->UseRealTime();
      racers.push_back(std::move(racer));
    }
  }
  return racers;
}

void run_rounds(std::vector<Racer*>& racers, const RaceOptions& options) {
  const auto orders = latin_square_orders(racers.size(), options.rounds, options.gate.seed);
  for (std::size_t round = 0; round < orders.size() && !interrupted(); ++round) {
    for (Racer* racer : racers) racer->row.round_seconds.push_back(not_timed);
    for (const std::size_t index : orders[round]) {
      Racer& racer = *racers[index];
      if (!racer.timed() || round % racer.stride != 0) continue;
      const bool last = round + racer.stride >= orders.size();
      const double seconds = racer.epoch(racer.epochs, last);
      if (racer.timed()) racer.row.round_seconds[round] = seconds;
    }
  }
}

std::vector<double> valid(const std::vector<double>& round_seconds) {
  std::vector<double> values;
  std::ranges::copy_if(round_seconds, std::back_inserter(values),
                       [](double seconds) { return std::isfinite(seconds); });
  return values;
}

void reject_impossible(Racer& racer, const Roof& roof) {
  Row& row = racer.row;
  if (!roof.seconds) return;
  double least = roof.seconds(row.work, row.threads);
  if (row.seconds < roof_allowance * least) {
    roof.remeasure();
    least = roof.seconds(row.work, row.threads);
  }
  if (least <= 0) return;
  row.roof = least / row.seconds;
  if (row.seconds < roof_allowance * least) {
    row.status = RowStatus::impossible;
    row.message = "its time is " + std::to_string(100 * row.seconds / least) +
                  " % of the least time that its declared work needs on this machine";
  }
}

void compare_rows(std::vector<Racer*>& racers) {
  const Row* reference = nullptr;
  const Row* best = nullptr;
  for (const Racer* racer : racers) {
    const Row& row = racer->row;
    if (row.status != RowStatus::timed) continue;
    if (row.variant == "reference") reference = &row;
    const bool sequential = !row.threaded && !row.peer;
    if (sequential && (best == nullptr || row.seconds < best->seconds)) best = &row;
  }
  for (Racer* racer : racers) {
    Row& row = racer->row;
    if (row.status != RowStatus::timed) continue;
    if (reference != nullptr) row.speedup = ratio_interval(reference->round_seconds, row.round_seconds);
    if (best != nullptr) {
      row.speedup_sequential = ratio_interval(best->round_seconds, row.round_seconds);
      row.best_sequential = best->variant;
    }
  }
}

/// The selected variants and, as baselines, every single-threaded one.
SelectedWorkload with_baselines(const SelectedWorkload& selected) {
  SelectedWorkload all{selected.method, selected.workload, {}};
  for (std::size_t variant = 0; variant < selected.method->variants.size(); ++variant) {
    const VariantTraits& traits = selected.method->variants[variant].traits;
    const bool baseline = !traits.threaded && !traits.peer;
    if (baseline || std::ranges::count(selected.variants, variant) != 0) all.variants.push_back(variant);
  }
  return all;
}

}  // namespace

std::string Row::name() const {
  std::string name = method + "/" + variant + "/" + workload;
  if (threaded) name += "/threads:" + std::to_string(threads);
  return name;
}

std::vector<Row> race(const SelectedWorkload& selected, const RaceOptions& options, const Roof& roof) {
  const SelectedWorkload all = with_baselines(selected);
  const CheckedWorkload checked = check_workload(all, options.gate);
  const std::set<std::size_t> wanted(selected.variants.begin(), selected.variants.end());
  benchmark::ClearRegisteredBenchmarks();
  auto racers = line_up(all, checked, wanted, options);

  std::vector<Racer*> racing;
  for (auto& racer : racers) {
    if (racer->timed() && !interrupted()) racer->calibrate(options);
    if (racer->timed()) racing.push_back(racer.get());
  }
  if (!racing.empty()) run_rounds(racing, options);
  for (Racer* racer : racing) {
    if (!racer->timed()) continue;
    const std::vector<double> values = valid(racer->row.round_seconds);
    if (values.size() < fewest_rounds) {
      racer->row.status = RowStatus::left_out;
      racer->row.message = "interrupted";
      continue;
    }
    racer->row.seconds = median(values);
    racer->row.work = racer->lane.work;
    racer->row.steps = racer->lane.steps;
    reject_impossible(*racer, roof);
  }
  compare_rows(racing);
  benchmark::ClearRegisteredBenchmarks();

  std::vector<Row> rows;
  for (auto& racer : racers) {
    if (racer->selected) rows.push_back(std::move(racer->row));
  }
  return rows;
}

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
      const bool threaded = selected.method->variants[variant].traits.threaded;
      for (const int threads : threaded ? options.threads : std::vector<int>{1}) {
        const Row row = row_of(selected, variant, threads);
        const auto body = [&selected, &current, &all_passed, &options, row, variant](benchmark::State& state) {
          if (current.workload != &selected) {
            current.checked = {};
            current.checked = check_workload(selected, options.gate);
            current.workload = &selected;
          }
          Row checked_row = row;
          apply_check(checked_row, current.checked.checks, std::numeric_limits<double>::infinity());
          if (checked_row.status != RowStatus::timed) {
            all_passed = all_passed && !checked_row.refused();
            state.SkipWithError(((checked_row.refused() ? "DISAGREES: " : "left out: ") + checked_row.message).c_str());
            return;
          }
          Lane lane{.problem = current.checked.problem.get(),
                    .variant = variant,
                    .threads = row.threads,
                    .work = {},
                    .steps = {}};
          run_lane(state, lane);
          if (state.error_occurred()) {
            all_passed = false;
            return;
          }
          state.counters["operations"] = lane.work.operations();
          state.counters["bytes"] = lane.work.bytes();
          state.counters["agreement_error"] = checked_row.agreement_error;
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

std::vector<GrowthFit> fit_growth(const std::vector<Row>& rows) {
  struct Points {
    std::vector<double> sizes, seconds, steps;
    bool counted = true;
  };
  std::map<std::tuple<std::string, std::string, int>, Points> series;
  for (const Row& row : rows) {
    if (row.status != RowStatus::timed || !row.fitted) continue;
    Points& points = series[{row.method, row.variant, row.threads}];
    points.sizes.push_back(row.size);
    points.seconds.push_back(row.seconds / row.items);
    points.counted = points.counted && row.steps.has_value();
    points.steps.push_back(row.steps.value_or(0) / row.items);
  }
  std::vector<GrowthFit> fits;
  for (const auto& [key, points] : series) {
    if (points.sizes.size() < 5) continue;
    const auto& [method, variant, threads] = key;
    const AnyMethod& registered = method_named(method);
    GrowthFit fit{.method = method, .variant = variant, .threads = threads, .sizes = points.sizes.size()};
    fit.declared = registered.variants[registered.variant_index(variant)].growth.exponent;
    fit.time = growth_exponent(points.sizes, points.seconds);
    if (points.counted) fit.steps = growth_exponent(points.sizes, points.steps);
    fits.push_back(fit);
  }
  return fits;
}

}  // namespace tandem::suite
