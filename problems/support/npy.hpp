// NumPy's .npy files: what they hold is read as floats, in C order.
//
// Format: numpy.lib.format, versions 1 to 3. A reader refuses in one sentence what is cut off, in another order, of
// another type, or larger than it is told to take.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

namespace tandem::problems {

/// Numbers in C order and the sizes of their axes, outermost first; no axis: one number.
struct Array {
  std::vector<std::size_t> axes;
  std::vector<float> values;
};

/// What a reader takes. Doubles are rounded.
enum class NpyType { floats, floats_or_doubles };

/// Throws std::invalid_argument that names the file.
Array read_npy(const std::filesystem::path& file, std::size_t most_numbers, NpyType type);

/// The same of the bytes of a file, of which sentences say the name.
Array parse_npy(std::string_view bytes, std::string_view name, std::size_t most_numbers, NpyType type);

/// As little-endian floats. Throws std::runtime_error where the file cannot be written.
void write_npy(const std::filesystem::path& file, std::span<const std::size_t> axes, std::span<const float> values);

}  // namespace tandem::problems
