#include "reports/page/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "reports/compare.hpp"

namespace tandem::reports {
namespace {

std::vector<double> times_in(const Json& object, const char* name) {
  std::vector<double> times;
  for (const Json& time : list_in(object, name)) {
    times.push_back(number_of(time).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return times;
}

std::optional<Interval> interval_in(const Json& object, const std::string& name) {
  const auto estimate = number_in(object, name);
  const auto low = number_in(object, name + "_low");
  const auto high = number_in(object, name + "_high");
  if (!estimate || !low || !high || *low <= 0 || *estimate <= 0 || *high <= 0) return std::nullopt;
  return Interval{*estimate, *low, *high};
}

Row row_of(const Json& benchmark) {
  const Json& extras = member(benchmark, "tandem");
  Row row;
  row.variant = text_in(extras, "variant", "unnamed");
  row.threads = whole_in(benchmark, "threads", 1);
  row.threaded = flag_in(extras, "threaded");
  row.name = row.threaded && row.threads > 1 ? fmt::format("{} ×{}", row.variant, row.threads) : row.variant;
  row.peer = flag_in(extras, "peer");
  row.status = text_in(extras, "status");
  row.message = text_in(extras, "message");
  row.size = number_in(extras, "size").value_or(0);
  row.fitted = !member(extras, "fitted").is_boolean() || flag_in(extras, "fitted");
  row.items = number_in(extras, "items").value_or(1);
  if (!(row.items > 0)) row.items = 1;
  if (const auto time = number_in(benchmark, "real_time"); row.status == "timed" && time && *time > 0) {
    row.seconds = *time * 1e-9 / row.items;
  }
  row.over_reference = interval_in(benchmark, "speedup");
  row.over_sequential = interval_in(benchmark, "speedup_sequential");
  row.best_sequential = text_in(extras, "best_sequential");
  row.verdict = text_in(extras, "verdict_sequential");
  row.roof = number_in(benchmark, "roof");
  row.binds = text_in(extras, "roof_binds");
  row.steps = number_in(benchmark, "steps");
  row.error = number_in(benchmark, "agreement_error");
  row.tolerance = number_in(extras, "tolerance");
  row.operations = number_in(benchmark, "operations").value_or(0);
  row.bytes = number_in(benchmark, "bytes").value_or(0);
  row.hash = text_in(extras, "input_hash");
  row.race = whole_in(extras, "race", 0);
  row.rounds.epochs = static_cast<std::size_t>(std::max(1, whole_in(extras, "epochs", 1)));
  row.rounds.smallest = times_in(extras, "round_nanoseconds");
  row.rounds.first = times_in(extras, "first_epoch_nanoseconds");
  if (row.rounds.first.empty()) row.rounds.first = row.rounds.smallest;
  return row;
}

/// "nbce_merge" is of the family "nbce".
bool belongs(const std::string& method, const std::string& family) {
  return method.rfind(family, 0) == 0 && (method.size() == family.size() || method[family.size()] == '_');
}

/// The families that the file names; in older files those that its claims and methods show.
std::vector<Family> families_of(const Json& context) {
  std::vector<Family> families;
  for (const Json& card : list_in(context, "families")) {
    families.push_back({text_in(card, "name"),
                        text_in(card, "title"),
                        text_in(card, "formula"),
                        text_in(card, "text"),
                        text_in(card, "source"),
                        {}});
  }
  if (!families.empty()) return families;
  const auto add = [&](const std::string& name) {
    const bool known = std::ranges::any_of(families, [&](const Family& family) { return belongs(name, family.name); });
    if (!known && !name.empty()) families.push_back({name, name, "", "", "", {}});
  };
  for (const char* list : {"claims", "targets"}) {
    for (const Json& claim : list_in(context, list)) add(text_in(claim, "method"));
  }
  for (const Json& method : list_in(context, "methods")) add(text_in(method, "name"));
  return families;
}

Family& family_of(std::vector<Family>& families, const std::string& method) {
  Family* best = nullptr;
  for (Family& family : families) {
    if (belongs(method, family.name) && (best == nullptr || family.name.size() > best->name.size())) best = &family;
  }
  if (best != nullptr) return *best;
  return families.emplace_back(Family{method, method, "", "", "", {}});
}

Method& method_in(std::vector<Family>& families, const Json& context, const std::string& name) {
  Family& family = family_of(families, name);
  for (Method& method : family.methods) {
    if (method.name == name) return method;
  }
  Method method{.name = name, .summary = "", .source = "", .step_name = "", .workloads = {}, .growth = {}};
  for (const Json& card : list_in(context, "methods")) {
    if (text_in(card, "name") != name) continue;
    method.summary = text_in(card, "summary");
    method.source = text_in(card, "source");
    method.step_name = text_in(card, "steps");
  }
  for (const Json& fit : list_in(context, "growth")) {
    const Json& time = list_in(fit, "time");
    if (text_in(fit, "method") != name || time.size() != 3) continue;
    if (!number_of(time[0]) || !number_of(time[1]) || !number_of(time[2])) continue;
    method.growth.push_back({text_in(fit, "variant"), whole_in(fit, "threads", 1), Interval{time[0], time[1], time[2]},
                             number_in(fit, "declared").value_or(0)});
  }
  return family.methods.emplace_back(std::move(method));
}

Workload& workload_in(Method& method, const std::string& name) {
  // Rows of a workload come one after the other.
  for (auto workload = method.workloads.rbegin(); workload != method.workloads.rend(); ++workload) {
    if (workload->name == name) return *workload;
  }
  return method.workloads.emplace_back(Workload{name, "", {}});
}

/// Files from before there were headlines: of each method the largest workload whose reference was timed, or the last.
void choose_headlines(std::vector<Family>& families) {
  for (const Family& family : families) {
    for (const Method& method : family.methods) {
      for (const Workload& workload : method.workloads) {
        if (!workload.headline.empty()) return;
      }
    }
  }
  for (Family& family : families) {
    for (Method& method : family.methods) {
      if (method.workloads.empty()) continue;
      Workload* chosen = &method.workloads.back();
      for (Workload& workload : method.workloads) {
        if (fastest(workload, [](const Row& row) { return row.reference(); }) != nullptr) chosen = &workload;
      }
      chosen->headline = method.name + " / " + chosen->name;
    }
  }
}

Claim claim_of(const Json& json) {
  return {text_in(json, "id"),        text_in(json, "method"),    text_in(json, "statement"), text_in(json, "source"),
          text_in(json, "measured"),  text_in(json, "threshold"), text_in(json, "verdict"),   number_in(json, "cases"),
          number_in(json, "seconds"), list_in(json, "data")};
}

/// "AMD EPYC, 2 cores, AVX-512".
std::string title_of(const Json& machine) {
  static const std::map<std::string, std::string> names = {
      {"AVX3", "AVX-512"}, {"AVX3_ZEN4", "AVX-512"}, {"AVX3_DL", "AVX-512"}, {"SCALAR", "no SIMD"}};
  const std::string target = text_in(machine, "chosen_target");
  const auto name = names.find(target);
  std::string title = text_in(machine, "processor", "Unknown processor");
  if (const int cores = whole_in(machine, "cores", 0); cores > 0) {
    title += fmt::format(", {} core{}", cores, cores == 1 ? "" : "s");
  }
  if (!target.empty()) title += ", " + (name == names.end() ? target : name->second);
  return title;
}

}  // namespace

Results results_of(const Json& json, std::string bytes) {
  Results results;
  results.bytes = std::move(bytes);
  results.context = member(member(json, "context"), "tandem");
  results.title = title_of(results.machine());
  results.families = families_of(results.context);
  std::string last_name;
  std::string last_workload;
  Workload* workload = nullptr;
  for (const Json& benchmark : list_in(json, "benchmarks")) {
    const Json& extras = member(benchmark, "tandem");
    const std::string name = text_in(extras, "method", "unnamed");
    const std::string of = text_in(extras, "workload", "unnamed");
    if (workload == nullptr || name != last_name || of != last_workload) {
      workload = &workload_in(method_in(results.families, results.context, name), of);
      last_name = name;
      last_workload = of;
    }
    if (workload->headline.empty()) workload->headline = text_in(extras, "headline");
    workload->rows.push_back(row_of(benchmark));
  }
  std::erase_if(results.families, [](const Family& family) { return family.methods.empty(); });
  choose_headlines(results.families);
  const bool apart = member(results.context, "targets").is_array();
  for (const Json& claim : list_in(results.context, "claims")) {
    const bool target = !apart && text_in(claim, "source") == "this project";
    (target ? results.targets : results.claims).push_back(claim_of(claim));
  }
  for (const Json& target : list_in(results.context, "targets")) results.targets.push_back(claim_of(target));
  return results;
}

const Family* find_family(const Results& results, const std::string& name) {
  const auto found = std::ranges::find(results.families, name, &Family::name);
  return found == results.families.end() ? nullptr : &*found;
}

const Method* find_method(const Results& results, const std::string& name) {
  for (const Family& family : results.families) {
    const auto found = std::ranges::find(family.methods, name, &Method::name);
    if (found != family.methods.end()) return &*found;
  }
  return nullptr;
}

const Workload* find_workload(const Results& results, const std::string& method, const std::string& workload) {
  const Method* const of = find_method(results, method);
  if (of == nullptr) return nullptr;
  const auto found = std::ranges::find(of->workloads, workload, &Workload::name);
  return found == of->workloads.end() ? nullptr : &*found;
}

std::optional<Interval> ratio_of(const Row& row, const Row& other) {
  if (&row == &other) return Interval{1, 1, 1};
  if (row.race != other.race) {
    if (row.best_sequential != other.best_sequential || !row.over_sequential || !other.over_sequential) return {};
    return quotient(*row.over_sequential, *other.over_sequential);
  }
  const auto cut = [&](suite::RoundTimes rounds) {
    const std::size_t shared = std::min(row.rounds.smallest.size(), other.rounds.smallest.size());
    rounds.smallest.resize(shared);
    rounds.first.resize(shared, std::numeric_limits<double>::quiet_NaN());
    return rounds;
  };
  const suite::RoundTimes faster = cut(row.rounds);
  const suite::RoundTimes slower = cut(other.rounds);
  if (faster.smallest.empty()) return std::nullopt;
  const Interval ratio = suite::fair_ratio(slower, faster);
  if (!std::isfinite(ratio.estimate) || !std::isfinite(ratio.high) || !(ratio.low > 0)) return std::nullopt;
  return ratio;
}

}  // namespace tandem::reports
