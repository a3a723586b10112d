// Where real data lies: the one place that knows. ci/setup.sh puts it there.
#pragma once

#include <filesystem>

namespace tandem::suite {

/// The folder that the environment variable TANDEM_DATA names, else build/data of the source tree.
std::filesystem::path data_folder();

}  // namespace tandem::suite
