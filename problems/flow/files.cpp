#include "problems/flow/files.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::flow {
namespace {

static_assert(std::endian::native == std::endian::little, ".npy files are read as they lie");

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw std::invalid_argument(file.string() + " " + what);
}

std::string content_of(const std::filesystem::path& file, std::size_t most_bytes) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) throw std::invalid_argument("there is no file " + file.string());
  const auto size = std::filesystem::file_size(file, none);
  if (none || size > most_bytes) refuse(file, "is larger than " + std::to_string(most_bytes) + " bytes");
  std::ifstream stream(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) refuse(file, "cannot be read");
  return content;
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

/// The text of a key's value in the header's dictionary.
std::string_view value_of(const std::filesystem::path& file, std::string_view header, std::string_view key) {
  const std::size_t at = header.find("'" + std::string(key) + "':");
  if (at == std::string_view::npos) refuse(file, "is no .npy file: its header has no " + std::string(key));
  return trimmed(header.substr(at + key.size() + 3));
}

template <class Number>
void append(std::string_view bytes, std::vector<float>& values) {
  for (std::size_t at = 0; at + sizeof(Number) <= bytes.size(); at += sizeof(Number)) {
    Number number;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    values.push_back(static_cast<float>(number));
  }
}

}  // namespace

Points<float> read_points(const std::filesystem::path& file, std::size_t most_numbers) {
  if (file.extension() == ".npy") return read_npy(file, most_numbers);
  if (file.extension() == ".csv") return read_csv(file, most_numbers);
  throw std::invalid_argument(file.string() + " ends neither in .npy nor in .csv");
}

Points<float> read_csv(const std::filesystem::path& file, std::size_t most_numbers, std::size_t columns) {
  constexpr std::size_t bytes_per_number = 40;
  const std::string content = content_of(file, most_numbers * bytes_per_number);
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
  const std::string content = content_of(file, 8 * most_numbers + 65'536);
  const std::string_view bytes = content;
  if (!bytes.starts_with("\x93NUMPY") || bytes.size() < 12) refuse(file, "is no .npy file");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const bool first_version = byte(6) == 1;
  const std::size_t begin = first_version ? 10 : 12;
  const std::size_t length = byte(8) + (byte(9) << 8) + (first_version ? 0 : (byte(10) << 16) + (byte(11) << 24));
  if (begin + length > bytes.size()) refuse(file, "is cut off in its header");
  const std::string_view header = bytes.substr(begin, length);
  if (!value_of(file, header, "fortran_order").starts_with("False")) refuse(file, "is in Fortran's order, not in C's");
  const std::string_view type = value_of(file, header, "descr");
  const bool single = type.starts_with("'<f4'");
  if (!single && !type.starts_with("'<f8'")) refuse(file, "holds neither floats (<f4) nor doubles (<f8)");

  std::string_view shape = value_of(file, header, "shape");
  const std::size_t close = shape.find(')');
  if (!shape.starts_with('(') || close == std::string_view::npos) refuse(file, "has no shape in its header");
  std::size_t rows = 1, dimension = 1, axes = 0;
  for (const std::string_view axis : split(shape.substr(1, close - 1), ',')) {
    if (trimmed(axis).empty()) continue;
    const auto size = number_in(axis);
    if (!size || *size < 0 || *size > 1e12) refuse(file, "has a shape that is none");
    (axes++ == 0 ? rows : dimension) *= static_cast<std::size_t>(*size);
    if (rows > most_numbers || dimension > most_numbers)
      refuse(file, "holds more than " + std::to_string(most_numbers) + " numbers");
  }
  if (axes == 0) refuse(file, "holds one number, not a list of points");
  const std::string_view numbers = bytes.substr(begin + length);
  if (numbers.size() != rows * dimension * (single ? 4 : 8)) refuse(file, "has another size than its header says");
  Points<float> points{dimension, {}};
  single ? append<float>(numbers, points.values) : append<double>(numbers, points.values);
  return checked(file, std::move(points), most_numbers);
}

void write_npy(const std::filesystem::path& file, const Points<float>& points) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(points.size()) + ", " +
                       std::to_string(points.dimension) + "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::ofstream stream(file, std::ios::binary);
  stream << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(header.size() & 0xFF)
         << static_cast<char>(header.size() >> 8) << header;
  stream.write(reinterpret_cast<const char*>(points.values.data()),
               static_cast<std::streamsize>(points.values.size() * sizeof(float)));
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace tandem::flow
