// What the methods of `tandem train` share.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

namespace tandem::program {

/// Throws std::invalid_argument where the file cannot be read or is empty.
std::string content_of(const std::filesystem::path& path);

/// tandem train unigram.
void add_train_unigram(CLI::App& verb);

}  // namespace tandem::program
