#include "problems/support/npy.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tandem::problems {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are read and written as they lie");

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw std::invalid_argument(file.string() + " " + what);
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// The text of a key's value in the header's dictionary.
std::string_view value_of(const std::filesystem::path& file, std::string_view header, const std::string& key) {
  const std::size_t at = header.find("'" + key + "':");
  if (at == std::string_view::npos) refuse(file, "is no .npy file: its header has no " + key);
  return trimmed(header.substr(at + key.size() + 3));
}

/// The sizes in "(2, 3)" or "(2,)" or "()".
std::vector<std::size_t> axes_of(const std::filesystem::path& file, std::string_view shape) {
  const std::size_t close = shape.find(')');
  if (!shape.starts_with('(') || close == std::string_view::npos) refuse(file, "has no shape in its header");
  shape = shape.substr(1, close - 1);
  std::vector<std::size_t> axes;
  while (!trimmed(shape).empty()) {
    const std::size_t comma = std::min(shape.find(','), shape.size());
    const std::string_view text = trimmed(shape.substr(0, comma));
    std::uint32_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size()) refuse(file, "has a shape that is none");
    axes.push_back(size);
    shape.remove_prefix(std::min(comma + 1, shape.size()));
  }
  return axes;
}

std::size_t count_of(const std::filesystem::path& file, const std::vector<std::size_t>& axes,
                     std::size_t most_numbers) {
  std::size_t count = 1;
  for (const std::size_t size : axes) {
    if (size > 0 && count > most_numbers / size) {
      refuse(file, "holds more than " + std::to_string(most_numbers) + " numbers");
    }
    count *= size;
  }
  return count;
}

template <class Number>
std::vector<float> numbers_in(std::string_view bytes) {
  std::vector<float> values(bytes.size() / sizeof(Number));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Number number;
    std::memcpy(&number, bytes.data() + i * sizeof number, sizeof number);
    values[i] = static_cast<float>(number);
  }
  return values;
}

}  // namespace

std::string read_content(const std::filesystem::path& file, std::size_t most_bytes) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) throw std::invalid_argument("there is no file " + file.string());
  const auto size = std::filesystem::file_size(file, none);
  if (none || size > most_bytes) refuse(file, "is larger than " + std::to_string(most_bytes) + " bytes");
  std::ifstream stream(file, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) refuse(file, "cannot be read");
  return content;
}

Array read_npy(const std::filesystem::path& file, std::size_t most_numbers, NpyType type) {
  constexpr std::size_t most_of_header = 65'536;
  const bool doubles_too = type == NpyType::floats_or_doubles;
  const std::string content = read_content(file, (doubles_too ? 8 : 4) * most_numbers + most_of_header);
  const std::string_view bytes = content;
  if (!bytes.starts_with("\x93NUMPY") || bytes.size() < 12) refuse(file, "is no .npy file");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const bool first_version = byte(6) == 1;
  const std::size_t begin = first_version ? 10 : 12;
  const std::size_t length = byte(8) + (byte(9) << 8) + (first_version ? 0 : (byte(10) << 16) + (byte(11) << 24));
  if (begin + length > bytes.size()) refuse(file, "is cut off in its header");
  const std::string_view header = bytes.substr(begin, length);

  if (!value_of(file, header, "fortran_order").starts_with("False")) refuse(file, "is in Fortran's order, not in C's");
  const std::string_view described = value_of(file, header, "descr");
  const bool single = described.starts_with("'<f4'");
  if (!single && !(doubles_too && described.starts_with("'<f8'"))) {
    refuse(file, doubles_too ? "holds neither floats (<f4) nor doubles (<f8)" : "does not hold floats (<f4)");
  }
  Array array{axes_of(file, value_of(file, header, "shape")), {}};
  const std::size_t count = count_of(file, array.axes, most_numbers);
  const std::string_view numbers = bytes.substr(begin + length);
  if (numbers.size() != count * (single ? 4 : 8)) refuse(file, "has another size than its header says");
  array.values = single ? numbers_in<float>(numbers) : numbers_in<double>(numbers);
  return array;
}

void write_npy(const std::filesystem::path& file, std::span<const std::size_t> axes, std::span<const float> values) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (const std::size_t size : axes) header += std::to_string(size) + ", ";
  header += "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::ofstream stream(file, std::ios::binary);
  stream << "\x93NUMPY" << '\x01' << '\0' << static_cast<char>(header.size() & 0xFF)
         << static_cast<char>(header.size() >> 8) << header;
  stream.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(float)));
  stream.close();
  if (!stream) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace tandem::problems
