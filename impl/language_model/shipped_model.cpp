#include "impl/language_model/shipped_model.hpp"

#include <stdexcept>
#include <system_error>

namespace tandem::language_model {

std::filesystem::path shipped_model_folder() {
  std::error_code none;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", none);
  const std::filesystem::path installed = program.parent_path().parent_path() / "share/tandem/models/kjv";
  const std::filesystem::path built = std::filesystem::path(TANDEM_MODELS) / "kjv";
  for (const auto& folder : {installed, built}) {
    if (std::filesystem::exists(folder / "model.bin", none)) return folder;
  }
  throw std::invalid_argument("the shipped language model is neither in " + installed.string() + " nor in " +
                              built.string() + ": name one with --model");
}

}  // namespace tandem::language_model
