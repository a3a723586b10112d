// Protocol buffers, by their public description (protobuf.dev/programming-guides/encoding): a message is a row of
// fields, each a key (number and kind) and a value: a varint, 4 or 8 bytes, or bytes behind their length. The numbers
// of the fields are those of sentencepiece_model.proto.
#include "impl/unigram/files/sentencepiece.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <stdexcept>

#include "impl/support/bytes.hpp"

namespace tandem::unigram {
namespace {

constexpr std::string_view space_mark = "\xE2\x96\x81";  // U+2581

[[noreturn]] void refuse(std::string_view why) {
  throw std::invalid_argument("the vocabulary is no SentencePiece unigram model: " + std::string(why));
}

struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  ///< of a varint, or the bits of a fixed one
  std::string_view bytes{};
  unsigned kind = 0;  ///< 0 varint, 1 eight bytes, 2 bytes, 5 four bytes
};

class Message {
 public:
  explicit Message(std::string_view bytes) : left_(bytes, refuse) {}

  std::optional<Field> next() {
    if (left_.empty()) return std::nullopt;
    const std::uint64_t key = left_.varint();
    Field field{.number = key >> 3, .kind = static_cast<unsigned>(key & 7)};
    switch (field.kind) {
      case 0:
        field.value = left_.varint();
        break;
      case 1:
        field.bytes = left_.take(8);
        break;
      case 2:
        field.bytes = left_.take(left_.varint());
        break;
      case 5:
        field.bytes = left_.take(4);
        break;
      default:
        refuse("a field has an unknown kind");
    }
    return field;
  }

 private:
  ByteReader<void (*)(std::string_view)> left_;
};

enum class Type : std::uint64_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

struct Piece {
  std::string text;
  double score = 0;
  Type type = Type::normal;
};

Piece parse_piece(std::string_view bytes) {
  Piece piece;
  Message message(bytes);
  while (const auto field = message.next()) {
    if (field->number == 1 && field->kind == 2) piece.text = field->bytes;
    if (field->number == 2 && field->kind == 5) {
      float score = 0;
      std::memcpy(&score, field->bytes.data(), sizeof score);
      piece.score = score;
    }
    if (field->number == 3 && field->kind == 0) piece.type = static_cast<Type>(field->value);
  }
  return piece;
}

/// The varint field of that number in a nested message.
std::optional<std::uint64_t> number_in(std::string_view bytes, std::uint64_t number) {
  std::optional<std::uint64_t> value;
  Message message(bytes);
  while (const auto field = message.next()) {
    if (field->number == number && field->kind == 0) value = field->value;
  }
  return value;
}

std::string with_spaces(std::string_view piece) {
  std::string text(piece);
  for (std::size_t at = 0; (at = text.find(space_mark, at)) != std::string::npos; ++at) {
    text.replace(at, space_mark.size(), " ");
  }
  return text;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[at + i]); };
    const unsigned first = byte(0);
    const std::size_t size = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (size == 0 || first > 0xF4 || at + size > bytes.size()) return false;
    for (std::size_t i = 1; i < size; ++i) {
      if ((byte(i) & 0xC0U) != 0x80) return false;
    }
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) || (first == 0xF0 && byte(1) < 0x90) ||
        (first == 0xF4 && byte(1) > 0x8F)) {
      return false;
    }
    at += size;
  }
  return true;
}

NumberedVocabulary parse_sentencepiece(std::string_view bytes) {
  std::vector<Piece> all;
  bool unigram = true;  // the default of the format
  bool marked = true;
  Message message(bytes);
  while (const auto field = message.next()) {
    if (field->kind != 2) continue;
    if (field->number == 1) all.push_back(parse_piece(field->bytes));
    if (field->number == 2) unigram = number_in(field->bytes, 3).value_or(1) == 1;
    if (field->number == 3) marked = number_in(field->bytes, 5).value_or(1) != 0;
  }
  if (!unigram) refuse("its type is another");
  double largest = -largest_score;
  for (const Piece& piece : all) {
    if (piece.type == Type::normal) largest = std::max(largest, piece.score);
  }
  NumberedVocabulary result;
  std::vector<std::string> pieces;
  std::vector<double> scores;
  std::int64_t unknown = -1;
  for (std::size_t id = 0; id < all.size(); ++id) {
    const Piece& piece = all[id];
    if (piece.type == Type::unknown) unknown = static_cast<std::int64_t>(id);
    if (piece.type != Type::normal && piece.type != Type::user_defined) continue;
    pieces.push_back(marked ? with_spaces(piece.text) : piece.text);
    const auto size = static_cast<double>(piece.text.size());
    scores.push_back(piece.type == Type::normal ? piece.score : size * largest - 0.1);
    result.ids.push_back(static_cast<std::int64_t>(id));
  }
  result.vocabulary = make_vocabulary(std::move(pieces), std::move(scores));
  result.ids.resize(result.vocabulary.pieces.size(), unknown);
  return result;
}

namespace {

void append_varint(std::string& bytes, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
  bytes.push_back(static_cast<char>(value));
}

void append_number(std::string& bytes, std::uint64_t field, std::uint64_t value) {
  append_varint(bytes, field << 3);
  append_varint(bytes, value);
}

void append_bytes(std::string& bytes, std::uint64_t field, std::string_view value) {
  append_varint(bytes, field << 3 | 2);
  append_varint(bytes, value.size());
  bytes += value;
}

void append_piece(std::string& bytes, std::string_view text, double score, Type type) {
  std::string piece;
  append_bytes(piece, 1, text);
  append_varint(piece, 2 << 3 | 5);
  const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(score));
  for (unsigned shift = 0; shift < 32; shift += 8) piece.push_back(static_cast<char>(bits >> shift & 0xFF));
  append_number(piece, 3, static_cast<std::uint64_t>(type));
  append_bytes(bytes, 1, piece);
}

}  // namespace

std::string sentencepiece_format(const Vocabulary& vocabulary) {
  std::string bytes;
  append_piece(bytes, "<unk>", 0, Type::unknown);
  for (std::size_t token = 0; token < vocabulary.pieces.size(); ++token) {
    const std::string& piece = vocabulary.pieces[token];
    const bool usable = is_utf8(piece) && piece.find('\0') == std::string::npos;
    append_piece(bytes, usable ? piece : "<unused" + std::to_string(token) + ">", vocabulary.scores[token],
                 usable ? Type::normal : Type::unused);
  }
  std::string trainer;
  append_number(trainer, 3, 1);  // unigram
  append_bytes(bytes, 2, trainer);
  std::string normalizer;
  append_bytes(normalizer, 1, "identity");
  for (const std::uint64_t field : {3, 4, 5})
    append_number(normalizer, field, 0);  // no space is added, removed, marked
  append_bytes(bytes, 3, normalizer);
  return bytes;
}

}  // namespace tandem::unigram
