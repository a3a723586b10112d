#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/page/chart.hpp"
#include "reports/page/text.hpp"
#include "reports/page/views.hpp"

namespace tandem::reports {
namespace {

constexpr int fewest_cores = 4;  ///< on fewer a curve has one or two points, and no law can be told from another

/// speedup(n) = n / (1 + contention (n - 1) + coherence n (n - 1)): Gunther's universal law of scalability, which is
/// Amdahl's law where coherence is 0. Least squares of n / speedup - 1, which is linear in both.
struct Scaling {
  double contention = 0;
  double coherence = 0;
  double speedup(double n) const { return n / (1 + contention * (n - 1) + coherence * n * (n - 1)); }
};

Scaling fit(const Series& series) {
  double aa = 0, ab = 0, bb = 0, ay = 0, by = 0;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const double n = series.x[i];
    const double a = n - 1;
    const double b = n * (n - 1);
    const double y = n / series.y[i] - 1;
    aa += a * a;
    ab += a * b;
    bb += b * b;
    ay += a * y;
    by += b * y;
  }
  const double determinant = aa * bb - ab * ab;
  Scaling scaling{(ay * bb - by * ab) / determinant, (by * aa - ay * ab) / determinant};
  const bool universal = determinant > 1e-9 * aa * bb && scaling.contention >= 0 && scaling.coherence >= 0;
  if (!universal) scaling = {aa > 0 ? std::max(0.0, ay / aa) : 0, 0};
  return scaling;
}

/// The speedup of a variant over itself on one thread.
Series curve_of(const Workload& workload, const std::string& variant) {
  Series series;
  const Row* const alone =
      fastest(workload, [&](const Row& row) { return row.variant == variant && row.threads == 1; });
  if (alone == nullptr) return series;
  std::vector<std::pair<int, const Row*>> rows;
  for (const Row& row : workload.rows) {
    if (row.variant == variant && row.timed()) rows.emplace_back(row.threads, &row);
  }
  std::ranges::sort(rows);
  for (const auto& [threads, row] : rows) {
    const auto ratio = ratio_of(*row, *alone);
    if (!ratio) continue;
    series.x.push_back(threads);
    series.y.push_back(ratio->estimate);
    series.low.push_back(ratio->low);
    series.high.push_back(ratio->high);
  }
  return series;
}

}  // namespace

std::string threads_html(const Page& page, const Family& family, const Colours& colours) {
  std::string html;
  for (std::size_t file = 0; file < page.files.size(); ++file) {
    const Results& results = page.files[file];
    const Family* const found = find_family(results, family.name);
    if (found == nullptr || whole_in(results.machine(), "cores", 0) < fewest_cores) continue;
    for (const Method& method : found->methods) {
      for (const Workload& workload : method.workloads) {
        const Row* const best = fastest(workload, [](const Row& row) { return row.threaded && !row.peer; });
        if (workload.headline.empty() || best == nullptr) continue;
        Series measured = curve_of(workload, best->variant);
        if (measured.x.size() < 3) continue;
        const Scaling scaling = fit(measured);
        Series law{.name = scaling.coherence > 0 ? "universal law" : "Amdahl's law",
                   .note = scaling.coherence > 0 ? fmt::format("contention {:.3f}, coherence {:.5f}",
                                                               scaling.contention, scaling.coherence)
                                                 : fmt::format("sequential share {:.3f}", scaling.contention),
                   .colour = "reference",
                   .points = false,
                   .dashed = true};
        for (double n = 1; n <= measured.x.back(); n *= 1.1) {
          law.x.push_back(n);
          law.y.push_back(scaling.speedup(n));
        }
        measured.name = best->variant;
        measured.colour = colours.of(*best);
        measured.line = false;
        Chart chart;
        chart.title = workload.headline + ": threads" + (page.compares() ? ", run " + page.label(file) : "");
        chart.x_label = "threads";
        chart.y_label = "times one thread";
        chart.y.include(0);
        chart.series = {std::move(measured), std::move(law)};
        html += chart_html(std::move(chart));
      }
    }
  }
  return html;
}

}  // namespace tandem::reports
