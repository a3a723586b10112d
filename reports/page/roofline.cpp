#include <fmt/format.h>

#include <algorithm>

#include "reports/page/chart.hpp"
#include "reports/page/template.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"
#include "reports/table.hpp"

namespace tandem::reports {
namespace {

/// The machine at best on one thread; null where it was not measured.
const Json& peak_of_one_thread(const Results& results) {
  for (const Json& peak : list_in(results.context, "peaks")) {
    if (whole_in(peak, "threads", 0) == 1) return peak;
  }
  return member(Json(), "");
}

/// The flat roof, and a sloping one for each level of memory.
void add_roofs(Chart& chart, const Json& peak, double most_operations) {
  const double intensity_low = chart.x.low();
  const double intensity_high = chart.x.high();
  chart.series.push_back({.name = fmt::format("{} G/s", number_text(most_operations * 1e-9)),
                          .note = "float FMA",
                          .colour = "roof0",
                          .points = false,
                          .x = {intensity_low, intensity_high},
                          .y = {most_operations, most_operations}});
  std::size_t place = 0;
  for (const Json& level : list_in(peak, "levels")) {
    const auto rate = number_in(level, "read");
    if (!rate || *rate <= 0 || ++place > 4) continue;
    const double ridge = std::min(most_operations / *rate, intensity_high);
    chart.series.push_back({.name = fmt::format("{} GB/s", number_text(*rate * 1e-9)),
                            .note = "read from " + shortened(text_in(level, "name"), 20),
                            .colour = fmt::format("roof{}", place),
                            .points = false,
                            .x = {intensity_low, ridge},
                            .y = {intensity_low * *rate, ridge * *rate}});
  }
}

}  // namespace

std::string roofline_html(const Page& page, const Family& family, const Colours& colours) {
  std::string html;
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    const Results& results = page.files[file];
    const Family* const found = find_family(results, family.name);
    const Json& peak = peak_of_one_thread(results);
    const auto most_operations = number_in(peak, "fma_float");
    if (found == nullptr || !most_operations || *most_operations <= 0) continue;
    if (member(results.context, "suspect_peaks").is_string()) continue;

    Chart chart;
    chart.title = "Under this machine's roofs, one thread" + (page.compares() ? ", run " + page.label(file) : "");
    chart.x_label = "operations per byte";
    chart.y_label = "operations per second";
    chart.x.set_logarithmic(true);
    chart.y.set_logarithmic(true);
    chart.x.include(0.1);
    chart.x.include(100);
    std::vector<Series> points;
    Json rows = Json::array();
    bool unplaced = false;
    for (const Method& method : found->methods) {
      for (const Workload& workload : method.workloads) {
        if (workload.headline.empty()) continue;
        const Row* const best = fastest(
            workload, [](const Row& row) { return !row.peer && !row.reference() && row.threads == 1 && row.roof; });
        if (best == nullptr) continue;
        const bool placed = best->operations > 0 && best->bytes > 0;
        const std::string number = placed ? std::to_string(points.size() + 1) : "";
        unplaced = unplaced || !placed;
        rows.push_back({{"number", number},
                        {"words", shortened(workload.headline, 80)},
                        {"variant", shortened(best->name, 60)},
                        {"share", fmt::format("{:.0f} %", 100 * *best->roof)},
                        {"binds", shortened(best->binds, 20)}});
        if (!placed) continue;
        const double intensity = best->operations / best->bytes;
        chart.x.include(intensity);
        points.push_back(
            {.name = workload.headline,
             .colour = colours.of(*best),
             .line = false,
             .x = {intensity},
             .y = {best->operations / (*best->seconds * best->items)},
             .tips = {fmt::format("{}, {}: {:.0f} % of the roof", workload.headline, best->name, 100 * *best->roof)},
             .labels = {number}});
      }
    }
    if (rows.empty()) continue;
    chart.x.round();
    add_roofs(chart, peak, *most_operations);
    chart.listed = chart.series.size();
    for (Series& point : points) chart.series.push_back(std::move(point));
    html +=
        render("roofline.mustache",
               {{"chart", points.empty() ? "" : chart_html(std::move(chart))}, {"unplaced", unplaced}, {"rows", rows}});
  }
  return html;
}

}  // namespace tandem::reports
