// Where models and real data lie: the one place that knows.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace tandem::problems {

/// A folder of files, and whether it is there.
struct Place {
  std::filesystem::path folder;
  bool there = false;
};

/// The folder that the environment variable TANDEM_DATA names, else build/data of the source tree, where ci/setup.sh
/// puts real data.
Place data_place();

/// The folder `models`, which comes with the project: beside the running program, below the prefix that it is installed
/// in (../share/tandem/models), or in the source tree that it was built from, in this order. Where none is there, the
/// last.
Place models_place();

/// The same; throws std::invalid_argument that says where it was looked for.
std::filesystem::path models_folder();

/// A file of data_place() that ci/bench and ci/test put there. Where it is absent nothing is returned, and absences()
/// says so, once. `what`: what it is, and for what.
std::optional<std::filesystem::path> fetched_data(std::string_view name, std::string_view what);

/// The Chinese Debian Reference, likewise.
std::optional<std::filesystem::path> chinese_text();

/// A file that the project may use but neither ships nor fetches: in data_place() or, where TANDEM_DATA is not set, in
/// shared/data beside the source tree. Nothing where it is absent.
std::optional<std::filesystem::path> optional_data(std::string_view name);

}  // namespace tandem::problems
