#include "problems/flow/files.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/support/files.hpp"
#include "problems/support/npy.hpp"

namespace tandem::flow {
namespace {

[[noreturn]] void refuse(std::string_view name, const std::string& what) {
  throw std::invalid_argument(std::string(name) + " " + what);
}

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<double> number_in(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string more_than(std::size_t most_numbers) {
  return "holds more than " + std::to_string(most_numbers) + " numbers";
}

Points<float> checked(std::string_view name, Points<float> points) {
  if (points.size() == 0) refuse(name, "holds no points");
  require_some(points, "the points of " + std::string(name));
  return points;
}

}  // namespace

Points<float> read_points(const std::filesystem::path& file, std::size_t most_numbers) {
  if (file.extension() == ".npy") return read_npy(file, most_numbers);
  if (file.extension() == ".csv") return read_csv(file, most_numbers);
  throw std::invalid_argument(file.string() + " ends neither in .npy nor in .csv");
}

Points<float> read_csv(const std::filesystem::path& file, std::size_t most_numbers, std::size_t columns) {
  constexpr std::size_t bytes_per_number = 40;
  return parse_csv(content_of(file, most_numbers * bytes_per_number), file.string(), most_numbers, columns);
}

Points<float> parse_csv(std::string_view text, std::string_view name, std::size_t most_numbers, std::size_t columns) {
  text = without_mark(text, name);
  Points<float> points;
  std::size_t line_number = 0;
  for (std::string_view line; next_line(text, line);) {
    const std::string place = "line " + std::to_string(++line_number);
    if (trimmed(line).empty()) continue;
    if (line_number == 1 && !number_in(line.substr(0, line.find(',')))) continue;  // a heading
    std::size_t count = 0;
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t comma = std::min(line.find(',', begin), line.size());
      const std::string_view cell = line.substr(begin, comma - begin);
      begin = comma + 1;
      ++count;
      if (columns > 0 && count > columns) continue;
      const auto number = number_in(cell);
      if (!number || !std::isfinite(*number)) {
        refuse(name, "has '" + std::string(trimmed(cell)) + "' in " + place + ", which is no finite number");
      }
      if (points.values.size() == most_numbers) refuse(name, more_than(most_numbers));
      points.values.push_back(static_cast<float>(*number));
    }
    if (columns > 0) count = std::min(count, columns);
    if (points.dimension == 0) points.dimension = count;
    if (count != points.dimension) {
      refuse(name, "has " + std::to_string(count) + " numbers in " + place + ", but " +
                       std::to_string(points.dimension) + " before");
    }
  }
  return checked(name, std::move(points));
}

Points<float> read_npy(const std::filesystem::path& file, std::size_t most_numbers) {
  problems::Array array = problems::read_npy(file, most_numbers, problems::NpyType::floats_or_doubles);
  if (array.axes.empty()) refuse(file.string(), "holds one number, not a list of points");
  std::size_t dimension = 1;
  for (std::size_t axis = 1; axis < array.axes.size(); ++axis) dimension *= array.axes[axis];
  return checked(file.string(), {dimension, std::move(array.values)});
}

void write_npy(const std::filesystem::path& file, const Points<float>& points) {
  problems::write_npy(file, std::array{points.size(), points.dimension}, points.values);
}

}  // namespace tandem::flow
