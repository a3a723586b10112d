// tandem history: appends runs of the gate to a file of lines, and shows how rows went over time.
#include "benchmarks/regression/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <regex>
#include <stdexcept>

#include "benchmarks/suite/json_text.hpp"
#include "program/program.hpp"
#include "reports/gate.hpp"
#include "reports/table.hpp"

namespace tandem::program {
namespace {

struct HistoryOptions {
  std::string file;
  std::string results;
  std::string filter;
  bool json = false;
};

void append(const HistoryOptions& options) {
  const nlohmann::ordered_json results = reports::read_gate_results(options.results);
  try {
    regression::append_entry(options.file, regression::history_entry(results));
  } catch (const nlohmann::json::exception&) {
    throw std::invalid_argument(options.results + " is damaged: a field is missing or of another type");
  }
}

/// Eight heights between the least and the greatest value, of the last runs; flat where they are equal.
std::string sparkline(std::span<const double> values) {
  constexpr std::size_t widest = 40;
  if (values.size() > widest) values = values.last(widest);
  const auto [least, greatest] = std::ranges::minmax(values);
  std::string line;
  for (const double value : values) {
    const double height = greatest > least ? (value - least) / (greatest - least) : 0.5;
    // U+2581 to U+2588 in UTF-8.
    line += "\xE2\x96";
    line += static_cast<char>(0x81 + static_cast<int>(std::min(7.0, 8 * height)));
  }
  return line;
}

std::string changes_text(const regression::HistorySeries& series) {
  std::string text;
  for (const regression::ChangePoint& point : series.changes) {
    text += fmt::format("{}{:+.2f} % at {}", text.empty() ? "" : "; ", 100 * point.change(), series.runs[point.index]);
  }
  return text;
}

void show(const HistoryOptions& options) {
  const regression::History history = regression::read_history(options.file);
  for (const std::string& damage : history.damages) fmt::print(stderr, "tandem: {}\n", damage);
  std::regex filter;
  try {
    filter = std::regex(options.filter);
  } catch (const std::regex_error&) {
    throw std::invalid_argument("'" + options.filter + "' is not a regular expression");
  }
  reports::Table table({{"machine"},
                        {"row"},
                        {"figure"},
                        {"runs", reports::Align::right},
                        {"last", reports::Align::right},
                        {"course"},
                        {"change points"}});
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const regression::HistorySeries& series : regression::series_of(history)) {
    if (!std::regex_search(series.row, filter)) continue;
    table.add({series.machine, series.row, series.figure, std::to_string(series.values.size()),
               reports::number_text(series.values.back()), sparkline(series.values), changes_text(series)});
    json.push_back({{"machine", series.machine},
                    {"row", series.row},
                    {"figure", series.figure},
                    {"runs", series.runs},
                    {"values", series.values}});
    json.back()["changes"] = nlohmann::ordered_json::array();
    for (const regression::ChangePoint& point : series.changes) {
      json.back()["changes"].push_back(
          {{"index", point.index}, {"change", point.change()}, {"p_value", point.p_value}});
    }
  }
  if (options.json) {
    fmt::print("{}\n", suite::json_text(json, 1));
  } else {
    fmt::print(
        "{}\n{} runs. Change points: E-divisive in windows of 50, Student's t at p < 0.001, steps of 0.5 % or "
        "more.\n",
        table.text(), history.entries.size());
  }
}

}  // namespace

void add_history(Context context) {
  auto options = std::make_shared<HistoryOptions>();
  CLI::App* verb =
      context.app.add_subcommand("history",
                                 "How rows went from gate to gate: a line per figure, and where it stepped\n"
                                 "Example: tandem history results/history.jsonl --append gate.json");
  verb->add_option("FILE", options->file, "The history, a line of JSON per run of the gate")->required();
  verb->add_option("--append", options->results, "First add this results file of tandem gate");
  verb->add_option("--filter", options->filter, "Regular expression over method/variant/workload");
  verb->add_flag("--json", options->json, "Print the series as JSON");
  verb->callback([options] {
    if (!options->results.empty()) append(*options);
    show(*options);
  });
}

}  // namespace tandem::program
