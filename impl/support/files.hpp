// The content of a file, and of text files what editors put around it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tandem {

/// All bytes of a file or pipe. Throws std::invalid_argument that names it where it cannot be read, or has more bytes
/// than `most`: beyond them nothing is held.
inline std::string content_of(const std::filesystem::path& path, std::uintmax_t most = std::uintmax_t{1} << 40) {
  const auto refuse = [&](const std::string& why) { throw std::invalid_argument(path.string() + " " + why); };
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) refuse("cannot be read: " + error.message());
  if (std::filesystem::is_directory(status)) refuse("cannot be read: it is a folder");
  const std::uintmax_t size = std::filesystem::is_regular_file(status) ? std::filesystem::file_size(path, error) : 0;
  const std::string too_large = "has more than " + std::to_string(most) + " bytes";
  if (!error && size > most) refuse(too_large);
  std::ifstream file(path, std::ios::binary);
  if (!file) refuse("cannot be read");
  std::string content;
  // A file's size may be wrong (/proc, one that grows) and that of a pipe is not known: what is left comes in blocks.
  std::size_t block = error ? 0 : static_cast<std::size_t>(size);
  for (block = std::max<std::size_t>(block + 1, 65'536); file; block = 65'536) {
    const std::size_t before = content.size();
    content.resize(before + block);
    file.read(content.data() + before, static_cast<std::streamsize>(block));
    content.resize(before + static_cast<std::size_t>(file.gcount()));
    if (content.size() > most) refuse(too_large);
  }
  if (file.bad()) refuse("cannot be read to its end");
  return content;
}

/// Without the byte-order mark that some editors put before UTF-8. Throws std::invalid_argument for UTF-16, whose mark
/// is another: "NAME is UTF-16: ...".
inline std::string_view without_mark(std::string_view text, std::string_view name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    throw std::invalid_argument(std::string(name) + " is UTF-16: save it as UTF-8");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

/// Takes the next line from the text, without its end, which is LF or CR LF. False: there is none.
inline bool next_line(std::string_view& text, std::string_view& line) {
  if (text.empty()) return false;
  const std::size_t end = std::min(text.find('\n'), text.size());
  line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

}  // namespace tandem
