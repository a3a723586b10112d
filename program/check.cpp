#include <fmt/format.h>

#include <functional>
#include <memory>
#include <set>

#include "benchmarks/suite/check.hpp"
#include "benchmarks/suite/filter.hpp"
#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/progress.hpp"
#include "benchmarks/suite/selection.hpp"
#include "program/program.hpp"
#include "program/results.hpp"
#include "reports/table.hpp"

namespace tandem::program {
namespace {

struct CheckOptions {
  SelectionFlags selection;
  std::vector<int> threads = {1, 2, 3, 4};
  bool json = false;
};

std::string outcome(const suite::Check& check) {
  if (!check.agrees) return "DISAGREES: " + check.message;
  return check.ran ? "agrees" : check.message;
}

/// Appends the checks of a method at its awkward sizes, as far as their rows match.
void check_counts(const suite::AnyMethod& method, const std::function<bool(const std::string&)>& matches,
                  const suite::CheckOptions& options, std::vector<suite::Check>& checks) {
  for (const std::size_t count : suite::awkward_counts(method)) {
    std::vector<std::size_t> variants;
    for (std::size_t variant = 0; variant < method.variants.size(); ++variant) {
      const std::string& name = method.variants[variant].name;
      if (matches(method.name + "/" + name + "/" + suite::name_of_count(count))) variants.push_back(variant);
    }
    if (variants.empty() || suite::interrupted()) continue;
    for (suite::Check& check : suite::check_count(method, count, variants, options).checks) {
      checks.push_back(std::move(check));
    }
  }
}

std::vector<suite::Check> check_all(const CheckOptions& options) {
  const auto selection = suite::select(
      {.filter = options.selection.filter, .full = options.selection.full, .hidden = options.selection.hidden});
  suite::CheckOptions checking;
  checking.seed = options.selection.seed;
  checking.threads = options.threads;
  std::vector<suite::Check> checks;
  std::set<const suite::AnyMethod*> methods;
  for (const auto& selected : selection) methods.insert(selected.method);
  suite::Progress progress(static_cast<double>(selection.size() + methods.size()));
  for (const auto& selected : selection) {
    if (suite::interrupted()) break;
    if (methods.erase(selected.method) > 0) {
      progress.now("checking " + selected.method->name + " at awkward sizes");
      check_counts(*selected.method, suite::filter_of(options.selection.filter), checking, checks);
      progress.done(1);
    }
    progress.now("checking " + selected.method->name + " on " + selected.card().name);
    for (suite::Check& check : suite::check_workload(selected, checking).checks) checks.push_back(std::move(check));
    progress.done(1);
  }
  return checks;
}

int check(const CheckOptions& options) {
  suite::watch_for_interrupt();
  const std::vector<suite::Check> checks = check_all(options);
  reports::Table table({{"method"},
                        {"workload"},
                        {"variant"},
                        {"threads", reports::Align::right},
                        {"error", reports::Align::right},
                        {"tolerance", reports::Align::right},
                        {"against"},
                        {"outcome"}});
  nlohmann::ordered_json json = {{"checks", nlohmann::ordered_json::array()}};
  std::size_t disagreements = 0;
  std::size_t ran = 0;
  for (const suite::Check& check : checks) {
    json["checks"].push_back(to_json(check));
    disagreements += check.agrees ? 0 : 1;
    ran += check.ran ? 1 : 0;
    // Of the many awkward sizes those alone that ask for attention.
    if (check.agrees && check.workload.starts_with("count:")) continue;
    const bool shown = check.ran || !check.agrees;
    table.add({check.method, check.workload, check.variant, std::to_string(check.threads),
               shown ? fmt::format("{:.3g}", check.error) : "", shown ? fmt::format("{:.3g}", check.tolerance) : "",
               check.against, outcome(check)});
  }
  if (options.json) {
    fmt::print("{}\n", suite::json_text(json, 2));
  } else {
    fmt::print("{}\n{} checks ran, {} disagree.\n", table.text(), ran, disagreements);
  }
  if (suite::interrupted()) fmt::print(stderr, "tandem: interrupted; the checks above are those made until then\n");
  return disagreements == 0 ? Exit::all_well : Exit::check_failed;
}

}  // namespace

void add_check(Context context) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* verb = context.app.add_subcommand(
      "check", "Agreement of every variant with its reference\nExample: tandem check ab_plus_c/ --threads 1,2,4");
  options->selection.add_to(*verb, "Regular expression over method/variant/workload");
  verb->add_option("--threads", options->threads, "Thread counts of the omp and tbb variants")
      ->delimiter(',')
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  verb->add_flag("--json", options->json, "Print JSON");
  verb->callback([options, &status = context.status] { status = check(*options); });
}

}  // namespace tandem::program
