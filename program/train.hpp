// What the methods of `tandem train` share.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

namespace tandem::program {

/// `tandem train METHOD`: what a method learns from the user's own data. Registers itself with a static object from
/// program/train/<family>.cpp.
struct Learner {
  std::string method;
  std::string summary;
  std::string example;
  /// Adds the method's options to its subcommand; the returned function learns, and returns the exit status.
  std::function<std::function<int()>(CLI::App& verb)> configure;
};

struct RegisteredLearner {
  explicit RegisteredLearner(Learner learner);
};

/// Throws std::invalid_argument where the file cannot be read or is empty.
std::string text_of(const std::filesystem::path& path);

}  // namespace tandem::program
