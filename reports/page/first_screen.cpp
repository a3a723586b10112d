#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "reports/page/axis.hpp"
#include "reports/page/chart.hpp"
#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

struct Counts {
  double timed = 0;
  double left_out = 0;
  double refused = 0;
};

Counts counts_of(const Results& results) {
  Counts counts;
  for_each_row(results, [&](const Family&, const Method&, const Workload&, const Row& row) {
    counts.timed += row.timed() ? 1 : 0;
    counts.left_out += row.status == "left out" ? 1 : 0;
    counts.refused += row.refused() ? 1 : 0;
  });
  return counts;
}

std::string length_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.0f} s", seconds);
  const auto whole = static_cast<long>(std::min(seconds, 1e9));
  return whole < 3600 ? fmt::format("{} min {} s", whole / 60, whole % 60)
                      : fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

/// Where and when: "Debian GNU/Linux 12 · GNU 12.2.0 · 28 November 2026, 7 min 43 s · revision e98cfb9".
std::string circumstances_of(const Results& results) {
  const Json& machine = results.machine();
  std::string text;
  const auto add = [&](const std::string& part) {
    if (!part.empty()) text += (text.empty() ? "" : " · ") + shortened(part, 120);
  };
  const std::string system = text_in(machine, "operating_system");
  add(system.substr(0, system.find(", Linux")));
  add(text_in(machine, "compiler"));
  std::string when = date_text(text_in(results.context, "started"));
  if (const auto seconds = number_in(results.context, "seconds")) {
    when += (when.empty() ? "" : ", ") + length_text(*seconds);
  }
  add(when);
  if (const std::string revision = text_in(machine, "git_revision"); !revision.empty()) {
    add("revision " + revision.substr(0, 7) + (flag_in(machine, "git_dirty") ? " (modified)" : ""));
  }
  return text;
}

/// Whether everything agreed, and what else became of the rows.
std::pair<std::string, std::string> verdict_and_rest(const Results& results, const Counts& counts) {
  std::string verdict = "No row was timed.";
  if (counts.refused > 0) {
    verdict = fmt::format("{} refused: shown in red, without a time.",
                          counts.refused == 1 ? "1 row was" : thousands_text(counts.refused) + " rows were");
    if (counts.timed > 0) verdict += fmt::format(" The other {} agreed.", thousands_text(counts.timed));
  } else if (counts.timed > 0) {
    verdict = counts.timed == 1
                  ? "The one timed row agreed with its reference."
                  : fmt::format("Every one of {} timed rows agreed with its reference.", thousands_text(counts.timed));
  }
  std::string rest = counts.refused == 0 && counts.timed > 0 ? "None was refused" : "";
  const auto add = [&](const std::string& text) { rest += (rest.empty() ? "" : "; ") + text; };
  if (counts.left_out > 0) add(counted(counts.left_out, "row") + " left out for size");
  const Json& unreached = member(results.context, "not_reached");
  const double rows = number_in(unreached, "rows").value_or(0);
  const double claims = number_in(unreached, "claims").value_or(0);
  if (rows > 0 || claims > 0) {
    const std::string reached =
        claims > 0 ? counted(rows, "row") + " and " + counted(claims, "claim") : counted(rows, "row");
    add(reached + " not reached in the time given");
  }
  return {verdict, rest.empty() ? "" : rest + "."};
}

Json agreement_view(const Page& page, std::size_t file) {
  const Results& results = page.files[file];
  const Counts counts = counts_of(results);
  const auto [verdict, rest] = verdict_and_rest(results, counts);
  return {{"label", page.label(file)},
          {"machine", shortened(results.title, 120)},
          {"circumstances", circumstances_of(results)},
          {"verdict", verdict},
          {"rest", rest},
          {"bad", counts.refused > 0},
          {"partial", flag_in(results.context, "partial")}};
}

Json refused_view(const Page& page) {
  Json refused = Json::array();
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    for_each_row(page.files[file], [&](const Family&, const Method& method, const Workload& workload, const Row& row) {
      if (!row.refused() || refused.size() >= 50) return;
      refused.push_back({{"row", shortened(method.name + " / " + row.name + " / " + workload.name, 200)},
                         {"label", page.label(file)},
                         {"status", shortened(row.status, 40)},
                         {"message", shortened(row.message, 300)}});
    });
  }
  return refused;
}

struct HeadlineLine {
  std::string words;
  std::vector<Headline> files;
};

struct Mark {
  const char* kind;
  std::string over;
  Interval ratio;
};

/// Those of one headline: open circle, diamond, full circle.
std::vector<Mark> marks_of(const Headline& headline) {
  std::vector<Mark> marks;
  const auto add = [&](const std::optional<Interval>& ratio, const char* kind, const std::string& over) {
    if (ratio) marks.push_back({kind, over, *ratio});
  };
  add(headline.over_reference, "slow", "the slow reference");
  add(headline.over_peer, "library", headline.peer);
  add(headline.over_sequential, "single",
      "the best on one thread (" + (headline.best == nullptr ? "" : headline.best->best_sequential) + ")");
  return marks;
}

/// The intervals are lines through the marks.
Json marks_view(const std::vector<Mark>& marks, const Axis& axis) {
  Json view = Json::array();
  for (const Mark& mark : marks) {
    view.push_back({{"kind", mark.kind},
                    {"x", per_cent_text(axis.place(mark.ratio.estimate))},
                    {"low", per_cent_text(axis.place(mark.ratio.low))},
                    {"high", per_cent_text(axis.place(mark.ratio.high))},
                    {"tip", interval_text(mark.ratio) + " over " + mark.over},
                    {mark.kind, true}});
  }
  return view;
}

std::string headline_csv(const std::string& label, const std::string& words, const Headline& headline) {
  std::string csv;
  for (const Mark& mark : marks_of(headline)) {
    csv += fmt::format("{},{},{},{},{},{},{}\n", label, csv_cell(words), csv_cell(headline.best->name),
                       csv_cell(mark.over), csv_cell(mark.ratio.estimate), csv_cell(mark.ratio.low),
                       csv_cell(mark.ratio.high));
  }
  return csv;
}

Json cell_view(const Page& page, std::size_t file, const Headline& headline, const Axis& axis, const Json& grid) {
  Json cell = {{"label", page.label(file)},
               {"grid", grid},
               {"marks", Json::array()},
               {"variant", ""},
               {"figure", ""},
               {"what", headline.best == nullptr ? "not timed" : "reference not timed"}};
  if (headline.best == nullptr) return cell;
  cell["marks"] = marks_view(marks_of(headline), axis);
  cell["variant"] = shortened(headline.best->name, 40);
  if (headline.over_reference) {
    cell["figure"] = times_text(headline.over_reference->estimate);
    cell["what"] = "";
  }
  return cell;
}

}  // namespace

std::string agreement_sentence(const Results& results) {
  const auto [verdict, rest] = verdict_and_rest(results, counts_of(results));
  return verdict + (rest.empty() ? "" : " " + rest);
}

Headline headline_of(const Workload* workload) {
  Headline headline;
  if (workload == nullptr) return headline;
  headline.best = fastest(*workload, [](const Row& row) { return !row.peer && !row.reference(); });
  if (headline.best == nullptr) return headline;
  headline.over_reference = headline.best->over_reference;
  headline.over_sequential = headline.best->over_sequential;
  if (const Row* const peer = fastest(*workload, [](const Row& row) { return row.peer; })) {
    headline.over_peer = ratio_of(*headline.best, *peer);
    headline.peer = peer->name;
  }
  return headline;
}

std::string first_screen_html(const Page& page) {
  Axis axis;
  axis.set_logarithmic(true);
  axis.include(1);
  axis.include(10);
  std::vector<std::pair<const Family*, std::vector<HeadlineLine>>> families;
  for (const Family& family : page.outline) {
    std::vector<HeadlineLine> lines;
    for (const Method& method : family.methods) {
      for (const Workload& workload : method.workloads) {
        if (workload.headline.empty()) continue;
        HeadlineLine& line = lines.emplace_back(HeadlineLine{workload.headline, {}});
        for (const Results& results : page.files) {
          line.files.push_back(headline_of(find_workload(results, method.name, workload.name)));
          for (const Mark& mark : marks_of(line.files.back())) {
            axis.include(mark.ratio.low);
            axis.include(mark.ratio.high);
          }
        }
      }
    }
    if (!lines.empty()) families.emplace_back(&family, std::move(lines));
  }
  axis.round();

  Json grid = Json::array();
  Json ticks = Json::array();
  for (const auto& [place, label] : axis.ticks(page.compares() ? 3 : 6)) {
    const bool one = std::abs(place - axis.place(1)) < 1e-6;
    grid.push_back({{"at", per_cent_text(place)}, {"one", one}});
    ticks.push_back({{"at", per_cent_text(place)}, {"text", label + "×"}});
  }
  Json family_views = Json::array();
  std::string csv = "run,headline,best implementation,over,times as fast,low,high\n";
  for (const auto& [family, lines] : families) {
    Json line_views = Json::array();
    for (const HeadlineLine& line : lines) {
      Json cells = Json::array();
      for (std::size_t file = 0; file < line.files.size(); ++file) {
        csv += headline_csv(page.label(file), line.words, line.files[file]);
        cells.push_back(cell_view(page, file, line.files[file], axis, grid));
      }
      line_views.push_back({{"words", shortened(line.words, 80)}, {"cells", cells}});
    }
    family_views.push_back({{"title", shortened(family->title, 80)}, {"lines", line_views}});
  }
  Json files = Json::array();
  Json axes = Json::array();
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    files.push_back(agreement_view(page, file));
    axes.push_back({{"ticks", ticks}, {"label", page.label(file)}});
  }
  return render("first_screen.mustache",
                {{"compares", page.compares()},
                 {"title", page.compares() ? fmt::format("{} runs side by side", page.files.size())
                                           : shortened(page.files.at(0).title, 120)},
                 {"columns", std::to_string(page.files.size())},
                 {"files", files},
                 {"refused", refused_view(page)},
                 {"verdicts", verdicts_html(page)},
                 {"families", family_views},
                 {"axes", axes},
                 {"figures", figures_html(csv)}});
}

}  // namespace tandem::reports
