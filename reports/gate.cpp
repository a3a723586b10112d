#include "reports/gate.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "benchmarks/suite/json_text.hpp"
#include "impl/support/files.hpp"
#include "reports/gate_rows.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

using nlohmann::ordered_json;

constexpr int readable_schema = 1;

std::string time_cell(const ordered_json& row, const char* field) {
  const double nanoseconds = row.value(field, 0.0);
  return nanoseconds > 0 ? time_text(nanoseconds * 1e-9) : "";
}

/// Rows of some kind as a table; empty if there are none.
template <class Wanted>
std::string rows_table(const ordered_json& results, Wanted wanted) {
  Table table({{"row"},
               {"base", Align::right},
               {"head", Align::right},
               {"time", Align::right},
               {"rounds", Align::right},
               {"instructions"},
               {"verdict"}});
  for (const ordered_json& row : results.at("rows")) {
    if (!wanted(row)) continue;
    const std::string message = row.at("message");
    const std::size_t rounds = row.value("rounds", std::size_t{0});
    table.add({row.at("name"), time_cell(row, "base_nanoseconds"), time_cell(row, "head_nanoseconds"),
               gate_change_cell(row), rounds > 0 ? std::to_string(rounds) : "", gate_counts_cell(row),
               gate_word(row) + (message.empty() ? "" : ": " + message)});
  }
  return table.empty() ? "" : table.text();
}

bool is_news(const ordered_json& row) {
  const std::string word = gate_word(row);
  return word == "slower" || word == "faster" || row.at("state") == "no verdict" || gate_more_instructions(row);
}

bool is_quiet(const ordered_json& results, const ordered_json& row) {
  const std::string state = row.at("state");
  return !is_news(row) && !gate_not_reached(results, row) && (state == "raced" || state == "left out");
}

std::string xml(const std::string& text) {
  std::string result;
  for (const char symbol : text) {
    switch (symbol) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += static_cast<unsigned char>(symbol) < 0x20 ? ' ' : symbol;
    }
  }
  return result;
}

/// A workflow command ends with its line.
std::string escaped_for_actions(const std::string& text) {
  std::string result;
  for (const char symbol : text) {
    if (symbol == '%') {
      result += "%25";
    } else if (symbol == '\n') {
      result += "%0A";
    } else if (symbol == '\r') {
      result += "%0D";
    } else {
      result += symbol;
    }
  }
  return result;
}

std::string summary_text(const ordered_json& results, const std::string& separator) {
  std::string text;
  for (const std::string& sentence : gate_summary(results)) text += sentence + separator;
  return text;
}

}  // namespace

ordered_json read_gate_results(const std::string& path) { return parse_gate_results(content_of(path), path); }

ordered_json parse_gate_results(std::string_view text, const std::string& path) {
  auto results = suite::parse_json<ordered_json>(without_mark(text, path));
  if (results.is_discarded()) throw std::invalid_argument(path + " is not JSON, or is truncated");
  if (!results.is_object() || results.value("schema", ordered_json()) != "tandem gate" || !results.contains("rows")) {
    throw std::invalid_argument(path + " is not a results file of tandem gate");
  }
  if (results.value("schema_version", ordered_json()) != readable_schema) {
    throw std::invalid_argument(fmt::format("{} has gate schema {}; this program reads schema {}", path,
                                            results.value("schema_version", ordered_json()).dump(), readable_schema));
  }
  return results;
}

std::string gate_text(const ordered_json& results) {
  const std::string table =
      rows_table(results, [&](const ordered_json& row) { return is_news(row) || is_quiet(results, row); });
  return table + (table.empty() ? "" : "\n") + summary_text(results, "\n");
}

std::string gate_page(const ordered_json& results) {
  std::string page = "## Regression gate\n\n" + summary_text(results, "\n\n");
  const std::string news = rows_table(results, is_news);
  if (!news.empty()) page += news + "\n";
  const std::string quiet = rows_table(results, [&](const ordered_json& row) { return is_quiet(results, row); });
  if (!quiet.empty()) page += "<details><summary>All other rows</summary>\n\n" + quiet + "\n</details>\n\n";
  const ordered_json& machine = results.at("machine");
  page += fmt::format("{}, {} cores, {}, {}; {}; {:.0f} s.\n", machine.at("processor").get<std::string>(),
                      machine.at("cores").get<int>(), machine.at("target").get<std::string>(),
                      machine.at("compiler").get<std::string>(), results.at("started").get<std::string>(),
                      results.at("seconds").get<double>());
  return page;
}

std::string gate_junit(const ordered_json& results) {
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::string cases;
  for (const ordered_json& row : results.at("rows")) {
    const std::string word = gate_word(row);
    cases += fmt::format("  <testcase classname=\"gate.{}\" name=\"{}\"", xml(row.at("method")), xml(row.at("name")));
    const std::string detail = xml(word + " " + gate_change_cell(row) + " " + row.at("message").get<std::string>());
    if (word == "slower") {
      ++failures;
      cases += fmt::format(">\n    <failure message=\"{}\"/>\n  </testcase>\n", detail);
    } else if (word == "faster" || word.starts_with("same")) {
      cases += "/>\n";
    } else {
      ++skipped;
      cases += fmt::format(">\n    <skipped message=\"{}\"/>\n  </testcase>\n", detail);
    }
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuite name=\"tandem gate\" tests=\"{}\" failures=\"{}\" skipped=\"{}\" time=\"{:.1f}\">\n{}</testsuite>\n",
      results.at("rows").size(), failures, skipped, results.at("seconds").get<double>(), cases);
}

std::string gate_annotations(const ordered_json& results, bool strict_counts) {
  std::string text;
  for (const ordered_json& row : results.at("rows")) {
    const std::string name = row.at("name");
    if (gate_word(row) == "slower") {
      text += fmt::format("::error title=Slower::{}\n", escaped_for_actions(name + " takes " + gate_change_cell(row)));
    }
    if (gate_more_instructions(row)) {
      text += fmt::format("::{} title=More instructions::{}\n", strict_counts ? "error" : "warning",
                          escaped_for_actions(name + ": " + gate_counts_cell(row)));
    }
  }
  return text + "::notice title=Regression gate::" + escaped_for_actions(summary_text(results, " ")) + "\n";
}

}  // namespace tandem::reports
