// The files of vocabularies and what may be wrong with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "impl/unigram/files.hpp"
#include "impl/unigram/files/sentencepiece.hpp"
#include "impl/unigram/unigram.hpp"
#include "tests/support/full_speed.hpp"
#include "tests/support/utf8.hpp"

namespace tandem::unigram {
namespace {

using testing::HasSubstr;

void expect_refusal(const std::string& bytes, const std::string& because) {
  try {
    parse_vocabulary(bytes);
    FAIL() << "accepted, though it should fail: " << because;
  } catch (const std::invalid_argument& failure) {
    EXPECT_THAT(failure.what(), HasSubstr(because));
    EXPECT_THAT(failure.what(), testing::Not(HasSubstr("\n")));
  }
}

Vocabulary three_pieces() { return make_vocabulary({"a", "\xE4\xB8\xAD", " b\\"}, {-1.5, -2.25, -3}); }

TEST(UnigramFiles, PlainOnesAreRead) {
  const Vocabulary vocabulary =
      make_vocabulary({"a", "\xE4\xB8\xAD", "\n", "\xFF", "\\x", "\t b"}, {-1, -1.0 / 3, -2, -3, -4, 0});
  const NumberedVocabulary again = parse_vocabulary(plain_format(vocabulary));
  EXPECT_EQ(again.vocabulary.pieces, vocabulary.pieces);
  EXPECT_EQ(again.vocabulary.scores, vocabulary.scores);
  EXPECT_EQ(again.vocabulary.given, 6U);
  EXPECT_EQ(parse_vocabulary("a\\tb\\\\\t-1").vocabulary.pieces[0], "a\tb\\");
}

TEST(UnigramFiles, BadPlainOnesAreRefused) {
  expect_refusal("", "empty");
  expect_refusal("a\t-1\nb", "line 2");
  expect_refusal("a\t-1\n\nb\t-1", "line 2");
  expect_refusal("a\tx", "no number");
  expect_refusal("a\t-1 ", "no number");
  expect_refusal("a\t", "no number");
  expect_refusal("a\tnan", "score");
  expect_refusal("a\t-inf", "score");
  expect_refusal("\t-1", "is empty");
  expect_refusal("a\t-1\na\t-2", "twice");
  expect_refusal("a\\\t-1", "means nothing");
  expect_refusal("\\q\t-1", "means nothing");
  expect_refusal("\\x1\t-1", "two digits");
  std::string long_piece(300, 'a');
  long_piece += "\t-1";
  expect_refusal(long_piece, "300 bytes");
}

TEST(UnigramFiles, BytePieceOnesAreRead) {
  // base64 of "b", "ab" and the byte FF
  const NumberedVocabulary numbered =
      parse_vocabulary(R"({"YWI=": [4, "ab", 6], "Yg==": [3, "b", 1], "/w==": [5, "", 1]})");
  EXPECT_EQ(numbered.vocabulary.given, 3U);
  EXPECT_EQ(numbered.vocabulary.pieces[0], "b");
  EXPECT_EQ(numbered.vocabulary.pieces[1], "ab");
  EXPECT_EQ(numbered.vocabulary.pieces[2], "\xFF");
  EXPECT_NEAR(numbered.vocabulary.scores[1], std::log(0.75), 1.2e-7);
  EXPECT_EQ(numbered.ids[0], 3);
  EXPECT_EQ(numbered.ids[3], -1);
}

TEST(UnigramFiles, BadBytePieceOnesAreRefused) {
  expect_refusal("{", "no JSON object");
  expect_refusal("{}", "no pieces");
  expect_refusal(R"({"YWI=": [4, "ab", 0]})", "positive count");
  expect_refusal(R"({"YWI=": [4, "ab", -3]})", "positive count");
  expect_refusal(R"({"YWI=": [4, "ab"]})", "[id, text, positive count]");
  expect_refusal(R"({"YWI=": 3})", "[id, text, positive count]");
  expect_refusal(R"({"YWI": [4, "ab", 1]})", "no base64");
  expect_refusal(R"({"Y*I=": [4, "ab", 1]})", "no base64");
  expect_refusal(R"({"": [4, "", 1]})", "is empty");
  expect_refusal(R"({"YWI=": [4, "ab", 1], "YWI=": [5, "ab", 1]})", "twice");
  expect_refusal("{\"YWI=\": " + std::string(100'000, '['), "no JSON object");
  const std::string whole = R"({"YWI=": [4, "ab", 6]})";
  for (std::size_t size = 1; size < whole.size(); ++size) expect_refusal(whole.substr(0, size), "");
}

TEST(UnigramFiles, SentencePieceOnesAreRead) {
  const NumberedVocabulary numbered = parse_vocabulary(sentencepiece_format(three_pieces()));
  EXPECT_EQ(numbered.vocabulary.pieces[2], " b\\");
  EXPECT_EQ(numbered.vocabulary.scores[1], -2.25);
  EXPECT_EQ(numbered.ids[0], 1);
  EXPECT_EQ(numbered.ids.back(), 0) << "the unknown piece";
  EXPECT_EQ(numbered.vocabulary.given, 3U + 126U) << "bytes from 1 to 127, of which one was given";
}

TEST(UnigramFiles, SentencePieceFieldsOfAnotherKindSayNothing) {
  const std::string whole = sentencepiece_format(three_pieces());
  const auto normalized = [&](std::string_view settings) {  // field 3 of the model
    const std::string field = "\x1A" + std::string(1, static_cast<char>(settings.size())) + std::string(settings);
    return parse_vocabulary(whole + field).normalizer->normalized(" a  b ");
  };
  const std::string on = "\x18\x01\x20\x01\x28\x01";  // fields 3, 4 and 5 are 1
  const std::string bytes("\x1A\0\x22\0\x2A\0", 6);   // the same ones, as no bytes and as four
  const std::string four("\x1D\0\0\0\0\x25\0\0\0\0\x2D\0\0\0\0", 15);
  EXPECT_NE(normalized(on), normalized(""));
  EXPECT_EQ(normalized(on + bytes), normalized(on));
  EXPECT_EQ(normalized(on + four), normalized(on));
  EXPECT_EQ(parse_vocabulary(whole + std::string("\x12\x02\x1A\0", 4)).vocabulary.given, 129U) << "still unigram";
}

TEST(UnigramFiles, TruncatedOrBrokenSentencePieceOnesAreRefusedOrRead) {
  const std::string whole = sentencepiece_format(three_pieces());
  const auto either = [](const std::string& bytes) {
    try {
      parse_vocabulary(bytes);
      return true;
    } catch (const std::invalid_argument&) {
      return false;
    }
  };
  std::size_t refused = 0;
  // A file may end after any of its fields; everywhere else the end is missed.
  for (std::size_t size = 1; size < whole.size(); ++size) refused += either(whole.substr(0, size)) ? 0 : 1;
  EXPECT_GT(refused, whole.size() - 300);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string broken = whole;
      broken[at] = static_cast<char>(broken[at] ^ 1 << bit);
      either(broken);  // no crash, whatever it is
    }
  }
  expect_refusal("\n", "ends too early");
  expect_refusal("\n\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "64 bits");
  expect_refusal(std::string("\n\x05\n\x01"
                             "a\x18\x01",
                             7) +
                     "\x12\x02\x18\x02",
                 "is of another type");
}

TEST(UnigramFiles, SentencePieceCharactersAreThoseOfUtf8) {
  for (const auto& [character, bytes] : test::utf8_borders) {
    EXPECT_EQ(utf8_size(bytes), bytes.size()) << std::hex << static_cast<std::uint32_t>(character);
    EXPECT_EQ(utf8_size(std::string(bytes) + "\x80"), bytes.size()) << "what follows is no part of it";
    EXPECT_TRUE(is_utf8(bytes));
  }
  for (const std::string_view bad : test::no_utf8) EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(UnigramFiles, TextMayBeginWithAMarkAndHaveOtherLineEnds) {
  const NumberedVocabulary plain = parse_vocabulary(
      "\xEF\xBB\xBF"
      "a\t-1\r\nb\t-2\r\n");
  EXPECT_EQ(plain.vocabulary.given, 2U);
  EXPECT_EQ(plain.vocabulary.pieces[0], "a");
  EXPECT_EQ(plain.vocabulary.scores[1], -2);
  const NumberedVocabulary bytepiece = parse_vocabulary(
      "\xEF\xBB\xBF"
      R"({"Yg==": [3, "b", 1]})");
  EXPECT_EQ(bytepiece.vocabulary.pieces[0], "b");
  expect_refusal(std::string("\xFF\xFE"
                             "a\0\t\0",
                             6),
                 "is UTF-16: save it as UTF-8");
  expect_refusal("\xEF\xBB\xBF", "empty");
}

TEST(UnigramFiles, SentencePiecesListOfPiecesIsRefusedByName) {
  expect_refusal("<unk>\t0\n<s>\t0\n</s>\t0\n\xE2\x96\x81the\t-3.5\n", ".vocab");
  expect_refusal("[PAD]\t0\r\n[UNK]\t0\r\n\xE2\x96\x81the\t-3.5\r\n", ".vocab");
  EXPECT_EQ(parse_vocabulary("\xE2\x96\x81\t-1\na\t0\n").vocabulary.given, 2U) << "a piece as any other";
  expect_refusal("[UNK]\t0\r\n<s>\t0\r\n", ".model");
}

/// More pieces than a vocabulary may have are refused where the limit is passed, not after all of them are held.
TEST(UnigramFiles, TooManyPiecesAreRefusedBeforeTheyAreHeld) {
  std::string plain;
  std::string sentencepiece;
  for (std::size_t i = 0; i <= most_pieces; ++i) {
    plain += "a\t1\n";
    sentencepiece += std::string("\n\0", 2);
  }
  expect_refusal(plain, "has more than 1048576 pieces");
  expect_refusal(sentencepiece, "has more than 1048576 pieces, at byte 2097154");
}

/// A byte's piece has one spelling; another is no byte, which then has the number of the unknown piece.
TEST(UnigramFiles, OnlyOneSpellingNamesAByte) {
  const auto field = [](int number, const std::string& bytes) {
    return static_cast<char>(number << 3 | 2) + std::string(1, static_cast<char>(bytes.size())) + bytes;
  };
  const auto piece = [&](const std::string& text, int type) {
    return field(1, field(1, text) + std::string{3 << 3, static_cast<char>(type)});
  };
  constexpr int normal = 1, unknown = 2, byte = 6;
  std::string model = piece("<unk>", unknown) + piece("a", normal) + piece("<0x41>", byte);
  for (const char* no_byte : {"[0x42>", "<0x43]", "<0X44>", "<0x4G>", "<0x46", "<0x047>"})
    model += piece(no_byte, byte);
  model += field(2, {3 << 3, 1, static_cast<char>((35 << 3 & 0x7F) | 0x80), 35 >> 4, 1});  // unigram, with bytes
  const NumberedVocabulary numbered = parse_vocabulary(model);
  for (std::size_t token = numbered.vocabulary.given; token < numbered.ids.size(); ++token) {
    EXPECT_EQ(numbered.ids[token], numbered.vocabulary.pieces[token] == "A" ? 2 : 0)
        << numbered.vocabulary.pieces[token];
  }
}

/// A piece of nothing but marks took a time that grew with the square of its length.
TEST(UnigramFiles, MarksBecomeSpacesInOneWalk) {
  std::string text;
  for (int i = 0; i < 1'000'000; ++i) text += "\xE2\x96\x81";
  const auto varint = [](std::size_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
    return bytes + static_cast<char>(value);
  };
  const std::string piece = "\n" + varint(text.size()) + text;
  expect_refusal("\n" + varint(piece.size()) + piece, "has 1000000 bytes, more than 255");
}

TEST(UnigramFiles, LinesHaveNoPiecesWithLineBreaks) {
  const NumberedVocabulary all = parse_vocabulary("a\\n\t-1\n\\n\t-2\nab\t-3\n\\n\\n\t-1\n");
  const NumberedVocabulary lines = without_line_breaks(all);
  EXPECT_EQ(lines.vocabulary.given, 2U);
  EXPECT_EQ(lines.vocabulary.pieces[0], "\n");
  EXPECT_EQ(lines.vocabulary.pieces[1], "ab");
  EXPECT_EQ(lines.vocabulary.longest, 2U);
  EXPECT_EQ(lines.ids[1], 2);
  EXPECT_EQ(lines.vocabulary.pieces.size(), 257U);
}

// Rows of transitions of which no two can lie within each other, since every distance up to 240 is one of two of their
// labels: 66^3 of them need places beyond what the automaton can number.
TEST(UnigramFiles, TablesThatAreTooLargeAreRefused) {
  if (!test::full_speed) GTEST_SKIP() << "half a gigabyte of trie";
  std::vector<std::string> pieces;
  for (int label = 0; label < 256; label += label < 16 ? 1 : 16)
    pieces.push_back(std::string("abc") + static_cast<char>(label));
  for (int prefix = 0; prefix < 66 * 66 * 66; ++prefix) {
    const auto byte = [](int digit) { return static_cast<char>(0x80 + digit % 66); };
    pieces.push_back({byte(prefix / (66 * 66)), byte(prefix / 66), byte(prefix), 'a', 'b', 'c', '\0'});
  }
  std::vector<double> scores(pieces.size(), -1);
  const auto vocabulary = std::make_shared<const Vocabulary>(make_vocabulary(std::move(pieces), std::move(scores)));
  try {
    const Tables tables(vocabulary);
    FAIL() << "tables of " << tables.bytes() << " bytes were made";
  } catch (const std::invalid_argument& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("tables of more than 512 MB"));
  }
}

}  // namespace
}  // namespace tandem::unigram
