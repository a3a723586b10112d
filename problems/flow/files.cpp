#include "problems/flow/files.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "problems/support/npy.hpp"

namespace tandem::flow {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw std::invalid_argument(file.string() + " " + what);
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

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Points<float> checked(const std::filesystem::path& file, Points<float> points, std::size_t most_numbers) {
  if (points.values.size() > most_numbers) {
    refuse(file,
           "holds " + std::to_string(points.values.size()) + " numbers, more than " + std::to_string(most_numbers));
  }
  if (points.size() == 0) refuse(file, "holds no points");
  require_some(points, "the points of " + file.string());
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
  const std::string content = problems::read_content(file, most_numbers * bytes_per_number);
  Points<float> points;
  std::size_t line_number = 0;
  for (const std::string_view line : split(content, '\n')) {
    ++line_number;
    if (trimmed(line).empty()) continue;
    std::vector<std::string_view> cells = split(line, ',');
    if (line_number == 1 && !number_in(cells[0])) continue;  // a heading
    const std::string place = "line " + std::to_string(line_number);
    if (columns > 0 && cells.size() >= columns) cells.resize(columns);
    if (points.dimension == 0) points.dimension = cells.size();
    if (cells.size() != points.dimension) {
      refuse(file, "has " + std::to_string(cells.size()) + " numbers in " + place + ", but " +
                       std::to_string(points.dimension) + " before");
    }
    for (const std::string_view cell : cells) {
      const auto number = number_in(cell);
      if (!number || !std::isfinite(*number)) {
        refuse(file, "has '" + std::string(trimmed(cell)) + "' in " + place + ", which is no finite number");
      }
      points.values.push_back(static_cast<float>(*number));
    }
  }
  return checked(file, std::move(points), most_numbers);
}

Points<float> read_npy(const std::filesystem::path& file, std::size_t most_numbers) {
  problems::Array array = problems::read_npy(file, most_numbers, problems::NpyType::floats_or_doubles);
  if (array.axes.empty()) refuse(file, "holds one number, not a list of points");
  std::size_t dimension = 1;
  for (std::size_t axis = 1; axis < array.axes.size(); ++axis) dimension *= array.axes[axis];
  return checked(file, {dimension, std::move(array.values)}, most_numbers);
}

void write_npy(const std::filesystem::path& file, const Points<float>& points) {
  problems::write_npy(file, std::array{points.size(), points.dimension}, points.values);
}

}  // namespace tandem::flow
