#include "problems/flow/real_data.hpp"

#include <cmath>
#include <string_view>
#include <vector>

#include "problems/flow/files.hpp"
#include "problems/support/data.hpp"

namespace tandem::flow {
namespace {

constexpr std::size_t most_numbers = 10'000'000;

/// The first `columns` numbers of every row.
std::optional<Points<float>> fetched(std::string_view name, std::string_view what, std::size_t columns) {
  const auto file = problems::fetched_data(name, what);
  if (!file) return std::nullopt;
  return read_csv(*file, most_numbers, columns);
}

}  // namespace

std::optional<Points<float>> digits() {
  return fetched("digits.csv", "8 x 8 images of digits, as data of the flow", 64);  // the label behind is left out
}

std::optional<Points<float>> airports() {
  return fetched("airports.csv", "the places of airports, as data of the flow", 2);
}

Points<float> standardised(Points<float> points) {
  std::vector<double> mean(points.dimension);
  for (std::size_t i = 0; i < points.values.size(); ++i) mean[i % mean.size()] += points.values[i];
  for (double& coordinate : mean) coordinate /= static_cast<double>(points.size());
  double squares = 0;
  for (std::size_t i = 0; i < points.values.size(); ++i)
    squares += std::pow(points.values[i] - mean[i % mean.size()], 2);
  const double size = std::sqrt(squares / static_cast<double>(points.values.size()));
  for (std::size_t i = 0; i < points.values.size(); ++i) {
    points.values[i] = static_cast<float>((points.values[i] - mean[i % mean.size()]) / size);
  }
  return points;
}

}  // namespace tandem::flow
