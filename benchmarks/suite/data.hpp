// Where real data lies: the one place that knows. ci/setup.sh puts it there.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

namespace tandem::suite {

/// The folder that the environment variable TANDEM_DATA names, else build/data of the source tree.
std::filesystem::path data_folder();

/// The folder `models` of the source tree: what comes with the project.
std::filesystem::path models_folder();

/// A file that the project may use but neither ships nor fetches: in data_folder() or, where TANDEM_DATA is not set, in
/// shared/data beside the source tree. Nothing where it is absent.
std::optional<std::filesystem::path> optional_data(std::string_view name);

}  // namespace tandem::suite
