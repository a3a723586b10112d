#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/support/whole_file.hpp"
#include "problems/support/absences.hpp"
#include "program/measure.hpp"
#include "program/pages.hpp"
#include "program/program.hpp"
#include "program/results.hpp"
#include "program/worth.hpp"
#include "reports/headlines.hpp"
#include "reports/tables.hpp"

namespace tandem::program {
namespace {

struct RunOptions {
  SelectionFlags selection;
  std::string out = "results";
  double minutes = 3;
};

/// Kept of a budget for the report.
constexpr double report_seconds = 3;

/// results/2026-11-23T15-30-00Z: a run never overwrites another.
std::filesystem::path new_folder(const std::string& out, std::string started, std::size_t bytes) {
  std::ranges::replace(started, ':', '-');
  std::filesystem::path folder = std::filesystem::path(out) / started;
  make_folder(folder);
  require_writable(folder / "results.json", bytes);
  return folder;
}

/// The variants that were the fastest on one thread where the workload's other portions raced.
std::vector<std::string> baselines_of(const Portion& portion, const Record& record) {
  std::vector<std::string> names;
  for (const suite::Row& row : record.rows) {
    const bool same = row.method == portion.selected.method->name && row.workload == portion.selected.card().name;
    if (same && !row.best_sequential.empty()) names.push_back(row.best_sequential);
  }
  return names;
}

Step step_of(const Portion& portion, const suite::RaceOptions& usual, Record& record) {
  const std::string& method = portion.selected.method->name;
  const suite::RaceOptions options = frugal(usual, portion);
  return {.what = "racing " + method + " on " + portion.selected.card().name,
          .group = method,
          .seconds = expected_seconds(portion, options),
          .rows = portion.rows(),
          .run = [portion, options, &record] {
            suite::RaceOptions with_baselines = options;
            with_baselines.baselines = baselines_of(portion, record);
            measure_rows(portion.selected, with_baselines, record);
          }};
}

Step step_of(const suite::SelectedWorkload& selected, const suite::RaceOptions& options, Record& record) {
  return {.what = "racing " + selected.method->name + " on " + selected.card().name,
          .group = selected.method->name,
          .seconds = planned_seconds({selected}, options) - machine_seconds,
          .rows = Portion{selected, options.threads}.rows(),
          .run = [selected, options, &record] { measure_rows(selected, options, record); }};
}

Step step_of(const claims::Claim& claim, bool full, Record& record) {
  return {.what = "claim " + claim.method + " " + claim.id,
          .group = "claims of " + claim.method,
          .seconds = full ? claim.full_seconds : claim.quick_seconds,
          .run = [claim, full, &record] { record.findings.push_back(claims::test(claim, full)); }};
}

/// The headlines first, then the claims, then the other rows by their worth; without a budget all rows of a workload
/// race at once, and the claims come last.
std::vector<Step> steps_of(const RunOptions& options, const suite::RaceOptions& race, Record& record) {
  const bool full = options.selection.full;
  const auto selection =
      suite::select({.filter = options.selection.filter, .full = true, .hidden = options.selection.hidden});
  // A filter chooses rows; the claims belong to the whole run.
  auto claims = options.selection.filter.empty() ? claims::select("", full) : std::vector<claims::Claim>{};
  if (!full) std::ranges::stable_sort(claims, {}, &claims::Claim::quick_seconds);  // as many as there is time for
  std::vector<Step> steps;
  const auto add_claims = [&] {
    for (const claims::Claim& claim : claims) steps.push_back(step_of(claim, full, record));
  };
  if (full) {
    for (const auto& selected : selection) steps.push_back(step_of(selected, race, record));
    add_claims();
    return steps;
  }
  bool headlines = true;
  for (const Portion& portion : by_worth(selection, race.threads)) {
    if (std::exchange(headlines, portion.rank == 0) && portion.rank > 0) add_claims();
    steps.push_back(step_of(portion, race, record));
  }
  if (headlines) add_claims();
  return steps;
}

/// One sentence, or nothing where all was reached.
std::string not_reached_sentence(const Record& record) {
  const auto& [rows, claims] = record.not_reached;
  if (rows + claims == 0) return "";
  return fmt::format("Not reached in {}: {} of {} rows and {} of {} claims; --minutes M reaches more, --full all.\n",
                     suite::duration_text(record.budget_seconds.value_or(record.seconds)), rows,
                     rows + record.rows.size(), claims, claims + record.findings.size());
}

int run(const RunOptions& options) {
  suite::watch_for_interrupt();
  const bool full = options.selection.full;
  Record record;
  const suite::RaceOptions race = race_options(full, options.selection.seed);
  const std::vector<Step> steps = steps_of(options, race, record);

  record.command = full ? "tandem run --full" : fmt::format("tandem run --minutes {}", options.minutes);
  if (!options.selection.filter.empty()) record.command += " '" + options.selection.filter + "'";
  record.started = utc_now();
  if (!full) record.budget_seconds = 60 * options.minutes;
  std::size_t rows = 0;
  for (const Step& step : steps) rows += step.rows;
  const auto folder = new_folder(options.out, record.started, expected_bytes(rows, race));
  for (const std::string& sentence : problems::absences()) fmt::print("Absent: {}\n", sentence);
  const auto start = std::chrono::steady_clock::now();
  {
    suite::Progress progress(machine_seconds);
    measure_machine(race, progress, record);
    const auto save = [&] {
      record.seconds = seconds_since(start);
      save_so_far(folder / "results.json", to_results(record));
      return !suite::interrupted();
    };
    const double end =
        record.budget_seconds ? *record.budget_seconds - report_seconds : std::numeric_limits<double>::infinity();
    record.not_reached = carry_out(
        steps, end, [&] { return seconds_since(start); }, progress, save);
    conclude(record);
  }
  record.seconds = seconds_since(start);

  const nlohmann::ordered_json results = to_results(record);
  const std::string text = suite::json_text(results, 1) + "\n";
  std::filesystem::path page;
  const auto write = [&] {
    write_whole(folder / "results.json", text);
    page = write_pages(folder, {reports::results_of(results, text)});
  };
  write_then_print(write, [&] {
    fmt::print("{}\n{}",
               options.selection.filter.empty() ? reports::headline_table(results) : reports::summary_table(results),
               reports::verdicts_line(results.at("context").at("tandem")));
    fmt::print("{}", not_reached_sentence(record));
    if (record.partial) fmt::print("Interrupted: the report holds what was done until then and is marked partial.\n");
  });
  fmt::print("Report:  {}\nResults: {}\n", page.string(), (folder / "results.json").string());
  return any_refused(record) ? Exit::check_failed : Exit::all_well;
}

}  // namespace

void add_run(Context context) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* verb = context.app.add_subcommand(
      "run", "Check, race, reproduce the claims, write the report, in three minutes\nExample: tandem run --minutes 10");
  options->selection.add_to(*verb, "Regular expression over method/variant/workload");
  verb->add_option("--out", options->out, "Folder for the report; each run gets its own folder in it")
      ->capture_default_str();
  verb->add_option("--minutes", options->minutes, "What it may take: what is worth most comes first")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 10000.0))
      ->excludes("--full");
  verb->callback([options, &status = context.status] { status = run(*options); });
}

}  // namespace tandem::program
