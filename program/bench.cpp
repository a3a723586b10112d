#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <stdexcept>

#include "benchmarks/suite/google_benchmarks.hpp"
#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "impl/support/whole_file.hpp"
#include "program/measure.hpp"
#include "program/program.hpp"
#include "program/results.hpp"
#include "reports/tables.hpp"

namespace tandem::program {
namespace {

struct BenchOptions {
  SelectionFlags selection;
  std::string out;
  std::size_t rounds = 0;
  bool json = false;
};

suite::RaceOptions chosen_race_options(const BenchOptions& options) {
  suite::RaceOptions race = race_options(options.selection.full, options.selection.seed);
  if (options.rounds != 0) race.rounds = options.rounds;
  return race;
}

/// The rows as plain Google Benchmarks, under its own flags.
int bench_with_google_benchmark(const BenchOptions& options, const std::vector<suite::SelectedWorkload>& selection,
                                std::vector<std::string> flags) {
  if (!options.out.empty() || options.json) {
    throw std::invalid_argument(
        "with --benchmark_... flags use --benchmark_out and --benchmark_format for the results");
  }
  flags.insert(flags.begin(), "tandem");
  std::vector<char*> arguments;
  for (std::string& flag : flags) {
    if (flag.starts_with("--benchmark_context")) flag = suite::in_utf8(flag);  // it goes into the results as it is
    arguments.push_back(flag.data());
  }
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (count > 1) throw std::invalid_argument("Google Benchmark has no flag " + std::string(arguments[1]));
  return suite::run_google_benchmarks(selection, chosen_race_options(options)) ? Exit::all_well : Exit::check_failed;
}

/// The rows in interleaved rounds, with speedups.
int bench_in_rounds(const BenchOptions& options, const std::vector<suite::SelectedWorkload>& selection) {
  const suite::RaceOptions race = chosen_race_options(options);
  std::size_t rows = 0;
  for (const auto& selected : selection) rows += selected.variants.size() * race.threads.size();
  if (!options.out.empty()) require_writable(options.out, expected_bytes(rows, race));
  suite::watch_for_interrupt();
  Record record;
  record.command = "tandem bench '" + options.selection.filter + "'";
  record.started = utc_now();
  const auto start = std::chrono::steady_clock::now();
  {
    suite::Progress progress(planned_seconds(selection, race));
    measure(selection, race, progress, record, [&] {
      record.seconds = seconds_since(start);
      if (!options.out.empty()) save_so_far(options.out, to_results(record));
    });
  }
  record.seconds = seconds_since(start);
  const nlohmann::ordered_json results = to_results(record);
  const std::string text = suite::json_text(results, 1) + "\n";
  write_then_print([&] { options.out.empty() ? void() : write_whole(options.out, text); },
                   [&] { fmt::print("{}", options.json ? text : reports::speedup_tables(results)); });
  return any_refused(record) ? Exit::check_failed : Exit::all_well;
}

}  // namespace

void add_bench(Context context) {
  auto options = std::make_shared<BenchOptions>();
  CLI::App* verb = context.app.add_subcommand(
      "bench",
      "Timings and speedups in interleaved rounds, or, with any of Google Benchmark's own --benchmark_... flags, plain "
      "Google Benchmark\nExample: tandem bench 'ab_plus_c/.*/63_bits' --out results.json");
  options->selection.add_to(*verb, "Regular expression over method/variant/workload");
  verb->add_option("--out", options->out, "Write the results file here");
  verb->add_option("--rounds", options->rounds, "Rounds of each race (default: 52, or 104 with --full)")
      ->check(CLI::Range(6, 100000));
  verb->add_flag("--json", options->json, "Print the results file instead of the tables");
  verb->callback([options, context] {
    const auto selection = suite::select(
        {.filter = options->selection.filter, .full = options->selection.full, .hidden = options->selection.hidden});
    context.status = context.google_benchmark_flags.empty()
                         ? bench_in_rounds(*options, selection)
                         : bench_with_google_benchmark(*options, selection, context.google_benchmark_flags);
  });
}

}  // namespace tandem::program
