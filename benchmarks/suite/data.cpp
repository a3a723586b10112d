#include "benchmarks/suite/data.hpp"

#include <cstdlib>
#include <system_error>
#include <vector>

namespace tandem::suite {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> chosen_folder() {
  const char* chosen = std::getenv("TANDEM_DATA");
  return chosen != nullptr && *chosen != '\0' ? std::optional<fs::path>(chosen) : std::nullopt;
}

}  // namespace

fs::path data_folder() { return chosen_folder().value_or(TANDEM_SOURCE_FOLDER "/build/data"); }

fs::path models_folder() { return TANDEM_SOURCE_FOLDER "/models"; }

std::optional<fs::path> optional_data(std::string_view name) {
  std::vector<fs::path> folders = {data_folder()};
  if (!chosen_folder()) folders.emplace_back(TANDEM_SOURCE_FOLDER "/../shared/data");
  for (const fs::path& folder : folders) {
    std::error_code error;
    if (fs::is_regular_file(folder / name, error)) return folder / name;
  }
  return std::nullopt;
}

}  // namespace tandem::suite
