#include "reports/headlines.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <utility>
#include <vector>

#include "reports/table.hpp"

namespace tandem::reports {
namespace {

using nlohmann::ordered_json;

double nanoseconds(const ordered_json& row) { return row.at("real_time").get<double>(); }

std::string time_of(const ordered_json* row) { return row == nullptr ? "" : time_text(1e-9 * nanoseconds(*row)); }

std::string speedup_of(const ordered_json* row, const std::string& counter) {
  if (row == nullptr || !row->contains(counter)) return "";
  return ratio_text(row->at(counter), row->at(counter + "_low"), row->at(counter + "_high"));
}

/// How far the row that a peer was compared with is ahead of the peer.
std::string lead_over(const ordered_json* peer) {
  if (peer == nullptr || !peer->contains("speedup_sequential")) return "";
  const auto inverse = [&](const char* counter) { return 1 / peer->at(counter).get<double>(); };
  return ratio_text(inverse("speedup_sequential"), inverse("speedup_sequential_high"),
                    inverse("speedup_sequential_low"));
}

/// The rows that a line is made of, null where there is none.
struct Line {
  std::string words;
  const ordered_json* reference = nullptr;
  const ordered_json* single = nullptr;
  const ordered_json* threaded = nullptr;
  const ordered_json* peer = nullptr;

  void add(const ordered_json& row) {
    const ordered_json& extras = row.at("tandem");
    if (extras.at("status") != "timed") return;
    const bool threads = extras.at("threaded");
    const bool from_others = extras.at("peer");
    if (extras.at("variant") == "reference") {
      reference = &row;
      return;
    }
    if (from_others && threads) return;
    const ordered_json*& best = from_others ? peer : threads ? threaded : single;
    if (best == nullptr || nanoseconds(row) < nanoseconds(*best)) best = &row;
  }
};

std::vector<Line> lines_of(const ordered_json& results) {
  std::vector<Line> lines;
  std::pair<std::string, std::string> last;
  for (const ordered_json& row : results.at("benchmarks")) {
    const ordered_json& extras = row.at("tandem");
    if (!extras.contains("headline")) continue;
    std::pair<std::string, std::string> place{extras.at("method"), extras.at("workload")};
    if (std::exchange(last, place) != place) lines.push_back({.words = extras.at("headline")});
    lines.back().add(row);
  }
  return lines;
}

std::string refusals(const ordered_json& results) {
  std::string text;
  for (const ordered_json& row : results.at("benchmarks")) {
    const ordered_json& extras = row.at("tandem");
    const auto status = extras.at("status").get<std::string>();
    if (status == "timed" || status == "left out") continue;
    text +=
        fmt::format("{} {}: {}\n", status, row.at("name").get<std::string>(), extras.at("message").get<std::string>());
  }
  return text;
}

std::string counts_of(const ordered_json& entries) {
  std::vector<std::string> counts;
  for (const char* verdict : {"confirmed", "refuted", "unstable", "undecided here", "not testable here"}) {
    std::size_t count = 0;
    for (const ordered_json& entry : entries) count += entry.at("verdict") == verdict ? 1 : 0;
    if (count > 0) counts.push_back(fmt::format("{} {}", count, verdict));
  }
  return fmt::format("{}", fmt::join(counts, ", "));
}

}  // namespace

std::string headline_table(const ordered_json& results) {
  Table table({{"what is done"},
               {"reference", Align::right},
               {"one thread", Align::right},
               {"by"},
               {"times the reference", Align::right},
               {"threads add", Align::right},
               {"times the best peer", Align::right}});
  for (const Line& line : lines_of(results)) {
    table.add({line.words, time_of(line.reference), time_of(line.single),
               line.single == nullptr ? "" : line.single->at("tandem").at("variant").get<std::string>(),
               speedup_of(line.single, "speedup"), speedup_of(line.threaded, "speedup_sequential"),
               lead_over(line.peer)});
  }
  return refusals(results) + table.text();
}

std::string verdicts_line(const ordered_json& tandem) {
  std::string text;
  for (const auto& [list, title] : {std::pair{"claims", "Claims"}, std::pair{"targets", "Targets of this project"}}) {
    const std::string counts = counts_of(tandem.at(list));
    if (!counts.empty()) text += fmt::format("{}: {}.\n", title, counts);
  }
  return text;
}

}  // namespace tandem::reports
