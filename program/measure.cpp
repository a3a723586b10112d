#include "program/measure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/simd_target.hpp"

namespace tandem::program {
namespace {

constexpr int self_races = 20;

/// The peaks of the target that calls are dispatched to, for one thread and for all; measured again, the better ones.
void measure_machine_peaks(Record& record) {
  const std::int64_t target = suite::chosen_simd_target().id;
  std::vector<suite::Peaks> peaks = {suite::measure_peaks(target, 1, record.machine)};
  const int threads = record.machine.threads_that_fit();
  if (threads > 1) peaks.push_back(suite::measure_peaks(target, threads, record.machine));
  record.suspect_peaks.reset();
  for (std::size_t i = 0; i < peaks.size(); ++i) {
    if (!record.peaks.empty()) peaks[i] = suite::better_of(record.peaks[i], peaks[i]);
    if (!record.suspect_peaks) record.suspect_peaks = suite::suspect(peaks[i]);
  }
  record.peaks = std::move(peaks);
}

/// Where a row stands in the tables.
std::tuple<std::string, std::size_t, std::size_t, int> place_of(const suite::Row& row) {
  const suite::AnyMethod& method = suite::method_named(row.method);
  return {row.method, method.workload_index(row.workload), method.variant_index(row.variant), row.threads};
}

void report_refusals(const std::vector<suite::Row>& rows) {
  for (const suite::Row& row : rows) {
    if (row.refused()) fmt::print(stderr, "tandem: refused {}: {}\n", row.name(), row.message);
  }
}

}  // namespace

suite::RaceOptions race_options(bool full, std::uint64_t seed) {
  suite::RaceOptions options;
  options.check.seed = seed;
  const int all = suite::read_machine_card().threads_that_fit();
  options.threads.clear();
  for (int threads = 1; threads < all; threads *= 2) options.threads.push_back(threads);
  options.threads.push_back(all);
  for (const int threads : options.threads) {
    if (std::ranges::count(options.check.threads, threads) == 0) options.check.threads.push_back(threads);
  }
  if (full) {
    options.rounds = 104;
    options.row_budget_seconds = 4;
    options.longest_run_seconds = 2;
    options.check.step_budget = 4e9;
  }
  return options;
}

double planned_seconds(const std::vector<suite::SelectedWorkload>& selection, const suite::RaceOptions& options) {
  double rows = 0;
  for (const auto& selected : selection) rows += static_cast<double>(selected.method->variants.size());
  const double row_seconds = 3 * options.epoch_seconds * static_cast<double>(options.rounds) + 0.3;
  return machine_seconds + rows * row_seconds;
}

void measure_machine(const suite::RaceOptions& options, suite::Progress& progress, Record& record) {
  record.options = options;
  record.partial = true;  // until the end
  record.machine = suite::read_machine_card();
  progress.now("measuring what this machine can do");
  measure_machine_peaks(record);
  record.noise = suite::measure_noise(self_races);
  progress.done(machine_seconds);
}

void measure_rows(const suite::SelectedWorkload& selected, const suite::RaceOptions& options, Record& record) {
  std::vector<suite::Row> rows = suite::race(selected, options, roof_of(record));
  report_refusals(rows);
  const int race = ++record.races;
  for (const suite::Row& row : rows) record.race_of[row.name()] = race;
  std::ranges::move(rows, std::back_inserter(record.rows));
  std::ranges::stable_sort(record.rows, {}, place_of);
}

void conclude(Record& record) {
  hold_against_last_peaks(record);
  record.growth = suite::fit_growth(record.rows);
  record.partial = suite::interrupted();
}

void measure(const std::vector<suite::SelectedWorkload>& selection, const suite::RaceOptions& options,
             suite::Progress& progress, Record& record, const std::function<void()>& save) {
  measure_machine(options, progress, record);
  for (const auto& selected : selection) {
    if (suite::interrupted()) break;
    progress.now("racing " + selected.method->name + " on " + selected.card().name);
    measure_rows(selected, options, record);
    save();
    progress.done(planned_seconds({selected}, options) - machine_seconds);
  }
  conclude(record);
}

suite::Roof roof_of(Record& record) {
  return {.least = [&record](const suite::Work& work, int threads) -> suite::LeastTime {
            if (record.suspect_peaks) return {};  // they show no share and refuse no row
            return suite::least_time(work, record.peaks.front(), record.peaks.back(), threads, record.machine);
          },
          .remeasure = [&record] { measure_machine_peaks(record); }};
}

void hold_against_last_peaks(Record& record) {
  const suite::Roof roof = roof_of(record);
  for (suite::Row& row : record.rows) {
    if (row.status == suite::RowStatus::timed) suite::hold_against_roof(row, roof);
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

bool any_refused(const Record& record) { return std::ranges::any_of(record.rows, &suite::Row::refused); }

}  // namespace tandem::program
