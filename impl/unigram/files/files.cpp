#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "impl/support/files.hpp"
#include "impl/unigram/files.hpp"
#include "impl/unigram/files/sentencepiece.hpp"

namespace tandem::unigram {
namespace {

constexpr std::uintmax_t most_bytes = std::uintmax_t{1} << 30;  // a million pieces of 255 bytes, and what is around

[[noreturn]] void refuse(const std::string& sentence) { throw std::invalid_argument(sentence); }

// ---- BytePiece ---------------------------------------------------------------------------------------------------

std::string decode_base64(const std::string& text) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  const std::size_t size = std::min(text.find('='), text.size());
  bool valid =
      text.size() % 4 == 0 && text.size() - size <= 2 && text.find_first_not_of('=', size) == std::string::npos;
  for (std::size_t i = 0; i < size && valid; ++i) {
    const std::size_t digit = digits.find(text[i]);
    valid = digit != std::string_view::npos;
    bits = bits << 6 | static_cast<std::uint32_t>(digit & 63);
    count += 6;
    if (count >= 8) bytes.push_back(static_cast<char>(bits >> (count -= 8) & 0xFF));
  }
  if (!valid) refuse("the vocabulary is no BytePiece model: a key is no base64");
  return bytes;
}

NumberedVocabulary parse_bytepiece(std::string_view bytes) {
  std::size_t keys = 0;
  bool shallow = true;  // deep nesting and too many keys are refused before they become a tree
  const auto count_keys = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json&) {
    keys += event == nlohmann::json::parse_event_t::key && depth == 1 ? 1 : 0;
    shallow = shallow && depth < 4;
    return shallow && keys <= most_pieces;
  };
  const nlohmann::json all = nlohmann::json::parse(bytes, count_keys, false);
  if (!shallow || !all.is_object()) refuse("the vocabulary is no BytePiece model: it is no JSON object");
  if (keys > most_pieces) refuse("the vocabulary has more than " + std::to_string(most_pieces) + " pieces");
  if (keys != all.size()) refuse("the vocabulary has a piece twice");
  struct Entry {
    std::int64_t id;
    std::string piece;
    double count;
  };
  std::vector<Entry> entries;
  double sum = 0;
  for (const auto& [key, value] : all.items()) {
    if (!value.is_array() || value.size() != 3 || !value[0].is_number_integer() || !value[2].is_number() ||
        !(value[2].get<double>() > 0) || !std::isfinite(value[2].get<double>())) {
      refuse("the vocabulary is no BytePiece model: '" + key.substr(0, 50) + "' has no [id, text, positive count]");
    }
    entries.push_back({value[0].get<std::int64_t>(), decode_base64(key), value[2].get<double>()});
    sum += entries.back().count;
  }
  std::ranges::sort(entries, {}, &Entry::id);
  std::vector<std::string> pieces;
  std::vector<double> scores;
  NumberedVocabulary result;
  for (Entry& entry : entries) {
    pieces.push_back(std::move(entry.piece));
    scores.push_back(std::log(entry.count / sum));
    result.ids.push_back(entry.id);
  }
  result.vocabulary = make_vocabulary(std::move(pieces), std::move(scores));
  result.ids.resize(result.vocabulary.pieces.size(), -1);
  return result;
}

// ---- plain -------------------------------------------------------------------------------------------------------

std::string unescaped(std::string_view text, const std::string& line) {
  std::string piece;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      piece.push_back(text[i]);
      continue;
    }
    const char kind = ++i < text.size() ? text[i] : '\0';
    if (kind == 'x') {
      unsigned byte = 0;
      const char* const begin = text.data() + i + 1;
      const char* const end = text.data() + std::min(i + 3, text.size());
      const auto [stop, error] = std::from_chars(begin, end, byte, 16);
      if (error != std::errc() || stop != begin + 2) refuse(line + " has a \\x without two digits");
      piece.push_back(static_cast<char>(byte));
      i += 2;
      continue;
    }
    constexpr std::string_view names = "nrt\\";
    constexpr std::string_view bytes = "\n\r\t\\";
    const std::size_t known = names.find(kind);
    if (known == std::string_view::npos) refuse(line + " has a \\ that means nothing");
    piece.push_back(bytes[known]);
  }
  return piece;
}

[[noreturn]] void refuse_list_of_pieces() {
  refuse("the vocabulary is SentencePiece's list of pieces (.vocab), which lacks what its model (.model) says");
}

NumberedVocabulary parse_plain(std::string_view bytes) {
  std::vector<std::string> pieces;
  std::vector<double> scores;
  for (std::string_view text; next_line(bytes, text);) {
    const std::string line = "line " + std::to_string(pieces.size() + 1) + " of the vocabulary";
    if (text == "<unk>\t0" || text == "<s>\t0" || text == "</s>\t0") refuse_list_of_pieces();
    if (pieces.size() == most_pieces) {
      refuse("the vocabulary has more than " + std::to_string(most_pieces) + " pieces");
    }
    const std::size_t tab = text.find('\t');
    if (tab == std::string_view::npos) refuse(line + " is not: piece, tab, score");
    double score = 0;
    const auto [stop, error] = std::from_chars(text.data() + tab + 1, text.data() + text.size(), score);
    if (error != std::errc() || stop != text.data() + text.size()) refuse(line + " has a score that is no number");
    pieces.push_back(unescaped(text.substr(0, tab), line));
    scores.push_back(score);
  }
  // Its special pieces, which may have any name, come first and have the score 0, and its spaces are marked.
  const auto marked = [](const std::string& piece) { return piece.starts_with(space_mark); };
  if (!scores.empty() && scores[0] == 0 && std::ranges::any_of(pieces, marked)) refuse_list_of_pieces();
  NumberedVocabulary result;
  result.vocabulary = make_vocabulary(std::move(pieces), std::move(scores));
  for (std::size_t token = 0; token < result.vocabulary.pieces.size(); ++token) {
    result.ids.push_back(static_cast<std::int64_t>(token));
  }
  return result;
}

}  // namespace

NumberedVocabulary parse_vocabulary(std::string_view bytes) {
  if (bytes.empty()) refuse("the vocabulary is empty");
  // A SentencePiece model begins with the key of its first piece, which is a line break; no line of the plain format is
  // empty; and BytePiece's first line has no tab.
  if (bytes[0] == '\n') return parse_sentencepiece(bytes);
  bytes = without_mark(bytes, "the vocabulary");
  if (bytes.empty()) refuse("the vocabulary is empty");
  if (bytes[0] == '{' && bytes.substr(0, bytes.find('\n')).find('\t') == std::string_view::npos) {
    return parse_bytepiece(bytes);
  }
  return parse_plain(bytes);
}

NumberedVocabulary without_line_breaks(NumberedVocabulary numbered) {
  const Vocabulary& all = numbered.vocabulary;
  Vocabulary lines;
  lines.given = all.given;
  std::vector<std::int64_t> ids;
  for (std::size_t token = 0; token < all.pieces.size(); ++token) {
    const std::string& piece = all.pieces[token];
    if (piece.size() > 1 && piece.find('\n') != std::string::npos) {
      lines.given -= token < all.given ? 1 : 0;
      continue;
    }
    lines.longest = std::max(lines.longest, piece.size());
    lines.pieces.push_back(piece);
    lines.scores.push_back(all.scores[token]);
    ids.push_back(numbered.ids[token]);
  }
  numbered.vocabulary = std::move(lines);
  numbered.ids = std::move(ids);
  return numbered;
}

NumberedVocabulary load_vocabulary(const std::filesystem::path& path) {
  const std::string bytes = content_of(path, most_bytes);
  try {
    return parse_vocabulary(bytes);
  } catch (const std::invalid_argument& failure) {
    refuse("'" + path.string() + "': " + failure.what());
  }
}

std::string escaped(std::string_view piece) {
  const bool readable = is_utf8(piece);
  std::string text;
  for (const char c : piece) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      text += "\\\\";
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !readable)) {
      constexpr std::string_view digits = "0123456789ABCDEF";
      text += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
    } else {
      text.push_back(c);
    }
  }
  return text;
}

std::string plain_format(const Vocabulary& vocabulary) {
  std::string bytes;
  for (std::size_t token = 0; token < vocabulary.given; ++token) {
    bytes += escaped(vocabulary.pieces[token]);
    // Seven decimals say which multiple of 2^-22 it is.
    std::array<char, 32> number{};
    const auto end = std::to_chars(number.data(), number.data() + number.size(), vocabulary.scores[token],
                                   std::chars_format::fixed, 7)
                         .ptr;
    bytes.push_back('\t');
    bytes.append(number.data(), end);
    bytes.push_back('\n');
  }
  return bytes;
}

}  // namespace tandem::unigram
