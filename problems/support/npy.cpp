#include "problems/support/npy.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include "impl/support/bytes.hpp"
#include "impl/support/files.hpp"

namespace tandem::problems {
namespace {

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// The text of a key's value in the header's dictionary.
std::string_view value_of(const ByteReader& file, std::string_view header, const std::string& key) {
  const std::size_t at = header.find("'" + key + "':");
  if (at == std::string_view::npos) file.refuse("is no .npy file: its header has no " + key);
  return trimmed(header.substr(at + key.size() + 3));
}

/// The sizes in "(2, 3)" or "(2,)" or "()".
std::vector<std::size_t> axes_of(const ByteReader& file, std::string_view shape) {
  const std::size_t close = shape.find(')');
  if (!shape.starts_with('(') || close == std::string_view::npos) file.refuse("has no shape in its header");
  shape = shape.substr(1, close - 1);
  std::vector<std::size_t> axes;
  while (!trimmed(shape).empty()) {
    const std::size_t comma = std::min(shape.find(','), shape.size());
    const std::string_view text = trimmed(shape.substr(0, comma));
    std::uint32_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || end != text.data() + text.size()) file.refuse("has a shape that is none");
    axes.push_back(size);
    shape.remove_prefix(std::min(comma + 1, shape.size()));
  }
  return axes;
}

std::size_t count_of(const ByteReader& file, const std::vector<std::size_t>& axes, std::size_t most_numbers) {
  std::size_t count = 1;
  for (const std::size_t size : axes) {
    if (size > 0 && count > most_numbers / size) {
      file.refuse("holds more than " + std::to_string(most_numbers) + " numbers");
    }
    count *= size;
  }
  return count;
}

std::vector<float> numbers_in(ByteReader& file, std::size_t count, bool single) {
  if (single) return file.numbers<float>(count);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(file.number<double>());
  return values;
}

}  // namespace

Array read_npy(const std::filesystem::path& file, std::size_t most_numbers, NpyType type) {
  constexpr std::size_t most_of_header = 65'536;
  const std::size_t size = type == NpyType::floats_or_doubles ? sizeof(double) : sizeof(float);
  return parse_npy(content_of(file, size * most_numbers + most_of_header), file.string(), most_numbers, type);
}

Array parse_npy(std::string_view bytes, std::string_view name, std::size_t most_numbers, NpyType type) {
  const bool doubles_too = type == NpyType::floats_or_doubles;
  ByteReader file(bytes, name);
  if (!bytes.starts_with("\x93NUMPY")) file.refuse("is no .npy file");
  file.take(6);
  const auto version = file.number<std::uint8_t>();
  if (version < 1 || version > 3) file.refuse("has version " + std::to_string(version) + " of .npy; 1 to 3 are read");
  file.take(1);
  const std::string_view header = file.take(version == 1 ? file.number<std::uint16_t>() : file.number<std::uint32_t>());

  if (!value_of(file, header, "fortran_order").starts_with("False")) file.refuse("is in Fortran's order, not in C's");
  const std::string_view described = value_of(file, header, "descr");
  const bool single = described.starts_with("'<f4'");
  if (!single && !(doubles_too && described.starts_with("'<f8'"))) {
    file.refuse(doubles_too ? "holds neither floats (<f4) nor doubles (<f8)" : "does not hold floats (<f4)");
  }
  Array array{axes_of(file, value_of(file, header, "shape")), {}};
  const std::size_t count = count_of(file, array.axes, most_numbers);
  if (file.left() != count * (single ? sizeof(float) : sizeof(double))) {
    file.refuse("has another size than its header says");
  }
  array.values = numbers_in(file, count, single);
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
