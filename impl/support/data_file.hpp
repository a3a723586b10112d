// Where data that is not part of the project is looked for: the one place that decides it.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

namespace tandem {

/// The file of that name in the folder that TANDEM_DATA names; without that variable in shared/data beside the current
/// folder or a folder above it, which is ../shared/data of the project from anywhere inside it.
inline std::optional<std::filesystem::path> data_file(std::string_view name) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto found = [&](const fs::path& path) { return fs::is_regular_file(path, error); };
  if (const char* folder = std::getenv("TANDEM_DATA")) {
    const fs::path path = fs::path(folder) / name;
    return found(path) ? std::optional(path) : std::nullopt;
  }
  for (fs::path folder = fs::current_path(error); !folder.empty(); folder = folder.parent_path()) {
    const fs::path path = folder / "shared" / "data" / name;
    if (found(path)) return path;
    if (folder == folder.parent_path()) break;
  }
  return std::nullopt;
}

}  // namespace tandem
