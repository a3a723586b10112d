// Pictures of one axis: a line of text, marks over it, a figure.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/page/axis.hpp"
#include "reports/page/chart.hpp"
#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

/// One thread, the same idea with and without vectors.
struct Pair {
  std::string words;
  const Row* vectors;
  Interval gain;
};

std::vector<Pair> pairs_of(const Family& family) {
  std::vector<Pair> pairs;
  for (const Method& method : family.methods) {
    for (const Workload& workload : method.workloads) {
      if (workload.headline.empty()) continue;
      for (const Row& row : workload.rows) {
        if (!row.timed() || row.threads != 1 || row.peer || !row.variant.ends_with("_simd")) continue;
        const std::string plain_name = row.variant.substr(0, row.variant.size() - 5);
        const Row* const plain =
            fastest(workload, [&](const Row& other) { return other.variant == plain_name && other.threads == 1; });
        if (plain == nullptr) continue;
        if (const auto gain = ratio_of(row, *plain)) pairs.push_back({workload.headline, &row, *gain});
      }
    }
  }
  return pairs;
}

Json ticks_view(const Axis& axis) {
  Json ticks = Json::array();
  for (const auto& [place, label] : axis.ticks(4)) ticks.push_back({{"at", per_cent_text(place)}, {"text", label}});
  return ticks;
}

}  // namespace

std::string width_html(const Page& page, const Family& family, const Colours& colours) {
  std::string html;
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    const Family* const found = find_family(page.files[file], family.name);
    if (found == nullptr) continue;
    const std::vector<Pair> pairs = pairs_of(*found);
    if (pairs.empty()) continue;
    Axis axis;
    axis.include(0);
    for (const Pair& pair : pairs) axis.include(pair.gain.high);
    axis.round();
    Json rows = Json::array();
    std::string csv = "headline,variant,times the plain loop,low,high\n";
    for (const Pair& pair : pairs) {
      csv += fmt::format("{},{},{},{},{}\n", csv_cell(pair.words), csv_cell(pair.vectors->variant),
                         csv_cell(pair.gain.estimate), csv_cell(pair.gain.low), csv_cell(pair.gain.high));
      const double end = axis.place(pair.gain.estimate);
      rows.push_back({{"words", shortened(pair.words, 80)},
                      {"detail", shortened(pair.vectors->variant, 60)},
                      {"value", times_text(pair.gain.estimate)},
                      {"range", range_text(pair.gain)},
                      {"one", per_cent_text(axis.place(1))},
                      {"bar",
                       {{"colour", colours.of(*pair.vectors)},
                        {"x", "0%"},
                        {"width", per_cent_text(end)},
                        {"low", per_cent_text(axis.place(pair.gain.low))},
                        {"high", per_cent_text(axis.place(pair.gain.high))}}}});
    }
    std::string note = "The same idea written with vectors over the plain loop, both on one thread.";
    for (const Json& peak : list_in(page.files[file].context, "peaks")) {
      if (const auto bytes = number_in(peak, "vector_bytes")) {
        note += fmt::format(" A vector of {} holds {:.0f} floats or {:.0f} doubles.",
                            shortened(text_in(peak, "target"), 20), *bytes / 4, *bytes / 8);
        break;
      }
    }
    html +=
        render("strips.mustache", {{"title", "What SIMD buys" + (page.compares() ? ", run " + page.label(file) : "")},
                                   {"rows", rows},
                                   {"ticks", ticks_view(axis)},
                                   {"unit", "times the plain loop"},
                                   {"note", note},
                                   {"figures", figures_html(csv)}});
  }
  return html;
}

std::string agreement_html(const Page& page, const Family& family, const Colours& colours) {
  std::string html;
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    const Family* const found = find_family(page.files[file], family.name);
    if (found == nullptr) continue;
    Axis axis;
    axis.set_logarithmic(true);
    axis.include(1e-6);
    axis.include(1);
    axis.round();
    Json rows = Json::array();
    std::string csv = "method,variant,workload,error / tolerance\n";
    for (const Method& method : found->methods) {
      double exact = 0;
      double worst = 0;
      std::map<std::string, std::string> dots;  // one for each place: another would hide it
      for (const Workload& workload : method.workloads) {
        for (const Row& row : workload.rows) {
          if (!row.timed() || row.reference() || !row.error || !row.tolerance) continue;
          const double share = *row.error == 0 || !(*row.tolerance > 0) ? 0 : *row.error / *row.tolerance;
          exact += share == 0 ? 1 : 0;
          worst = std::max(worst, share);
          if (share == 0) continue;
          const std::string place = fmt::format("{:.0f}%", 100 * axis.place(share));
          if (!dots.try_emplace(place, colours.of(row)).second) continue;
          csv += fmt::format("{},{},{},{}\n", csv_cell(method.name), csv_cell(row.name), csv_cell(workload.name),
                             csv_cell(share));
        }
      }
      if (exact == 0 && worst == 0) continue;
      if (exact > 0) csv += fmt::format("{},{},,0\n", csv_cell(method.name), counted(exact, "exact row"));
      Json dot_views = Json::array();
      for (const auto& [at, colour] : dots) dot_views.push_back({{"at", at}, {"colour", colour}});
      rows.push_back({{"words", shortened(method.name, 60)},
                      {"detail", exact > 0 ? counted(exact, "exact row") : ""},
                      {"value", worst > 0 ? number_text(worst) : "all exact"},
                      {"range", worst > 0 ? "at worst" : ""},
                      {"one", "100%"},
                      {"dots", dot_views}});
    }
    if (rows.empty()) continue;
    html +=
        render("strips.mustache",
               {{"title", "Error as a share of the tolerance" + (page.compares() ? ", run " + page.label(file) : "")},
                {"rows", rows},
                {"ticks", ticks_view(axis)},
                {"unit", "error / tolerance; at 1 a row is refused"},
                {"note",
                 "A mark is a row, or several of one error; what is below a millionth stands at the left. Tolerances "
                 "are derived, not tuned."},
                {"figures", figures_html(csv)}});
  }
  return html;
}

}  // namespace tandem::reports
