#include "benchmarks/regression/change_points.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>

#include "benchmarks/suite/statistics.hpp"

namespace tandem::regression {
namespace {

using Series = std::span<const double>;

double mean(Series values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double squares(Series values, double centre) {
  return std::accumulate(values.begin(), values.end(), 0.0,
                         [centre](double sum, double value) { return sum + (value - centre) * (value - centre); });
}

/// Student's t of two samples with a common variance. Two levels without any spread differ for sure or not at all.
double p_value(Series before, Series after) {
  const double difference = mean(after) - mean(before);
  const auto freedom = before.size() + after.size() - 2;
  const double variance = (squares(before, mean(before)) + squares(after, mean(after))) / static_cast<double>(freedom);
  const double error =
      std::sqrt(variance * (1.0 / static_cast<double>(before.size()) + 1.0 / static_cast<double>(after.size())));
  const double rounding = 1e-12 * std::max(std::abs(mean(before)), std::abs(mean(after)));
  if (std::abs(difference) <= rounding) return 1;
  return error <= rounding ? 0 : suite::student_p_value(difference / error, freedom);
}

/// The split of a window with the greatest energy distance between its parts, weighted as in E-divisive. Moving one
/// value from the right part to the left changes three sums of distances. O(n^2).
std::optional<std::size_t> best_split(Series window, std::size_t shortest) {
  const std::size_t count = window.size();
  double within_left = 0;
  double within_right = 0;
  double between = 0;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < i; ++j) within_right += std::abs(window[i] - window[j]);
  }
  std::optional<std::size_t> best;
  double greatest = 0;
  for (std::size_t split = 1; split < count; ++split) {
    const double moved = window[split - 1];
    double to_left = 0;
    double to_right = 0;
    for (std::size_t i = 0; i + 1 < split; ++i) to_left += std::abs(window[i] - moved);
    for (std::size_t i = split; i < count; ++i) to_right += std::abs(window[i] - moved);
    within_left += to_left;
    within_right -= to_right;
    between += to_right - to_left;
    if (split < shortest || count - split < shortest) continue;
    const auto left = static_cast<double>(split);
    const auto right = static_cast<double>(count - split);
    const double pairs_left = std::max(1.0, left * (left - 1) / 2);
    const double pairs_right = std::max(1.0, right * (right - 1) / 2);
    const double distance = 2 * between / (left * right) - within_left / pairs_left - within_right / pairs_right;
    const double energy = left * right / (left + right) * distance;
    if (energy > greatest) {
      greatest = energy;
      best = split;
    }
  }
  return best;
}

void split_window(Series series, std::size_t begin, std::size_t end, const ChangePointOptions& options,
                  std::set<std::size_t>& found) {
  if (end - begin < 2 * options.shortest || end - begin < 3) return;
  const auto split = best_split(series.subspan(begin, end - begin), options.shortest);
  if (!split) return;
  const std::size_t middle = begin + *split;
  if (p_value(series.subspan(begin, *split), series.subspan(middle, end - middle)) > options.weak_p_value) return;
  found.insert(middle);
  split_window(series, begin, middle, options, found);
  split_window(series, middle, end, options, found);
}

ChangePoint describe(Series series, std::size_t begin, std::size_t index, std::size_t end) {
  const Series before = series.subspan(begin, index - begin);
  const Series after = series.subspan(index, end - index);
  // A level of one value has no spread of its own, which is enough if the other level has one.
  const double p = before.size() + after.size() < 3 ? 1 : p_value(before, after);
  return {index, mean(before), mean(after), p};
}

}  // namespace

std::vector<ChangePoint> change_points(Series series, const ChangePointOptions& options) {
  if (std::ranges::any_of(series, [](double value) { return !std::isfinite(value); })) {
    throw std::invalid_argument("a series with a value that is not finite has no levels");
  }
  std::set<std::size_t> candidates;
  for (std::size_t begin = 0; begin < series.size(); begin += options.window / 2) {
    split_window(series, begin, std::min(begin + options.window, series.size()), options, candidates);
  }
  std::vector<std::size_t> places(candidates.begin(), candidates.end());
  while (true) {
    std::vector<ChangePoint> points;
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::size_t begin = i == 0 ? 0 : places[i - 1];
      const std::size_t end = i + 1 == places.size() ? series.size() : places[i + 1];
      points.push_back(describe(series, begin, places[i], end));
    }
    const auto weakness = [&options](const ChangePoint& point) {
      return std::abs(point.change()) < options.smallest_change ? 1.0 : point.p_value;
    };
    const auto weakest = std::ranges::max_element(points, {}, weakness);
    if (weakest == points.end() || weakness(*weakest) <= options.p_value) return points;
    places.erase(places.begin() + (weakest - points.begin()));
  }
}

}  // namespace tandem::regression
