#include <fmt/format.h>

#include <algorithm>

#include "reports/page/archive.hpp"
#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

std::string pairs_text(const Json& pairs) {
  std::string text;
  if (!pairs.is_object()) return text;
  for (const auto& [name, value] : pairs.items()) {
    text += (text.empty() ? "" : ", ") + name + " " + (value.is_string() ? value.get<std::string>() : value.dump());
  }
  return text;
}

std::string caches_text(const Json& machine) {
  std::string text;
  for (const Json& cache : list_in(machine, "caches")) {
    const auto bytes = number_in(cache, "bytes");
    text += fmt::format("{}L{} {} × {}", text.empty() ? "" : ", ", whole_in(cache, "level", 0),
                        whole_in(cache, "instances", 1),
                        bytes ? fmt::format("{:.0f} KiB", *bytes / 1024) : "an unknown size");
  }
  return text;
}

std::string targets_text(const Json& machine) {
  std::string text;
  const std::string chosen = text_in(machine, "chosen_target");
  for (const Json& target : list_in(machine, "targets")) {
    const std::string name = text_in(target, "name");
    text += (text.empty() ? "" : ", ") + name + (name == chosen ? " (used)" : "");
  }
  return text.empty() ? chosen : text;
}

Json card_view(const Results& results) {
  const Json& context = results.context;
  const Json& machine = results.machine();
  Json card = Json::array();
  const auto add = [&](const char* what, const std::string& is) {
    if (!is.empty()) card.push_back({{"what", what}, {"is", shortened(is, 1000)}});
  };
  add("Command", text_in(context, "command"));
  add("Started", text_in(context, "started"));
  if (const auto seed = number_in(context, "seed")) add("Seed", thousands_text(*seed));
  add("Processor", text_in(machine, "processor"));
  add("Shape", text_in(machine, "topology"));
  if (const auto quota = number_in(machine, "core_quota")) add("Core quota", fmt::format("{:.3g}", *quota));
  add("Caches", caches_text(machine));
  if (const auto bytes = number_in(machine, "memory_bytes"))
    add("Memory", fmt::format("{:.1f} GiB", *bytes / (1 << 30)));
  add("SIMD targets", targets_text(machine));
  add("System", text_in(machine, "operating_system"));
  add("Compiler",
      text_in(machine, "compiler") + ", " + text_in(machine, "build_type") + ", " + text_in(machine, "flags"));
  add("Libraries", pairs_text(member(machine, "libraries")));
  add("Revision", text_in(machine, "git_revision") + (flag_in(machine, "git_dirty") ? " (modified)" : ""));
  add("Environment", pairs_text(member(machine, "environment")));
  add("Counters", member(machine, "counters_available").is_boolean() && !flag_in(machine, "counters_available")
                      ? "none here, so there are no instruction or cycle counts"
                      : "");
  for (const Json& sentence : list_in(context, "absent")) {
    if (sentence.is_string()) add("Absent", sentence.get<std::string>());
  }
  add("Roof", text_in(context, "suspect_peaks"));
  return card;
}

std::string giga(const Json& object, const char* name) {
  const auto rate = number_in(object, name);
  return rate ? number_text(*rate * 1e-9) : "";
}

std::string nanoseconds(const Json& object, const char* name) {
  const auto time = number_in(object, name);
  return time ? number_text(*time * 1e9) : "";
}

/// What the machine does at best: arithmetic, and each level of memory.
Json peaks_view(const Json& peaks) {
  Json view = Json::array();
  for (const Json& peak : peaks) {
    Json levels = Json::array();
    for (const Json& level : list_in(peak, "levels")) {
      levels.push_back({{"name", shortened(text_in(level, "name"), 40)},
                        {"read", giga(level, "read")},
                        {"write", giga(level, "write")},
                        {"copy", giga(level, "copy")},
                        {"lookups", giga(level, "lookups")},
                        {"latency", nanoseconds(level, "lookup_latency")}});
    }
    view.push_back({{"threads", counted(whole_in(peak, "threads", 1), "thread")},
                    {"target", shortened(text_in(peak, "target"), 40)},
                    {"fma_float", giga(peak, "fma_float")},
                    {"fma_double", giga(peak, "fma_double")},
                    {"sqrt_double", giga(peak, "sqrt_double")},
                    {"divide_double", giga(peak, "divide_double")},
                    {"exp_float", giga(peak, "exp_float")},
                    {"levels", levels}});
  }
  return view;
}

/// Of the results file: beyond them the page would have more than 2 MB, most of it the value of every round.
constexpr std::size_t most_bytes = 4'000'000;

/// With the lists of the values of rounds empty.
std::string without_rounds(const std::string& bytes) {
  Json results = Json::parse(bytes);
  for (Json& benchmark : results.at("benchmarks")) {
    if (!member(benchmark, "tandem").is_object()) continue;
    for (const auto& [name, value] : benchmark["tandem"].items()) {
      if (value.is_array() && name.ends_with("_nanoseconds")) value.clear();
    }
  }
  return results.dump();
}

}  // namespace

std::string provenance_html(const Page& page) {
  Json files = Json::array();
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    const Results& results = page.files[file];
    double hashes = 0;
    for_each_row(results, [&](const Family&, const Method&, const Workload&, const Row& row) {
      hashes += row.hash.empty() ? 0 : 1;
    });
    const std::string label = page.label(file);
    const bool whole = results.bytes.size() <= most_bytes;
    files.push_back({{"label", label},
                     {"machine", shortened(results.title, 120)},
                     {"card", card_view(results)},
                     {"peaks", peaks_view(list_in(results.context, "peaks"))},
                     {"hashes", counted(hashes, "row")},
                     {"name", label.empty() ? "results.json.gz" : "results-" + label + ".json.gz"},
                     {"whole", whole},
                     {"packed", packed(whole ? results.bytes : without_rounds(results.bytes))}});
  }
  return render("provenance.mustache", {{"files", files}});
}

}  // namespace tandem::reports
