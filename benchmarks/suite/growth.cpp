#include "benchmarks/suite/growth.hpp"

#include <map>
#include <tuple>

#include "benchmarks/suite/registry.hpp"

namespace tandem::suite {

std::vector<GrowthFit> fit_growth(const std::vector<Row>& rows) {
  struct Points {
    std::vector<double> sizes, seconds, steps;
    bool counted = true;
  };
  std::map<std::tuple<std::string, std::string, int>, Points> series;
  for (const Row& row : rows) {
    if (row.status != RowStatus::timed || !row.fitted) continue;
    Points& points = series[{row.method, row.variant, row.threads}];
    points.sizes.push_back(row.size);
    points.seconds.push_back(row.seconds / row.items);
    points.counted = points.counted && row.steps.has_value();
    points.steps.push_back(row.steps.value_or(0));
  }
  std::vector<GrowthFit> fits;
  for (const auto& [key, points] : series) {
    if (points.sizes.size() < 5) continue;
    const auto& [method, variant, threads] = key;
    const AnyMethod& registered = method_named(method);
    GrowthFit fit{.method = method, .variant = variant, .threads = threads, .sizes = points.sizes.size()};
    fit.declared = registered.variants[registered.variant_index(variant)].growth.exponent;
    fit.time = growth_exponent(points.sizes, points.seconds);
    if (points.counted) fit.steps = growth_exponent(points.sizes, points.steps);
    fits.push_back(fit);
  }
  return fits;
}

}  // namespace tandem::suite
