// Files that appear whole or not at all, and folders for them; what cannot be written is one sentence.
#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace tandem {

/// What `write` writes, under another name first: a reader never sees a part of a file, and what was there before stays
/// where writing fails. Throws std::runtime_error that names the path.
inline void write_whole(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write) {
  const std::filesystem::path temporary = path.string() + ".partial";
  std::error_code error;
  std::ofstream file(temporary, std::ios::binary);
  write(file);
  file.close();
  const bool written = !file.fail();
  if (written) std::filesystem::rename(temporary, path, error);
  if (written && !error) return;
  const std::string why = error ? error.message() : "the disk is full, or the folder is missing or not writable";
  std::filesystem::remove(temporary, error);
  throw std::runtime_error("could not write " + path.string() + ": " + why);
}

inline void write_whole(const std::filesystem::path& path, std::string_view text) {
  write_whole(path, [&](std::ostream& file) { file << text; });
}

/// Makes the folder and those above it. Throws std::invalid_argument that names it.
inline void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw std::invalid_argument("cannot make the folder " + folder.string() + ": " + error.message());
}

}  // namespace tandem
