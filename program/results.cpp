#include "program/results.hpp"

#include <benchmark/benchmark.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "benchmarks/suite/family.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/run_error.hpp"
#include "impl/support/whole_file.hpp"
#include "problems/support/absences.hpp"

namespace tandem::program {
namespace {

using nlohmann::ordered_json;
using suite::Interval;
using suite::Row;
using suite::RowStatus;

std::string_view status_word(RowStatus status) {
  switch (status) {
    case RowStatus::timed:
      return "timed";
    case RowStatus::left_out:
      return "left out";
    case RowStatus::disagrees:
      return "DISAGREES";
    case RowStatus::impossible:
      return "IMPOSSIBLE";
  }
  throw std::logic_error("a row status without a word");
}

void add_interval(benchmark::UserCounters& counters, const std::string& name, const std::optional<Interval>& interval) {
  // The format has no infinity; too few shared rounds leave an open interval.
  if (!interval || !std::isfinite(interval->low) || !std::isfinite(interval->high)) return;
  counters[name] = interval->estimate;
  counters[name + "_low"] = interval->low;
  counters[name + "_high"] = interval->high;
}

benchmark::BenchmarkReporter::Run to_run(const Row& row, std::int64_t index) {
  benchmark::BenchmarkReporter::Run run;
  run.run_name.function_name = row.name();
  run.time_unit = benchmark::kNanosecond;
  run.threads = row.threads;
  run.family_index = index;
  run.per_family_instance_index = 0;
  run.repetitions = 1;
  run.repetition_index = 0;
  if (row.status != RowStatus::timed) {
    suite::set_error(run, suite::in_utf8(std::string(status_word(row.status)) + ": " + row.message));
    return run;
  }
  run.iterations = static_cast<benchmark::IterationCount>(row.iterations);
  run.real_accumulated_time = row.seconds * static_cast<double>(row.iterations);
  run.cpu_accumulated_time = run.real_accumulated_time;
  run.counters["items_per_second"] = row.items / row.seconds;
  add_interval(run.counters, "speedup", row.speedup);
  add_interval(run.counters, "speedup_sequential", row.speedup_sequential);
  if (row.roof) run.counters["roof"] = *row.roof;
  run.counters["operations"] = row.work.operations();
  run.counters["bytes"] = row.work.bytes();
  if (row.steps) run.counters["steps"] = *row.steps;
  run.counters["agreement_error"] = row.agreement_error;
  std::erase_if(run.counters, [](const auto& counter) { return !std::isfinite(counter.second.value); });
  return run;
}

/// They are more than a clock has; all that a double has would double the file.
double seven_digits(double value) {
  if (value == 0) return 0;
  const double scale = std::pow(10, 6 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

/// What was measured, and not what was counted.
void round_measured(ordered_json& benchmark) {
  for (const auto& [name, value] : benchmark.items()) {
    const bool counted = name == "operations" || name == "bytes" || name == "steps";
    if (value.is_number_float() && !counted) value = seven_digits(value.get<double>());
  }
}

/// null where the row sat out.
ordered_json nanoseconds(const std::vector<double>& seconds_of_rounds) {
  ordered_json rounds = ordered_json::array();
  for (const double seconds : seconds_of_rounds) {
    rounds.push_back(std::isfinite(seconds) ? ordered_json(seven_digits(seconds * 1e9)) : ordered_json());
  }
  return rounds;
}

/// What does not fit into counters: names, words, and the value of every round.
ordered_json row_extras(const Row& row, double margin) {
  ordered_json extras = {{"method", row.method},     {"variant", row.variant}, {"workload", row.workload},
                         {"threaded", row.threaded}, {"peer", row.peer},       {"size", row.size},
                         {"fitted", row.fitted},     {"items", row.items},     {"status", status_word(row.status)},
                         {"message", row.message},   {"against", row.against}, {"tolerance", row.tolerance}};
  if (!row.headline.empty()) extras["headline"] = row.headline;
  if (row.input_hash) extras["input_hash"] = fmt::format("{:016x}", *row.input_hash);
  if (row.status != RowStatus::timed) return extras;
  extras["best_sequential"] = row.best_sequential;
  if (row.roof) extras["roof_binds"] = row.binds;
  if (row.speedup) extras["verdict"] = describe(word_of(*row.speedup, margin), margin);
  if (row.speedup_sequential) {
    extras["verdict_sequential"] = describe(word_of(*row.speedup_sequential, margin), margin);
  }
  extras["epochs"] = row.rounds.epochs;
  extras["round_nanoseconds"] = nanoseconds(row.rounds.smallest);
  if (row.compared_by_first_epochs && row.rounds.epochs > 1) {
    extras["first_epoch_nanoseconds"] = nanoseconds(row.rounds.first);
  }
  return extras;
}

ordered_json interval_array(const Interval& interval) { return {interval.estimate, interval.low, interval.high}; }

ordered_json growth_object(const suite::GrowthFit& fit) {
  ordered_json json = {{"method", fit.method}, {"variant", fit.variant},   {"threads", fit.threads},
                       {"sizes", fit.sizes},   {"declared", fit.declared}, {"time", interval_array(fit.time)}};
  if (fit.steps) json["steps"] = interval_array(*fit.steps);
  return json;
}

ordered_json method_cards(const std::vector<Row>& rows) {
  ordered_json cards = ordered_json::array();
  std::string last;
  for (const Row& row : rows) {
    if (row.method == last) continue;
    last = row.method;
    const suite::AnyMethod& method = suite::method_named(last);
    cards.push_back(
        {{"name", method.name}, {"summary", method.summary}, {"source", method.source}, {"steps", method.step_name}});
  }
  return cards;
}

/// Those of the rows' methods.
ordered_json family_cards(const std::vector<Row>& rows) {
  ordered_json cards = ordered_json::array();
  for (const suite::Family& family : suite::families()) {
    const bool has_rows =
        std::ranges::any_of(rows, [&](const Row& row) { return row.method.starts_with(family.name); });
    if (!has_rows) continue;
    cards.push_back({{"name", family.name},
                     {"title", family.title},
                     {"formula", family.formula},
                     {"text", family.text},
                     {"source", family.source}});
  }
  return cards;
}

/// Google Benchmark writes its own format, so that every reader of that format can read ours.
ordered_json google_benchmark_json(const std::vector<Row>& rows) {
  std::ostringstream text;
  benchmark::JSONReporter reporter;
  reporter.SetOutputStream(&text);
  reporter.SetErrorStream(&text);
  benchmark::BenchmarkReporter::Context context;
  reporter.ReportContext(context);
  for (std::size_t i = 0; i < rows.size(); ++i) reporter.ReportRuns({to_run(rows[i], static_cast<std::int64_t>(i))});
  reporter.Finalize();
  return ordered_json::parse(text.str());
}

}  // namespace

ordered_json to_json(const suite::Check& check) {
  return {{"method", check.method},   {"variant", check.variant}, {"workload", check.workload},
          {"threads", check.threads}, {"error", check.error},     {"tolerance", check.tolerance},
          {"agrees", check.agrees},   {"ran", check.ran},         {"against", check.against},
          {"message", check.message}};
}

ordered_json to_results(const Record& record) {
  ordered_json results = google_benchmark_json(record.rows);
  ordered_json tandem = {{"schema_version", results_schema},
                         {"command", record.command},
                         {"started", record.started},
                         {"seconds", record.seconds},
                         {"partial", record.partial},
                         {"seed", record.options.check.seed},
                         {"rounds", record.options.rounds},
                         {"margin", record.options.margin},
                         {"machine", ordered_json(nlohmann::json(record.machine))},
                         {"peaks", ordered_json(nlohmann::json(record.peaks))}};
  if (record.budget_seconds) {
    tandem["budget_seconds"] = *record.budget_seconds;
    tandem["not_reached"] = {{"rows", record.not_reached.rows}, {"claims", record.not_reached.claims}};
  }
  if (record.suspect_peaks) tandem["suspect_peaks"] = *record.suspect_peaks;
  if (record.noise) tandem["noise"] = ordered_json(nlohmann::json(*record.noise));
  tandem["absent"] = problems::absences();
  tandem["families"] = family_cards(record.rows);
  tandem["methods"] = method_cards(record.rows);
  tandem["growth"] = ordered_json::array();
  for (const auto& fit : record.growth) tandem["growth"].push_back(growth_object(fit));
  tandem.update(to_json(record.findings));
  results["context"]["tandem"] = std::move(tandem);
  for (std::size_t i = 0; i < record.rows.size(); ++i) {
    round_measured(results["benchmarks"][i]);
    ordered_json& extras = results["benchmarks"][i]["tandem"];
    extras = row_extras(record.rows[i], record.options.margin);
    if (const auto race = record.race_of.find(record.rows[i].name()); race != record.race_of.end()) {
      extras["race"] = race->second;
    }
  }
  return results;
}

void save_so_far(const std::filesystem::path& path, const ordered_json& results) {
  static bool warned = false;
  try {
    write_whole(path, suite::json_text(results, 1) + "\n");
  } catch (const std::runtime_error& failure) {
    if (!warned) fmt::print(stderr, "tandem: {}; the rows so far are not saved\n", failure.what());
    warned = true;
  }
}

void write_then_print(const std::function<void()>& write, const std::function<void()>& print) {
  std::exception_ptr unwritten;
  try {
    write();
  } catch (const std::runtime_error&) {
    unwritten = std::current_exception();
  }
  print();
  if (unwritten) std::rethrow_exception(unwritten);
}

void require_writable(const std::filesystem::path& path, std::size_t bytes) {
  const std::filesystem::path probe = path.string() + ".partial";
  std::ofstream file(probe, std::ios::binary);
  const std::string block(4096, '.');
  for (std::size_t written = 0; file && written < bytes; written += block.size()) file << block;
  file.close();
  std::error_code ignored;
  std::filesystem::remove(probe, ignored);
  if (!file) {
    throw std::invalid_argument(
        fmt::format("cannot write {}: the folder is missing or not writable, or the disk is full ({} kB are needed)",
                    path.string(), bytes / 1000));
  }
}

std::size_t expected_bytes(std::size_t rows, const suite::RaceOptions& options) {
  // Two times of a round, in a line each; and what was saved before stays until it is replaced.
  return 2 * (65'536 + rows * (4096 + 2 * 26 * options.rounds));
}

std::string utc_now() { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace tandem::program
