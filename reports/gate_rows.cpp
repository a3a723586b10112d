#include "reports/gate_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

#include "reports/gate.hpp"

namespace tandem::reports {

using nlohmann::ordered_json;

namespace {

double per_cent(const ordered_json& ratio) { return 100 * (ratio.get<double>() - 1); }

std::string rows_text(std::size_t count) { return fmt::format("{} row{}", count, count == 1 ? "" : "s"); }

std::string count_text(const ordered_json& count) {
  const std::string threads =
      fmt::format("{} thread{}", count.at("threads").get<int>(), count.at("threads") == 1 ? "" : "s");
  if (!count.at("message").get<std::string>().empty()) return threads + " " + count.at("message").get<std::string>();
  if (!count.contains("change")) return {};
  if (!count.at("deterministic").get<bool>()) return threads + " not deterministic";
  const double change = count.at("change");
  return count.at("base") == count.at("head") ? "" : fmt::format("{} {:+.3g} %", threads, 100 * change);
}

}  // namespace

std::string gate_word(const ordered_json& row) {
  std::string state = row.at("state");
  if (state == "identical") return "identical machine code";
  if (state != "raced") return state;
  std::string word = row.at("verdict");
  if (word != "undecided") return word;
  const std::string why = row.at("why");
  if (!why.empty()) return "undecided: " + why;
  const double found = row.value("would_have_found", 0.0);  // absent from results of older versions
  return found > 0 ? fmt::format("undecided: less than {:.2g} % might have been missed", 100 * found) : word;
}

std::string gate_change_cell(const ordered_json& row) {
  if (row.at("state") != "raced" || row.at("rounds") == 0) return {};
  const ordered_json& ratio = row.at("time_ratio");
  if (ratio.at(0).is_null()) return {};
  if (ratio.at(1).is_null() || ratio.at(2).is_null()) return fmt::format("{:+.1f} %", per_cent(ratio.at(0)));
  return fmt::format("{:+.1f} % [{:+.1f}, {:+.1f}]", per_cent(ratio.at(0)), per_cent(ratio.at(1)),
                     per_cent(ratio.at(2)));
}

std::string gate_counts_cell(const ordered_json& row) {
  std::string text;
  for (const ordered_json& count : row.at("counts")) {
    const std::string one = count_text(count);
    if (!one.empty()) text += (text.empty() ? "" : ", ") + one;
  }
  return text;
}

bool gate_not_reached(const ordered_json& results, const ordered_json& row) {
  const bool wanted = results.at("margin").get<double>() > 0;  // not only counted
  return wanted && row.at("state") == "raced" && row.at("rounds") == 0;
}

bool gate_more_instructions(const ordered_json& row) {
  return std::ranges::any_of(row.at("counts"), [](const ordered_json& count) {
    return count.at("deterministic").get<bool>() && count.at("change").get<double>() > gate_count_margin;
  });
}

std::vector<std::string> gate_summary(const ordered_json& results) {
  std::map<std::string, std::vector<std::string>> names;
  std::size_t counted = 0;
  std::size_t not_reached = 0;
  for (const ordered_json& row : results.at("rows")) {
    const std::string state = row.at("state");
    std::string word = state == "raced" ? row.at("verdict").get<std::string>() : state;
    if (word.starts_with("same")) word = "same";
    counted += row.at("counts").empty() ? 0 : 1;
    if (gate_more_instructions(row)) names["more"].push_back(row.at("name"));
    if (gate_not_reached(results, row)) {
      ++not_reached;
    } else {
      names[word].push_back(row.at("name"));
    }
  }
  std::vector<std::string> sentences;
  const std::string sides = fmt::format("{} (head) against {} (base)", results.at("head").get<std::string>(),
                                        results.at("base").get<std::string>());
  const auto list = [&names](const std::string& word) {
    std::string text;
    for (const std::string& name : names[word]) text += (text.empty() ? "" : ", ") + name;
    return text;
  };
  const double margin = results.at("margin");
  const bool raced = margin > 0;
  sentences.push_back(names["slower"].empty() ? fmt::format("No row is slower: {}.", sides)
                                              : fmt::format("SLOWER, {}: {}.", sides, list("slower")));
  if (!raced && names["slower"].empty()) sentences.front() = fmt::format("Nothing was raced: {}.", sides);
  if (!names["faster"].empty()) sentences.push_back(fmt::format("Faster: {}.", list("faster")));
  if (raced) {
    const bool given = results.at("margin_given");
    sentences.push_back(fmt::format(
        "Same{}: {}; undecided: {}.",
        given ? fmt::format(" within {:.3g} %", 100 * margin) : ", each within what its own pairs would have shown",
        rows_text(names["same"].size()), rows_text(names["undecided"].size())));
    if (not_reached > 0) sentences.push_back(fmt::format("Not reached within the budget: {}.", rows_text(not_reached)));
  }
  if (!names["identical"].empty()) {
    sentences.push_back(
        fmt::format("Skipped, because their machine code is identical: {}.", rows_text(names["identical"].size())));
  }
  for (const std::string side : {"base", "head"}) {
    const std::vector<std::string>& rows = names["only in the " + side];
    if (rows.empty()) continue;
    const std::span<const std::string> examples(rows.data(), std::min<std::size_t>(3, rows.size()));
    sentences.push_back(fmt::format("Only in the {}, and not compared: {}{}{}.", side, rows_text(rows.size()),
                                    examples.size() < rows.size() ? ", as " : ": ", fmt::join(examples, ", ")));
  }
  if (!names["no verdict"].empty()) {
    sentences.push_back(fmt::format("Could not be raced, no verdict: {}.", rows_text(names["no verdict"].size())));
  }
  if (!names["more"].empty()) {
    sentences.push_back(
        fmt::format("More than {:.0f} % more instructions: {}.", 100 * gate_count_margin, list("more")));
  } else if (counted > 0) {
    sentences.push_back(fmt::format("Instructions were counted in {}; none has more than {:.0f} % more.",
                                    rows_text(counted), 100 * gate_count_margin));
  }
  if (results.at("partial").get<bool>()) {
    sentences.emplace_back("PARTIAL: interrupted, or the budget ended, before every row was raced.");
  }
  return sentences;
}

}  // namespace tandem::reports
