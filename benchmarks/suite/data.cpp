#include "benchmarks/suite/data.hpp"

#include <cstdlib>

namespace tandem::suite {

std::filesystem::path data_folder() {
  const char* chosen = std::getenv("TANDEM_DATA");
  return chosen != nullptr && *chosen != '\0' ? chosen : TANDEM_DATA_FOLDER;
}

}  // namespace tandem::suite
