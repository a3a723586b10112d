// The language model that comes with the project (models/kjv/README.md).
#pragma once

#include <filesystem>

namespace tandem::language_model {

/// The folder of its model.bin and tokenizer.bin: ../share/tandem/models/kjv as seen from the running program where it
/// is installed, else the one of the source tree that the program was built from. Throws std::invalid_argument where
/// neither has a model.
std::filesystem::path shipped_model_folder();

}  // namespace tandem::language_model
