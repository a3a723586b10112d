// Points from and to files: comma-separated text, and NumPy's .npy (versions 1 to 3, float or double, C order).
//
// A reader refuses in one sentence what is empty, ragged, not finite, or larger than it is told to take.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// By the name's end: .npy or .csv. Throws std::invalid_argument that names the file.
Points<float> read_points(const std::filesystem::path& file, std::size_t most_numbers);

/// A row per line, numbers between commas; a first line that holds no number is a heading. Only the first `columns` of
/// every row are taken, all for 0.
Points<float> read_csv(const std::filesystem::path& file, std::size_t most_numbers, std::size_t columns = 0);

/// A matrix, or a list of matrices or images, each of which is a point.
Points<float> read_npy(const std::filesystem::path& file, std::size_t most_numbers);

/// read_csv of the content of a file, of which sentences say the name.
Points<float> parse_csv(std::string_view text, std::string_view name, std::size_t most_numbers,
                        std::size_t columns = 0);

/// As little-endian floats, rows x dimension. Throws std::runtime_error where the file cannot be written.
void write_npy(const std::filesystem::path& file, const Points<float>& points);

}  // namespace tandem::flow
