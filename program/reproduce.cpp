#include <fmt/format.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "benchmarks/suite/interrupt.hpp"
#include "benchmarks/suite/json_text.hpp"
#include "claims/suite/claim.hpp"
#include "program/findings.hpp"
#include "program/program.hpp"
#include "program/results.hpp"
#include "reports/claims.hpp"

namespace tandem::program {
namespace {

struct ReproduceOptions {
  std::string filter;
  bool full = false;
  bool hidden = false;
  bool json = false;
};

void reproduce(const ReproduceOptions& options) {
  suite::watch_for_interrupt();
  const auto selected = claims::select(options.filter, options.full, options.hidden);
  if (selected.empty()) throw std::invalid_argument("the filter '" + options.filter + "' matches no claim");
  suite::Progress progress(planned_seconds(selected, options.full));
  std::vector<claims::Finding> findings;
  test_claims(selected, options.full, progress,
              [&](claims::Finding finding) { findings.push_back(std::move(finding)); });
  const nlohmann::ordered_json json = to_json(findings);
  if (options.json) {
    fmt::print("{}\n", suite::json_text(json, 2));
  } else {
    fmt::print("{}", reports::claims_list(json));
  }
}

}  // namespace

double planned_seconds(const std::vector<claims::Claim>& claims, bool full) {
  double seconds = 0;
  for (const auto& claim : claims) seconds += full ? claim.full_seconds : claim.quick_seconds;
  return seconds;
}

void test_claims(const std::vector<claims::Claim>& claims, bool full, suite::Progress& progress,
                 const std::function<void(claims::Finding)>& found) {
  for (const auto& claim : claims) {
    if (suite::interrupted()) break;
    progress.now("claim " + claim.method + " " + claim.id);
    found(claims::test(claim, full));
    progress.done(full ? claim.full_seconds : claim.quick_seconds);
  }
}

void add_reproduce(Context context) {
  auto options = std::make_shared<ReproduceOptions>();
  CLI::App* verb = context.app.add_subcommand("reproduce",
                                              "The claims of the posts and papers, and the targets of this project, "
                                              "with figures and verdicts\nExample: tandem reproduce ab_plus_c/C2");
  verb->add_option("FILTER", options->filter, "Regular expression over method/claim");
  verb->add_flag("--full", options->full, "Larger experiments, and those that take minutes");
  verb->add_flag("--hidden", options->hidden, "Also the claim of the skeleton method of CONTRIBUTING.md");
  verb->add_flag("--json", options->json, "Print JSON");
  verb->callback([options] { reproduce(*options); });
}

}  // namespace tandem::program
