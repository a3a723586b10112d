#include "reports/markdown.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>
#include <vector>

#include "reports/claims.hpp"
#include "reports/machine_section.hpp"
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

std::string interval_text(const ordered_json& interval) {
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", interval.at(0).get<double>(), interval.at(1).get<double>(),
                     interval.at(2).get<double>());
}

double seconds_per_item(const ordered_json& row) {
  return row.at("real_time").get<double>() * 1e-9 / row.at("tandem").at("items").get<double>();
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
    table.add({variant, threads, status == "left out" ? message : status + ": " + message, "", "", "", "", ""});
    return;
  }
  const bool baseline = extras.at("best_sequential").get<std::string>() == variant;
  table.add({variant, threads, time_text(seconds_per_item(row)), speedup_cell(row, "speedup"),
             baseline ? "(baseline)" : speedup_cell(row, "speedup_sequential"),
             baseline ? "" : extras.value("verdict_sequential", ""), fractions ? roof_cell(row) : "",
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

constexpr const char* how_to_read = R"(## How to read the tables

Every row agreed with the reference (or, at sizes too large for it, with an independent algorithm and a certificate)
before, during and after it was timed. Everything but the reference is compiled for {0}, plain loops and Eigen rows
included; the reference is plain code at -O2 for any processor of its kind.

- A speedup is the median over interleaved rounds of the ratio of two times of the same round, with its exact 95 %
  interval; *vs best sequential* compares with the row marked (baseline).
- *roof* is the least time that the row's declared work needs at this machine's measured peaks, as a share of the time
  taken, with what of the work takes that long: arithmetic, the divider, bytes, look-ups, or a chain of operations that
  wait for one another. A row that declares nothing that could bind it shows none.
- *error* is what the method's agreement rule measured.

)";

std::string method_heading(const ordered_json& results, const std::string& method) {
  for (const ordered_json& card : results.at("context").at("tandem").at("methods")) {
    if (card.at("name").get<std::string>() != method) continue;
    return fmt::format("## {}\n\n{} ({}).\n\n", method, card.at("summary").get<std::string>(),
                       card.at("source").get<std::string>());
  }
  return "## " + method + "\n\n";
}

}  // namespace

ordered_json read_results(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::invalid_argument("cannot read the results file " + path);
  ordered_json results = ordered_json::parse(file, nullptr, false);
  if (results.is_discarded()) throw std::invalid_argument(path + " is not JSON, or is truncated");
  const auto schema = ordered_json::json_pointer("/context/tandem/schema_version");
  if (!results.is_object() || !results.contains(schema) || !results.contains("benchmarks")) {
    throw std::invalid_argument(path + " is not a results file of tandem run or tandem bench");
  }
  if (results.at(schema) != 1) {
    throw std::invalid_argument(path + " has results schema " + results.at(schema).dump() +
                                "; this program reads schema 1");
  }
  return results;
}

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
  std::string method;
  const bool fractions = !results.at("context").at("tandem").contains("suspect_peaks");
  for (const Group& group : group_rows(results)) {
    if (group.method != method) {
      method = group.method;
      text += method_heading(results, method);
    }
    Table table({{"variant"},
                 {"threads", Align::right},
                 {"time per item", Align::right},
                 {"vs reference", Align::right},
                 {"vs best sequential", Align::right},
                 {"verdict"},
                 {"roof", Align::right},
                 {"error", Align::right}});
    for (const ordered_json* row : group.rows) add_row(table, *row, fractions);
    text += "### " + group_heading(group) + "\n\n" + table.text() + "\n";
  }
  return text;
}

std::string growth_table(const ordered_json& results) {
  Table table({{"method"},
               {"variant"},
               {"threads", Align::right},
               {"sizes", Align::right},
               {"declared", Align::right},
               {"steps, 95 % interval"},
               {"time, 95 % interval"}});
  for (const ordered_json& fit : results.at("context").at("tandem").at("growth")) {
    table.add({fit.at("method"), fit.at("variant"), std::to_string(fit.at("threads").get<int>()),
               std::to_string(fit.at("sizes").get<int>()), fmt::format("{:.3f}", fit.at("declared").get<double>()),
               fit.contains("steps") ? interval_text(fit.at("steps")) : "", interval_text(fit.at("time"))});
  }
  return table.empty() ? "" : table.text();
}

std::string markdown_page(const ordered_json& results) {
  const ordered_json& tandem = results.at("context").at("tandem");
  std::string page = "# Tandem report\n\n";
  if (tandem.at("partial"))
    page += "**Partial: the run was interrupted. What follows is complete as far as it goes.**\n\n";
  page += fmt::format("`{}`, started {}, took {:.0f} s.\n\n", tandem.at("command").get<std::string>(),
                      tandem.at("started").get<std::string>(), tandem.at("seconds").get<double>());
  for (const ordered_json& sentence : tandem.value("absent", ordered_json::array())) {
    page += "Absent: " + sentence.get<std::string>() + "\n\n";
  }
  page += machine_section(tandem);
  page += fmt::format(how_to_read, tandem.at("machine").at("chosen_target").get<std::string>());
  page += "## Summary\n\n" + summary_table(results) + "\n";
  page += speedup_tables(results);
  if (const std::string growth = growth_table(results); !growth.empty()) {
    page +=
        "## Growth of the cost\n\nExponent e of cost = constant * size^e per item, over the workloads of the "
        "method.\n\n" +
        growth + "\n";
  }
  page += claims_sections(tandem);
  return page;
}

}  // namespace tandem::reports
