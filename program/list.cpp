#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "benchmarks/suite/json_text.hpp"
#include "benchmarks/suite/registry.hpp"
#include "problems/support/absences.hpp"
#include "program/program.hpp"

namespace tandem::program {
namespace {

nlohmann::ordered_json method_object(const suite::AnyMethod& method) {
  nlohmann::ordered_json json = {{"name", method.name}, {"summary", method.summary}, {"source", method.source}};
  for (const auto& variant : method.variants) {
    json["variants"].push_back(
        {{"name", variant.name}, {"threads", variant.traits.threaded}, {"peer", variant.traits.peer}});
  }
  for (const auto& workload : method.workloads) {
    json["workloads"].push_back({{"name", workload.name}, {"quick", workload.quick}});
  }
  return json;
}

void list(bool hidden, bool as_json) {
  nlohmann::ordered_json json = {{"methods", nlohmann::ordered_json::array()}};
  for (const auto& method : suite::methods()) {
    if (method->hidden && !hidden) continue;
    json["methods"].push_back(method_object(*method));
    if (as_json) continue;
    fmt::print("{}: {} ({})\n", method->name, method->summary, method->source);
    std::string variants;
    for (const auto& variant : method->variants) variants += (variants.empty() ? "" : ", ") + variant.name;
    std::string workloads;
    for (const auto& workload : method->workloads) {
      workloads += (workloads.empty() ? "" : ", ") + workload.name + (workload.quick ? "" : " (full)");
    }
    fmt::print("  variants:  {}\n  workloads: {}\n\n", variants, workloads);
  }
  if (as_json) {
    json["absent"] = problems::absences();
    fmt::print("{}\n", suite::json_text(json, 2));
  } else {
    for (const std::string& sentence : problems::absences()) fmt::print("absent: {}\n", sentence);
  }
}

}  // namespace

void add_list(Context context) {
  struct Options {
    bool hidden = false;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = context.app.add_subcommand("list", "Methods, variants and workloads\nExample: tandem list --json");
  verb->add_flag("--hidden", options->hidden, "Also the skeleton method of CONTRIBUTING.md");
  verb->add_flag("--json", options->json, "Print JSON");
  verb->callback([options] { list(options->hidden, options->json); });
}

}  // namespace tandem::program
