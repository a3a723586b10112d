#include "benchmarks/regression/comparison_json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>
#include <string_view>

#include "benchmarks/suite/hash.hpp"

namespace tandem::regression {
namespace {

using nlohmann::ordered_json;

std::string_view word(RowState state) {
  switch (state) {
    case RowState::raced:
      return "raced";
    case RowState::identical:
      return "identical";
    case RowState::only_base:
      return "only in the base";
    case RowState::only_head:
      return "only in the head";
    case RowState::left_out:
      return "left out";
    case RowState::no_verdict:
      return "no verdict";
  }
  throw std::logic_error("a row state without a word");
}

/// JSON has no infinity.
ordered_json number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

ordered_json interval(const suite::Interval& value) {
  return {number(value.estimate), number(value.low), number(value.high)};
}

ordered_json decision_object(const Decision& decision) {
  return {{"verdict", suite::describe(decision.word, decision.same_within)},
          {"time_ratio", interval(decision.time_ratio)},
          {"pairs", decision.pair_ratios},
          {"rounds", decision.rounds},
          {"would_have_found", decision.would_have_found},
          {"why", decision.why}};
}

ordered_json count_object(const Count& count) {
  ordered_json json = {{"threads", count.threads}, {"base", count.base}, {"head", count.head}};
  json["deterministic"] = count.deterministic();
  if (count.complete()) json["change"] = count.change();
  json["message"] = count.message;
  return json;
}

ordered_json row_object(const ComparedRow& row) {
  ordered_json json = {{"name", row.name()},           {"method", row.key.method},   {"variant", row.key.variant},
                       {"workload", row.key.workload}, {"threads", row.key.threads}, {"state", word(row.state)},
                       {"message", row.message}};
  json["counts"] = ordered_json::array();
  for (const Count& count : row.counts) json["counts"].push_back(count_object(count));
  if (row.state != RowState::raced) return json;
  json.update(decision_object(row.decision));
  if (row.first) json["first_race"] = decision_object(*row.first);
  json["base_nanoseconds"] = row.base_seconds * 1e9;
  json["head_nanoseconds"] = row.head_seconds * 1e9;
  if (row.to_reference) {
    json["reference"] = row.reference;
    json["to_reference"] = interval(*row.to_reference);
  }
  return json;
}

}  // namespace

std::string fingerprint(const suite::MachineCard& machine) {
  const std::string text = fmt::format("{}|{}|{}|{:.0f}|{}|{}", machine.processor, machine.cores, machine.logical_cores,
                                       machine.memory_bytes / 1e9, machine.operating_system, machine.chosen_target);
  return fmt::format("{:016x}", suite::hash_of(std::vector<char>(text.begin(), text.end())));
}

ordered_json to_json(const Comparison& comparison, const GateRun& run) {
  ordered_json json = {{"schema", "tandem gate"}, {"schema_version", gate_schema}, {"command", run.command},
                       {"started", run.started},  {"seconds", run.seconds},        {"partial", comparison.partial}};
  json["base"] = run.base_name;
  json["head"] = run.head_name;
  const suite::MachineCard& machine = run.machine;
  json["machine"] = {{"fingerprint", fingerprint(machine)},
                     {"processor", machine.processor},
                     {"cores", machine.cores},
                     {"operating_system", machine.operating_system},
                     {"target", machine.chosen_target},
                     {"compiler", machine.build.compiler},
                     {"flags", machine.build.flags}};
  json["margin"] = comparison.margin;
  json["margin_given"] = run.margin_given;
  json["error"] = run.error;
  json["rows"] = ordered_json::array();
  for (const ComparedRow& row : comparison.rows) json["rows"].push_back(row_object(row));
  return json;
}

}  // namespace tandem::regression
