// The two file formats, from bytes and to files.
#pragma once

#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string_view>

#include "impl/language_model/language_model.hpp"

namespace tandem::language_model {

/// load_model and load_tokenizer of the bytes of their files, of which sentences say the name.
Model<float> parse_model(std::string_view bytes, std::string_view name);
Tokenizer parse_tokenizer(std::string_view bytes, std::string_view name);

/// Writes a file; `close` refuses if anything of it went wrong.
class FileWriter {
 public:
  explicit FileWriter(const std::filesystem::path& path) : path_(path), file_(path, std::ios::binary) {}

  template <class T>
  void write(std::span<const T> values) {
    file_.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size_bytes()));
  }
  template <class T>
  void write(const T& value) {
    write(std::span<const T>(&value, 1));
  }

  void close() {
    file_.close();
    if (!file_) throw std::invalid_argument(path_.string() + " cannot be written");
  }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace tandem::language_model
