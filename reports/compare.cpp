#include "reports/compare.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <optional>
#include <vector>

#include "benchmarks/suite/statistics.hpp"
#include "reports/page/json.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

using nlohmann::ordered_json;
using suite::Interval;

/// Of one file's interval, so that two of them hold together with 95 % (Bonferroni).
constexpr double confidence = 0.975;

std::map<std::string, const ordered_json*> timed_rows(const ordered_json& results) {
  std::map<std::string, const ordered_json*> rows;
  for (const ordered_json& row : results.at("benchmarks")) {
    if (row.at("tandem").at("status") == "timed") rows[row.at("run_name")] = &row;
  }
  return rows;
}

Interval time_of(const ordered_json& row) {
  std::vector<double> nanoseconds;
  for (const ordered_json& value : row.at("tandem").at("round_nanoseconds")) {
    if (value.is_number()) nanoseconds.push_back(value);
  }
  return suite::median_interval(nanoseconds, confidence);
}

std::optional<Interval> speedup_of(const ordered_json& row) {
  if (!row.contains("speedup_low")) return std::nullopt;
  return Interval{row.at("speedup"), row.at("speedup_low"), row.at("speedup_high")};
}

std::string change_text(const Interval& ratio) {
  const auto per_cent = [](double value) { return 100 * (value - 1); };
  if (!std::isfinite(ratio.high) || ratio.low <= 0) return fmt::format("{:+.1f} %", per_cent(ratio.estimate));
  return fmt::format("{:+.1f} % [{:+.1f}, {:+.1f}]", per_cent(ratio.estimate), per_cent(ratio.low),
                     per_cent(ratio.high));
}

/// Those of the fields that the two objects do not share.
std::vector<std::string> differences(const ordered_json& base, const ordered_json& head,
                                     const std::vector<std::string>& fields) {
  std::vector<std::string> different;
  for (const std::string& field : fields) {
    if (member(base, field) != member(head, field)) different.push_back(field);
  }
  return different;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

Interval quotient(const Interval& numerator, const Interval& denominator) {
  return {numerator.estimate / denominator.estimate, numerator.low / denominator.high,
          numerator.high / denominator.low};
}

std::vector<std::string> different_machines(const ordered_json& base, const ordered_json& head) {
  return differences(member(base, "machine"), member(head, "machine"),
                     {"processor", "cores", "operating_system", "chosen_target"});
}

std::vector<std::string> cautions(const ordered_json& base, const ordered_json& head, const std::string& base_name,
                                  const std::string& head_name) {
  std::vector<std::string> sentences;
  if (const auto machine = different_machines(base, head); !machine.empty()) {
    sentences.push_back("Different machines (" + joined(machine) +
                        "): nothing may be concluded from the times, so their change is not shown. A change against "
                        "the reference says how the variant fares beside it on either machine.");
  } else if (text_in(base, "started") != text_in(head, "started")) {
    sentences.emplace_back(
        "One machine, different runs: an interval holds what varied within the runs, not what happened between them "
        "(neighbours, clock, layout). Do not conclude that the code became slower or faster; race the two builds with "
        "ci/gate. The change against the reference, raced in the same minutes, is the steadier column.");
  } else {
    sentences.emplace_back("Both files are of the same run: a difference was made by hand.");
  }
  const auto build = differences(member(base, "machine"), member(head, "machine"), {"compiler", "flags", "build_type"});
  if (!build.empty()) {
    sentences.push_back("The builds differ in " + joined(build) + ", so a change need not be the code's.");
  }
  for (const auto& [context, name] : {std::pair{&base, base_name}, {&head, head_name}}) {
    if (flag_in(*context, "partial")) sentences.push_back(name + " is partial: its run was interrupted.");
  }
  return sentences;
}

std::string compare_text(const ordered_json& base, const ordered_json& head) {
  const ordered_json& base_context = base.at("context").at("tandem");
  const ordered_json& head_context = head.at("context").at("tandem");
  const auto machine = different_machines(base_context, head_context);
  const auto base_rows = timed_rows(base);
  const auto head_rows = timed_rows(head);

  Table table({{"row"},
               {"base", Align::right},
               {"new", Align::right},
               {"time", Align::right},
               {"against the reference of its own run", Align::right},
               {"input"}});
  std::vector<std::string> only_base;
  std::vector<std::string> only_head;
  for (const auto& [name, row] : head_rows) {
    const auto other = base_rows.find(name);
    if (other == base_rows.end()) {
      only_head.push_back(name);
      continue;
    }
    const Interval before = time_of(*other->second);
    const Interval after = time_of(*row);
    const auto speedup_before = speedup_of(*other->second);
    const auto speedup_after = speedup_of(*row);
    const bool comparable = speedup_before && speedup_after && row->at("tandem").at("variant") != "reference";
    const bool other_input =
        row->at("tandem").value("input_hash", "") != other->second->at("tandem").value("input_hash", "");
    table.add({name, time_text(before.estimate * 1e-9), time_text(after.estimate * 1e-9),
               machine.empty() ? change_text(quotient(after, before)) : "",
               comparable ? change_text(quotient(*speedup_before, *speedup_after)) : "", other_input ? "differs" : ""});
  }
  for (const auto& [name, row] : base_rows) {
    if (!head_rows.contains(name)) only_base.push_back(name);
  }

  std::string text = table.empty() ? "" : table.text() + "\n";
  if (table.empty()) text += "The two files have no timed row in common.\n";
  if (!only_base.empty()) text += "Timed in the base alone: " + joined(only_base) + ".\n";
  if (!only_head.empty()) text += "Timed in the new file alone: " + joined(only_head) + ".\n";
  for (const std::string& caution : cautions(base_context, head_context, "The base", "The new file")) {
    text += caution + "\n";
  }
  return text;
}

}  // namespace tandem::reports
