// tandem gate: two builds raced against each other. tandem race_worker: what it starts in each of them.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>

#include "benchmarks/regression/comparison_json.hpp"
#include "benchmarks/regression/worker.hpp"
#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "impl/support/whole_file.hpp"
#include "program/program.hpp"
#include "program/results.hpp"
#include "reports/gate.hpp"

namespace tandem::program {
namespace {

/// More instructions than this share are worth a word.
constexpr double count_margin = 0.01;

struct GateOptions {
  regression::ComparisonOptions comparison;
  std::string base;
  std::string head;
  std::string base_name;
  std::string head_name;
  double margin_percent = 0;
  double budget_minutes = 20;
  double epoch_microseconds = 1000;
  bool no_time = false;
  bool no_counts = false;
  bool strict_counts = false;
  std::string out;
  std::string markdown;
  std::string junit;
  bool json = false;
  bool annotations = false;
};

regression::BuildProgram program_of(const std::string& side, const std::string& path, const std::string& simd) {
  if (!std::filesystem::exists(path)) throw std::invalid_argument(side + ": there is no program " + path);
  std::vector<std::string> command = {std::filesystem::absolute(path).string()};
  if (!simd.empty()) command.push_back("--simd=" + simd);
  return {.side = side, .command = std::move(command)};
}

void require_all_writable(const GateOptions& options) {
  for (const std::string& path : {options.out, options.markdown, options.junit}) {
    if (!path.empty()) require_writable(path);
  }
}

int exit_status(const regression::Comparison& comparison, const GateOptions& options) {
  if (comparison.any_slower()) return Exit::check_failed;
  if (options.strict_counts && comparison.any_more_instructions(count_margin)) return Exit::check_failed;
  return comparison.partial ? Exit::bad_usage : Exit::all_well;
}

int gate(GateOptions options, const std::string& simd) {
  require_all_writable(options);
  regression::ComparisonOptions& comparing = options.comparison;
  comparing.base = program_of("base", options.base, simd);
  comparing.head = program_of("head", options.head, simd);
  comparing.budget_seconds = 60 * options.budget_minutes;
  comparing.racing.epoch_seconds = options.epoch_microseconds * 1e-6;
  comparing.race = !options.no_time;
  comparing.count = !options.no_counts;
  if (options.margin_percent > 0) comparing.margin = options.margin_percent / 100;
  suite::watch_for_interrupt();
  regression::GateRun run{.command = "tandem gate",
                          .started = utc_now(),
                          .base_name = suite::in_utf8(options.base_name.empty() ? options.base : options.base_name),
                          .head_name = suite::in_utf8(options.head_name.empty() ? options.head : options.head_name),
                          .margin_given = comparing.margin.has_value(),
                          .error = comparing.error,
                          .machine = suite::read_machine_card()};
  if (!comparing.filter.empty()) run.command += " '" + comparing.filter + "'";
  const auto start = std::chrono::steady_clock::now();
  comparing.save = [&](const regression::Comparison& so_far) {
    run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (!options.out.empty()) save_so_far(options.out, regression::to_json(so_far, run));
  };
  const regression::Comparison comparison = regression::compare_builds(comparing);
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  const nlohmann::ordered_json results = regression::to_json(comparison, run);
  const std::string text = suite::json_text(results, 1) + "\n";
  const auto write = [&] {
    if (!options.out.empty()) write_whole(options.out, text);
    if (!options.markdown.empty()) write_whole(options.markdown, reports::gate_page(results));
    if (!options.junit.empty()) write_whole(options.junit, reports::gate_junit(results));
  };
  write_then_print(write, [&] {
    fmt::print("{}", options.json ? text : reports::gate_text(results));
    if (options.annotations) fmt::print("{}", reports::gate_annotations(results, options.strict_counts));
  });
  return exit_status(comparison, options);
}

}  // namespace

void add_gate(Context context) {
  auto options = std::make_shared<GateOptions>();
  CLI::App* verb =
      context.app.add_subcommand("gate",
                                 "Two builds raced against each other, row by row: faster, slower, same, undecided\n"
                                 "Example: tandem gate --base old/tandem --head new/tandem --filter '^ab_plus_c/'");
  regression::ComparisonOptions& comparison = options->comparison;
  verb->add_option("--base", options->base, "The program to compare with")->required();
  verb->add_option("--head", options->head, "The program that changed")->required();
  verb->add_option("--base-name", options->base_name, "What reports call it (default: its path)");
  verb->add_option("--head-name", options->head_name, "What reports call it (default: its path)");
  verb->add_option("--filter", comparison.filter, "Regular expression over method/variant/workload");
  verb->add_flag("--full", comparison.full, "Also the workloads that take minutes");
  verb->add_flag("--hidden", comparison.hidden, "Also the skeleton method of CONTRIBUTING.md");
  verb->add_option("--threads", comparison.threads, "Thread counts of the omp and tbb variants")
      ->delimiter(',')
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  verb->add_option("--budget", options->budget_minutes, "Minutes that it may take")
      ->check(CLI::Range(0.05, 1440.0))
      ->capture_default_str();
  verb->add_option("--epoch", options->epoch_microseconds, "Microseconds that a short run is repeated for")
      ->check(CLI::Range(50.0, 1e6))
      ->capture_default_str();
  verb->add_option("--margin", options->margin_percent,
                   "Per cent that count as the same (default: of each row what its own pairs would have shown)")
      ->check(CLI::Range(0.01, 100.0));
  verb->add_option("--seed", comparison.racing.prepare.seed, "Seed of the random inputs")->capture_default_str();
  verb->add_flag("--identical-too", comparison.identical_too, "Also rows whose machine code is the same in both");
  verb->add_flag("--no-time", options->no_time, "Only count instructions");
  verb->add_flag("--no-counts", options->no_counts, "Only race");
  verb->add_flag("--strict-counts", options->strict_counts, "Fail on more than 1 % more instructions, too");
  verb->add_option("--valgrind", comparison.counting.valgrind, "The program that counts instructions")
      ->capture_default_str();
  verb->add_option("--out", options->out, "Write the results here, as JSON");
  verb->add_option("--markdown", options->markdown, "Write a page here, for a comment on a pull request");
  verb->add_option("--junit", options->junit, "Write JUnit XML here");
  verb->add_flag("--annotations", options->annotations, "Also print GitHub workflow annotations");
  verb->add_flag("--json", options->json, "Print the results as JSON instead of the table");
  const CLI::Option* simd = context.app.get_option("--simd");
  verb->callback([options, simd, &status = context.status] {
    try {
      status = gate(*options, simd->count() > 0 ? simd->as<std::string>() : "");
    } catch (const std::runtime_error& failure) {
      throw std::invalid_argument(failure.what());  // status 1 is kept for what is slower
    }
  });
}

void add_race_worker(Context context) {
  CLI::App* verb = context.app.add_subcommand("race_worker", "One side of tandem gate, which starts it");
  verb->group("");  // not for people: no line in the help
  verb->callback([] { regression::serve(std::cin, std::cout); });
}

}  // namespace tandem::program
