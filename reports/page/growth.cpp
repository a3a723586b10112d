#include <fmt/format.h>

#include <algorithm>

#include "reports/page/chart.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

/// The times of a variant at all sizes of the method, smallest first.
Series sizes_of(const Method& method, const std::string& variant, int threads) {
  std::vector<std::pair<double, const Row*>> points;
  for (const Workload& workload : method.workloads) {
    for (const Row& row : workload.rows) {
      if (row.variant == variant && row.threads == threads && row.timed() && row.fitted && row.size > 0) {
        points.emplace_back(row.size, &row);
      }
    }
  }
  std::ranges::sort(points);
  Series series;
  for (const auto& [size, row] : points) {
    series.x.push_back(size);
    series.y.push_back(*row->seconds);
    series.tips.push_back(fmt::format("{}: {} at size {}", row->name, duration_text(*row->seconds), tick_text(size)));
  }
  return series;
}

/// On one thread these are what the variant without the ending is.
bool is_scheduled(const std::string& variant) { return variant.ends_with("_omp") || variant.ends_with("_tbb"); }

}  // namespace

std::string growth_html(const Page& page, const Method& method, const Colours& colours) {
  std::string html;
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    const Method* const found = find_method(page.files[file], method.name);
    if (found == nullptr) continue;
    Chart chart;
    chart.title = method.name + ": time against size" + (page.compares() ? ", run " + page.label(file) : "");
    chart.x_label = "size";
    chart.y_label = "time per item";
    chart.most_listed = 16;
    chart.x.set_logarithmic(true);
    chart.y.set_logarithmic(true);
    chart.y.set_seconds();
    for (const Growth& growth : found->growth) {
      if (growth.threads != 1 || is_scheduled(growth.variant)) continue;
      Series series = sizes_of(*found, growth.variant, 1);
      series.name = growth.variant;
      series.colour = colours.of(growth.variant, growth.variant.starts_with("peer_"));
      series.dashed =
          std::ranges::any_of(chart.series, [&](const Series& other) { return other.colour == series.colour; });
      series.note = fmt::format("{:.3f} [{:.3f}, {:.3f}]; {:.3g}", growth.time.estimate, growth.time.low,
                                growth.time.high, growth.declared);
      chart.series.push_back(std::move(series));
    }
    html += chart_html(std::move(chart));
  }
  return html;
}

}  // namespace tandem::reports
