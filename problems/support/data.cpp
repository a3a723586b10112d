#include "problems/support/data.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include "problems/support/absences.hpp"

namespace tandem::problems {
namespace {

namespace fs = std::filesystem;

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::optional<fs::path> file_in(const fs::path& folder, std::string_view name) {
  std::error_code ignored;
  const fs::path file = folder / name;
  // An empty file is what a failed download leaves behind.
  return fs::is_regular_file(file, ignored) && fs::file_size(file, ignored) > 0 ? std::optional(file) : std::nullopt;
}

std::optional<fs::path> chosen_folder() {
  const char* chosen = std::getenv("TANDEM_DATA");
  return chosen != nullptr && *chosen != '\0' ? std::optional<fs::path>(chosen) : std::nullopt;
}

std::array<fs::path, 3> models_candidates() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  return {program / "models", program.parent_path() / "share/tandem/models", TANDEM_SOURCE_FOLDER "/models"};
}

}  // namespace

Place data_place() {
  const fs::path folder = chosen_folder().value_or(TANDEM_SOURCE_FOLDER "/build/data");
  return {folder, is_folder(folder)};
}

Place models_place() {
  const auto candidates = models_candidates();
  for (const fs::path& folder : candidates) {
    if (is_folder(folder)) return {folder, true};
  }
  return {candidates.back(), false};
}

fs::path models_folder() {
  const Place place = models_place();
  if (place.there) return place.folder;
  const auto [beside, installed, source] = models_candidates();
  throw std::invalid_argument(fmt::format("the models that come with the project are neither in {} nor in {} nor in {}",
                                          beside.string(), installed.string(), source.string()));
}

std::optional<fs::path> fetched_data(std::string_view name, std::string_view what) {
  const fs::path folder = data_place().folder;
  auto file = file_in(folder, name);
  if (!file) {
    add_absence(fmt::format(
        "{}: '{}' is not there; ci/bench or ci/test brings it or says why not, TANDEM_DATA names another folder", what,
        (folder / name).string()));
  }
  return file;
}

std::optional<fs::path> chinese_text() {
  return fetched_data("debian-reference.zh-cn.txt", "a Chinese text, for rnn_lac, rnn_gru and unigram");
}

std::optional<fs::path> optional_data(std::string_view name) {
  std::vector<fs::path> folders = {data_place().folder};
  if (!chosen_folder()) folders.emplace_back(TANDEM_SOURCE_FOLDER "/../shared/data");
  for (const fs::path& folder : folders) {
    if (auto file = file_in(folder, name)) return file;
  }
  return std::nullopt;
}

}  // namespace tandem::problems
