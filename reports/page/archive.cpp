#include "reports/page/archive.hpp"

#include <zlib.h>

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace tandem::reports {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr int gzip_window = 15 + 16;  ///< zlib's way to ask for gzip's header

std::string base64(const std::string& bytes) {
  std::string text;
  text.reserve(bytes.size() / 3 * 4 + 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) text += alphabet[group >> (18 - 6 * i) & 63U];
    if (at + 1 >= bytes.size()) text[text.size() - 2] = '=';
    if (at + 2 >= bytes.size()) text.back() = '=';
  }
  return text;
}

std::string from_base64(const std::string& text) {
  if (text.size() % 4 != 0) throw std::invalid_argument("the results inside the page are cut short");
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    std::uint32_t group = 0;
    std::size_t padding = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const bool end = text[at + i] == '=' && at + 4 == text.size() && i >= 2;
      const std::size_t digit = end ? 0 : alphabet.find(text[at + i]);
      if (digit == std::string_view::npos) throw std::invalid_argument("the results inside the page are damaged");
      padding += end ? 1 : 0;
      group = group << 6 | static_cast<std::uint32_t>(digit);
    }
    for (std::size_t i = 0; i < 3 - padding; ++i) bytes += static_cast<char>(group >> (16 - 8 * i) & 255U);
  }
  return bytes;
}

}  // namespace

std::string packed(const std::string& bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib could not be started");
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib reads it alone
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("the results could not be compressed");
  return base64(out);
}

std::string unpacked(const std::string& text, std::size_t limit) {
  const std::string bytes = from_base64(text);
  z_stream stream{};
  if (inflateInit2(&stream, gzip_window) != Z_OK) throw std::runtime_error("zlib could not be started");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string out;
  std::array<char, 1 << 16> piece{};
  int status = Z_OK;
  while (status == Z_OK && out.size() <= limit) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    status = inflate(&stream, Z_NO_FLUSH);
    out.append(piece.data(), piece.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::invalid_argument("the results inside the page are damaged");
  return out;
}

std::vector<std::string> results_in_page(const std::string& html) {
  static constexpr std::string_view opening = "href=\"data:application/gzip;base64,";
  std::vector<std::string> files;
  for (std::size_t at = html.find(opening); at != std::string::npos; at = html.find(opening, at + 1)) {
    const std::size_t begin = at + opening.size();
    const std::size_t end = html.find('"', begin);
    if (end == std::string::npos) throw std::invalid_argument("the results inside the page are cut short");
    files.push_back(unpacked(html.substr(begin, end - begin)));
  }
  if (files.empty()) throw std::invalid_argument("the page holds no results: tandem report did not write it");
  return files;
}

}  // namespace tandem::reports
