#include <algorithm>
#include <stdexcept>

#include "impl/rnn/lac.hpp"

namespace tandem::rnn::lac {
namespace {

/// White space by Unicode, and the separators U+001C to U+001F: what Python's strip() removes.
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace

std::u32string decode_utf8(std::string_view bytes) {
  std::u32string text;
  text.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC0 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF8 ? 4
                                             : 0;
    char32_t c = length < 2 ? lead : lead & (0x7FU >> length);
    bool good = length > 0 && i + length <= bytes.size();
    for (std::size_t k = 1; good && k < length; ++k) {
      const auto next = static_cast<unsigned char>(bytes[i + k]);
      good = (next & 0xC0) == 0x80;
      c = c << 6 | (next & 0x3F);
    }
    // Overlong forms, surrogates, and what lies beyond Unicode.
    constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    if (!good || c < smallest[length] || (c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF) {
      throw std::invalid_argument("byte " + std::to_string(i + 1) + " is no UTF-8");
    }
    text.push_back(c);
    i += length;
  }
  return text;
}

std::string encode_utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t c : text) {
    const int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    constexpr unsigned lead[] = {0, 0xC0, 0xE0, 0xF0};
    bytes.push_back(static_cast<char>(lead[more] | c >> 6 * more));
    for (int k = more - 1; k >= 0; --k) bytes.push_back(static_cast<char>(0x80 | (c >> 6 * k & 0x3F)));
  }
  return bytes;
}

std::u32string_view stripped(std::u32string_view line) {
  const auto begin = std::find_if_not(line.begin(), line.end(), is_space);
  const auto end = std::find_if_not(line.rbegin(), std::make_reverse_iterator(begin), is_space).base();
  return {begin, end};
}

std::vector<Word> words(const Model& model, std::u32string_view text, const std::vector<int>& tags) {
  std::vector<Word> result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string& tag = model.tags.at(static_cast<std::size_t>(tags.at(i)));
    if (i == 0 || tag.ends_with("-B") || (tag == "O" && tags[i - 1] != tags[i])) {
      result.push_back({.text = {}, .tag = tag.substr(0, tag.find('-'))});
    }
    result.back().text += encode_utf8(text.substr(i, 1));
  }
  return result;
}

}  // namespace tandem::rnn::lac
