// Binary files, as both formats need them.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace tandem::language_model {

/// [[noreturn]] in one place: std::invalid_argument that names the file.
[[noreturn]] void refuse_file(const std::filesystem::path& path, const std::string& sentence);

/// Reads a file from begin to end and knows how much of it is left.
class FileReader {
 public:
  explicit FileReader(const std::filesystem::path& path);  ///< refuses what is not a readable regular file

  std::uintmax_t left() const { return left_; }
  void skip(std::uintmax_t bytes);
  void read(char* to, std::size_t bytes);  ///< refuses a file that ends too early

  template <class T>
  T read() {
    T value;
    read(reinterpret_cast<char*>(&value), sizeof value);
    return value;
  }
  template <class T>
  void read(std::span<T> values) {
    read(reinterpret_cast<char*>(values.data()), values.size_bytes());
  }

  [[noreturn]] void refuse(const std::string& sentence) const { refuse_file(path_, sentence); }

 private:
  std::filesystem::path path_;
  std::uintmax_t left_ = 0;
  std::ifstream file_;
};

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
    if (!file_) refuse_file(path_, "cannot be written");
  }

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace tandem::language_model
