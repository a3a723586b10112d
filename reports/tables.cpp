#include "reports/tables.hpp"

#include <fmt/format.h>

#include <vector>

#include "reports/table.hpp"

namespace tandem::reports {
namespace {

using nlohmann::ordered_json;

/// The rows of one workload, which the results file holds one after the other.
struct Group {
  std::string method;
  std::string workload;
  std::vector<const ordered_json*> rows;
};

std::vector<Group> group_rows(const ordered_json& results) {
  std::vector<Group> groups;
  for (const ordered_json& row : results.at("benchmarks")) {
    const ordered_json& extras = row.at("tandem");
    const auto method = extras.at("method").get<std::string>();
    const auto workload = extras.at("workload").get<std::string>();
    if (groups.empty() || groups.back().method != method || groups.back().workload != workload) {
      groups.push_back({method, workload, {}});
    }
    groups.back().rows.push_back(&row);
  }
  return groups;
}

std::string speedup_cell(const ordered_json& row, const std::string& counter) {
  if (!row.contains(counter)) return "";
  return ratio_text(row.at(counter), row.at(counter + "_low"), row.at(counter + "_high"));
}

double seconds_per_item(const ordered_json& row) {
  return row.at("real_time").get<double>() * 1e-9 / row.at("tandem").at("items").get<double>();
}

/// What the rows count for one item: "20".
std::string steps_cell(const ordered_json& row) {
  return row.contains("steps") ? count_text(row.at("steps").get<double>()) : "";
}

/// "52 % bytes".
std::string roof_cell(const ordered_json& row) {
  if (!row.contains("roof")) return "";
  std::string text = fmt::format("{:.0f} %", 100 * row.at("roof").get<double>());
  if (const auto binds = row.at("tandem").value("roof_binds", ""); !binds.empty()) text += " " + binds;
  return text;
}

void add_row(Table& table, const ordered_json& row, bool fractions) {
  const ordered_json& extras = row.at("tandem");
  const std::string threads = extras.at("threaded") ? std::to_string(row.at("threads").get<int>()) : "";
  const auto status = extras.at("status").get<std::string>();
  const auto variant = extras.at("variant").get<std::string>();
  if (status != "timed") {
    const auto message = extras.at("message").get<std::string>();
    table.add({variant, threads, status == "left out" ? message : status + ": " + message, "", "", "", "", "", ""});
    return;
  }
  const bool baseline = extras.at("best_sequential").get<std::string>() == variant;
  table.add({variant, threads, time_text(seconds_per_item(row)), speedup_cell(row, "speedup"),
             baseline ? "(baseline)" : speedup_cell(row, "speedup_sequential"),
             baseline ? "" : extras.value("verdict_sequential", ""), steps_cell(row), fractions ? roof_cell(row) : "",
             fmt::format("{:.3g}", row.at("agreement_error").get<double>())});
}

std::string variant_at_threads(const ordered_json& row) {
  auto name = row.at("tandem").at("variant").get<std::string>();
  if (row.at("tandem").at("threaded")) name += fmt::format(" ({} threads)", row.at("threads").get<int>());
  return name;
}

/// The fastest of the timed rows that pass the test, or null.
template <class Test>
const ordered_json* fastest(const Group& group, Test&& test) {
  const ordered_json* best = nullptr;
  for (const ordered_json* row : group.rows) {
    if (row->at("tandem").at("status") != "timed" || !test(row->at("tandem"))) continue;
    if (best == nullptr || seconds_per_item(*row) < seconds_per_item(*best)) best = row;
  }
  return best;
}

std::string group_heading(const Group& group) {
  const ordered_json& first = group.rows.front()->at("tandem");
  std::string heading = fmt::format("{} / {}", group.method, group.workload);
  for (const ordered_json* row : group.rows) {
    const ordered_json& extras = row->at("tandem");
    if (extras.at("variant") == "reference" && extras.at("status") == "left out") {
      heading += "\n\nReference not run at this size";
      const auto against = first.at("against").get<std::string>();
      if (against != "reference" && !against.empty())
        heading += "; every answer agrees with " + against + " and the certificate";
      heading += ".";
    }
  }
  return heading;
}

/// The method's card in the results file, or one with its name alone.
ordered_json card_of(const ordered_json& results, const std::string& method) {
  for (const ordered_json& card : results.at("context").at("tandem").at("methods")) {
    if (card.at("name").get<std::string>() == method) return card;
  }
  return {{"name", method}};
}

std::string method_heading(const ordered_json& card) {
  const std::string heading = "## " + card.at("name").get<std::string>() + "\n\n";
  if (!card.contains("summary")) return heading;
  return heading +
         fmt::format("{} ({}).\n\n", card.at("summary").get<std::string>(), card.at("source").get<std::string>());
}

}  // namespace

std::string summary_table(const ordered_json& results) {
  Table table({{"workload"},
               {"reference", Align::right},
               {"fastest on one thread"},
               {"time per item", Align::right},
               {"vs reference", Align::right},
               {"fastest of all"},
               {"vs best sequential", Align::right}});
  for (const Group& group : group_rows(results)) {
    const auto* reference = fastest(group, [](const ordered_json& row) { return row.at("variant") == "reference"; });
    const auto* single = fastest(group, [](const ordered_json& row) { return !row.at("threaded") && !row.at("peer"); });
    const auto* best = fastest(group, [](const ordered_json&) { return true; });
    // A second name is worth a cell only where it is faster for sure.
    const bool faster = best != nullptr && best->value("speedup_sequential_low", 0.0) > 1;
    table.add({group.method + "/" + group.workload,
               reference == nullptr ? "not run" : time_text(seconds_per_item(*reference)),
               single == nullptr ? "" : variant_at_threads(*single),
               single == nullptr ? "" : time_text(seconds_per_item(*single)),
               single == nullptr ? "" : speedup_cell(*single, "speedup"), faster ? variant_at_threads(*best) : "",
               faster ? speedup_cell(*best, "speedup_sequential") : ""});
  }
  return table.text() +
         "(A time is the median of all rounds of its row, a speedup that of the ratios of the rounds that two rows "
         "share:\n"
         "where one is slow and joins few rounds, it is not quite the quotient of the two times.)\n";
}

std::string speedup_tables(const ordered_json& results) {
  std::string text;
  ordered_json card = {{"name", ""}};
  const bool fractions = !results.at("context").at("tandem").contains("suspect_peaks");
  for (const Group& group : group_rows(results)) {
    if (card.at("name") != group.method) {
      card = card_of(results, group.method);
      text += method_heading(card);
    }
    Table table({{"variant"},
                 {"threads", Align::right},
                 {"time per item", Align::right},
                 {"vs reference", Align::right},
                 {"vs best sequential", Align::right},
                 {"verdict"},
                 {card.value("steps", "steps"), Align::right},
                 {"roof", Align::right},
                 {"error", Align::right}});
    for (const ordered_json* row : group.rows) add_row(table, *row, fractions);
    text += "### " + group_heading(group) + "\n\n" + table.text() + "\n";
  }
  return text;
}

}  // namespace tandem::reports
