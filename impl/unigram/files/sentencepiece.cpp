// Protocol buffers, by their public description (protobuf.dev/programming-guides/encoding): a message is a row of
// fields, each a key (number and kind) and a value: a varint, 4 or 8 bytes, or bytes behind their length. The numbers
// of the fields are those of sentencepiece_model.proto.
#include "impl/unigram/files/sentencepiece.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "impl/support/bytes.hpp"

namespace tandem::unigram {
namespace {

constexpr std::string_view name = "the vocabulary is no SentencePiece unigram model: it";

struct Field {
  std::uint64_t number = 0;
  std::uint64_t value = 0;  ///< of a varint
  std::string_view bytes{};
  unsigned kind = 0;  ///< 0 varint, 1 eight bytes, 2 bytes, 5 four bytes
};

class Message {
 public:
  Message(std::string_view bytes, std::size_t first) : left_(bytes, name, first) {}

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
        left_.refuse("has a field of an unknown kind");
    }
    return field;
  }

  /// A message within, which is the bytes of the last field.
  Message within(const Field& field) const { return {field.bytes, left_.at() - field.bytes.size()}; }
  [[noreturn]] void refuse(const std::string& why) const { left_.refuse(why); }

 private:
  ByteReader left_;
};

enum class Type : std::uint64_t { normal = 1, unknown = 2, control = 3, user_defined = 4, unused = 5, byte = 6 };

struct Piece {
  std::string text;
  double score = 0;
  Type type = Type::normal;
};

Piece parse_piece(Message message) {
  Piece piece;
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

/// What of the parts about training and normalisation says how a text is tokenised.
struct Rules {
  bool unigram = true;  // the defaults of the format
  bool byte_fallback = false;
  Normalizer::Settings normalizer{};
};

void parse_trainer(Message message, Rules& rules) {
  while (const auto field = message.next()) {
    if (field->kind != 0) continue;
    if (field->number == 3) rules.unigram = field->value == 1;
    if (field->number == 24) rules.normalizer.space_is_suffix = field->value != 0;
    if (field->number == 35) rules.byte_fallback = field->value != 0;
  }
}

void parse_normalizer(Message message, Rules& rules) {
  while (const auto field = message.next()) {
    if (field->number == 2 && field->kind == 2) rules.normalizer.charsmap = field->bytes;
    if (field->kind != 0) continue;
    if (field->number == 3) rules.normalizer.add_dummy_prefix = field->value != 0;
    if (field->number == 4) rules.normalizer.remove_extra_spaces = field->value != 0;
    if (field->number == 5) rules.normalizer.marks_spaces = field->value != 0;
  }
}

std::string with_spaces(std::string_view piece) {
  std::string text;
  while (!piece.empty()) {
    const std::size_t mark = std::min(piece.find(space_mark), piece.size());
    text += piece.substr(0, mark);
    piece.remove_prefix(mark);
    if (piece.empty()) break;
    text.push_back(' ');
    piece.remove_prefix(space_mark.size());
  }
  return text;
}

/// The byte that "<0x0A>" stands for; -1: none.
int byte_named(std::string_view piece) {
  unsigned byte = 0;
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return -1;
  const auto [end, error] = std::from_chars(piece.data() + 3, piece.data() + 5, byte, 16);
  return error == std::errc() && end == piece.data() + 5 ? static_cast<int>(byte) : -1;
}

}  // namespace

std::size_t utf8_size(std::string_view bytes) {
  if (bytes.empty()) return 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned first = byte(0);
  const std::size_t size = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (size == 0 || first > 0xF4 || size > bytes.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return 0;
  }
  const bool wrong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
                     (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
  return wrong ? 0 : size;
}

bool is_utf8(std::string_view bytes) {
  for (std::size_t size = 0; !bytes.empty(); bytes.remove_prefix(size)) {
    size = utf8_size(bytes);
    if (size == 0) return false;
  }
  return true;
}

namespace {

/// A character that no piece covers has the lowest score less 10, whatever its bytes: the first one has it and the
/// others have 0, since in UTF-8 they only come together.
void score_added_bytes(Vocabulary& vocabulary, double lowest) {
  for (std::size_t token = vocabulary.given; token < vocabulary.pieces.size(); ++token) {
    const bool first = (static_cast<unsigned char>(vocabulary.pieces[token][0]) & 0xC0U) != 0x80;
    vocabulary.scores[token] = first ? std::nearbyint(lowest / score_unit) * score_unit - 10 : 0;
  }
}

}  // namespace

NumberedVocabulary parse_sentencepiece(std::string_view bytes) {
  std::vector<Piece> all;
  Rules rules;
  Message message(bytes, 0);
  while (const auto field = message.next()) {
    if (field->kind != 2) continue;
    if (field->number == 1) all.push_back(parse_piece(message.within(*field)));
    if (field->number == 2) parse_trainer(message.within(*field), rules);
    if (field->number == 3) parse_normalizer(message.within(*field), rules);
    if (all.size() > most_pieces) message.refuse("has more than " + std::to_string(most_pieces) + " pieces");
  }
  if (!rules.unigram) message.refuse("is of another type (BPE, words or characters)");
  double largest = -largest_score;
  double lowest = largest_score;
  for (const Piece& piece : all) {
    if (piece.type != Type::normal) continue;
    largest = std::max(largest, piece.score);
    lowest = std::min(lowest, piece.score);
  }
  NumberedVocabulary result;
  std::vector<std::string> pieces;
  std::vector<double> scores;
  std::array<std::int64_t, 256> ids_of_bytes{};
  ids_of_bytes.fill(-1);
  std::int64_t unknown = -1;
  for (std::size_t id = 0; id < all.size(); ++id) {
    const Piece& piece = all[id];
    if (piece.type == Type::unknown) unknown = static_cast<std::int64_t>(id);
    if (const int byte = byte_named(piece.text); piece.type == Type::byte && byte >= 0) {
      ids_of_bytes[static_cast<std::size_t>(byte)] = static_cast<std::int64_t>(id);
    }
    if (piece.type == Type::user_defined && !piece.text.empty()) rules.normalizer.kept.push_back(piece.text);
    if (piece.type != Type::normal && piece.type != Type::user_defined) continue;
    // Where spaces are marked, no text has a plain one.
    if (rules.normalizer.marks_spaces && piece.text.find(' ') != std::string::npos) continue;
    pieces.push_back(rules.normalizer.marks_spaces ? with_spaces(piece.text) : piece.text);
    const auto size = static_cast<double>(piece.text.size());
    scores.push_back(piece.type == Type::normal ? piece.score : size * largest - 0.1);
    result.ids.push_back(static_cast<std::int64_t>(id));
  }
  result.vocabulary = make_vocabulary(std::move(pieces), std::move(scores));
  if (lowest <= largest) score_added_bytes(result.vocabulary, lowest);
  for (std::size_t token = result.vocabulary.given; token < result.vocabulary.pieces.size(); ++token) {
    const std::int64_t id = ids_of_bytes[static_cast<unsigned char>(result.vocabulary.pieces[token][0])];
    result.ids.push_back(rules.byte_fallback && id >= 0 ? id : unknown);
  }
  if (!rules.byte_fallback) result.unknown = unknown;
  result.normalizer = std::make_shared<const Normalizer>(std::move(rules.normalizer));
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
