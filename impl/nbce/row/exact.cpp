#include "impl/nbce/row/exact.hpp"

#include <algorithm>
#include <cmath>

namespace tandem::nbce {

std::optional<Row> row_of(ExactSums sums, const Summary& summary, const Settings& settings) {
  std::ranges::stable_sort(sums.between, std::greater<>(), &ExactSums::Token::logit);
  const double needed = settings.top_p * sums.all_mass;
  const double rounding = sums.rounding;
  const bool all = settings.top_p == 1;
  Sums kept = sums.above;
  const bool something_above = kept.mass > 0;
  if (!all && something_above && kept.mass >= needed - rounding) return std::nullopt;
  Row row;
  row.log_sum = summary.maximum + std::log(sums.all_mass);
  row.threshold = summary.high;
  row.last_tied = static_cast<std::size_t>(-1) / 2;
  bool reached = all;
  for (std::size_t i = 0; i < sums.between.size(); ++i) {
    const double distance = static_cast<double>(sums.between[i].logit) - summary.maximum;
    kept.mass += std::exp(distance);
    kept.moment += std::exp(distance) * distance;
    row.threshold = sums.between[i].logit;
    row.last_tied = sums.between[i].id;
    if (all) continue;
    if (settings.top_p > 0 && std::abs(kept.mass - needed) <= rounding) return std::nullopt;
    reached = kept.mass >= needed;
    if (reached) break;
  }
  if (!reached) return std::nullopt;
  row.entropy = entropy_of(sums.all_mass, kept, settings.renormalise);
  return row;
}

}  // namespace tandem::nbce
