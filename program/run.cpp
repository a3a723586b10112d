#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/registry.hpp"
#include "problems/support/absences.hpp"
#include "program/findings.hpp"
#include "program/measure.hpp"
#include "program/program.hpp"
#include "program/results.hpp"
#include "reports/claims.hpp"
#include "reports/markdown.hpp"

namespace tandem::program {
namespace {

struct RunOptions {
  SelectionFlags selection;
  std::string out = "results";
};

/// results/2026-11-23T15-30-00Z: a run never overwrites another.
std::filesystem::path new_folder(const std::string& out, std::string started) {
  std::ranges::replace(started, ':', '-');
  std::filesystem::path folder = std::filesystem::path(out) / started;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw std::invalid_argument("cannot make the folder " + folder.string() + ": " + error.message());
  require_writable(folder / "results.json");
  return folder;
}

int run(const RunOptions& options) {
  suite::watch_for_interrupt();
  const bool full = options.selection.full;
  const auto selection =
      suite::select({.filter = options.selection.filter, .full = full, .hidden = options.selection.hidden});
  // A filter chooses rows; the claims belong to the whole run.
  const auto claims = options.selection.filter.empty() ? claims::select("", full) : std::vector<claims::Claim>{};
  const suite::RaceOptions race = race_options(full, options.selection.seed);

  Record record;
  record.command = full ? "tandem run --full" : "tandem run --quick";
  if (!options.selection.filter.empty()) record.command += " '" + options.selection.filter + "'";
  record.started = utc_now();
  const auto folder = new_folder(options.out, record.started);
  for (const std::string& sentence : problems::absences()) fmt::print("Absent: {}\n", sentence);
  const auto start = std::chrono::steady_clock::now();
  {
    suite::Progress progress(planned_seconds(selection, race) + planned_seconds(claims, full));
    const auto save = [&] {
      record.partial = true;
      record.seconds = seconds_since(start);
      save_so_far(folder / "results.json", to_results(record));
    };
    measure(selection, race, progress, record, save);
    test_claims(claims, full, progress, [&](claims::Finding finding) {
      record.findings.push_back(std::move(finding));
      save();
    });
  }
  record.partial = suite::interrupted();
  record.seconds = seconds_since(start);

  const nlohmann::ordered_json results = to_results(record);
  write_whole(folder / "results.json", results.dump(1) + "\n");
  write_whole(folder / "report.md", reports::markdown_page(results));

  fmt::print("{}\n", reports::summary_table(results));
  if (!record.findings.empty()) fmt::print("{}\n", reports::claims_list(results["context"]["tandem"]));
  if (record.partial) fmt::print("Interrupted: the report holds what was done until then and is marked partial.\n");
  fmt::print("Report:  {}\nResults: {}\n", (folder / "report.md").string(), (folder / "results.json").string());
  return any_refused(record) ? Exit::check_failed : Exit::all_well;
}

}  // namespace

void add_run(Context context) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* verb = context.app.add_subcommand(
      "run", "Check, race, reproduce the claims, write the report\nExample: tandem run --quick");
  options->selection.add_to(*verb, "Regular expression over method/variant/workload");
  verb->add_option("--out", options->out, "Folder for the report; each run gets its own folder in it")
      ->capture_default_str();
  verb->callback([options, &status = context.status] { status = run(*options); });
}

}  // namespace tandem::program
