// The files of the language model and its tokenizer: round trips, what is refused, and how text is taken apart.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/language_model/language_model.hpp"
#include "impl/support/random.hpp"
#include "problems/language_model/models.hpp"
#include "problems/support/data.hpp"

namespace tandem::language_model {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Files : public testing::Test {
 protected:
  Files() { fs::create_directories(folder_); }
  ~Files() override { fs::remove_all(folder_); }

  fs::path path() const { return folder_ / "file.bin"; }

  std::string bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }

  template <class Load>
  std::string refusal(Load&& load) const {
    try {
      load(path());
    } catch (const std::invalid_argument& refusal) {
      return refusal.what();
    }
    return "accepted";
  }

 private:
  fs::path folder_ = fs::temp_directory_path() / ("tandem_language_model_" + std::to_string(getpid()));
};

template <class T>
std::string with(std::string bytes, std::size_t place, T value) {
  std::memcpy(bytes.data() + place, &value, sizeof value);
  return bytes;
}

TEST_F(Files, ModelComesBack) {
  for (const bool shared : {true, false}) {
    Shape shape = awkward_shape(1);
    shape.shared_classifier = shared;
    const Model<float> model = random_model(shape, 1);
    save_model(model, path());
    const Model<float> read = load_model(path());
    EXPECT_EQ(read.shape, model.shape);
    EXPECT_EQ(read.parameters, model.parameters);
    const std::size_t tables = shape.max_length * shape.head_size();
    EXPECT_EQ(bytes().size(), 28 + 4 * (model.parameters.size() + tables));
  }
}

TEST_F(Files, ModelIsRefusedWhereverItEnds) {
  save_model(random_model(awkward_shape(0), 1), path());
  const std::string whole = bytes();
  for (std::size_t size = 0; size < whole.size(); size += size < 64 ? 1 : 37) {
    put(whole.substr(0, size));
    ASSERT_THAT(refusal(load_model), HasSubstr(size < 28 ? "ends too early" : "is no checkpoint")) << size;
  }
  put(whole + '\0');
  EXPECT_THAT(refusal(load_model), HasSubstr("is no checkpoint: its header asks for"));
}

TEST_F(Files, ModelWithAnImpossibleHeaderIsRefusedWithoutTakingMemory) {
  save_model(random_model(awkward_shape(0), 1), path());
  const std::string whole = bytes();
  constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
  constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();
  for (std::size_t number = 0; number < 7; ++number) {
    // The sizes that differ by a factor of 2^20 are possible, and would ask for gigabytes.
    for (const std::int32_t value : {lowest, -6 << 20, 0, 1000, 6 << 20, highest}) {
      put(with(whole, 4 * number, value));
      ASSERT_THAT(refusal(load_model), HasSubstr("is no checkpoint")) << "number " << number << " is " << value;
    }
  }
  std::string all = whole;
  for (std::size_t number = 0; number < 7; ++number) all = with(all, 4 * number, highest);
  put(all);
  EXPECT_THAT(refusal(load_model), HasSubstr("is no checkpoint"));
}

TEST_F(Files, ModelWithAWeightThatIsNotFiniteIsRefused) {
  const Model<float> model = random_model(awkward_shape(0), 1);
  save_model(model, path());
  const std::string whole = bytes();
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    for (std::size_t i = 0; i < model.parameters.size(); i += 11) {
      put(with(whole, 28 + 4 * i, value));
      ASSERT_THAT(refusal(load_model), HasSubstr("not a finite number, at byte ")) << i;
    }
  }
}

TEST_F(Files, WhatIsNoFileIsRefused) {
  EXPECT_THAT(refusal(load_model), HasSubstr("cannot be read: No such file or directory"));
  EXPECT_THAT(refusal([](const fs::path& path) { load_model(path.parent_path()); }), HasSubstr("it is a folder"));
  EXPECT_THAT(refusal(load_tokenizer), HasSubstr("cannot be read: No such file or directory"));
  EXPECT_THAT(refusal([](const fs::path& path) {
                save_tokenizer({{"a"}, {0}}, path / "deeper");
              }),
              HasSubstr("cannot be written"));
}

// Three special pieces, the bytes of "b" and of the first and second half of e acute, then text.
Tokenizer small_tokenizer() {
  return {{"<unk>", "\n<s>\n", "\n</s>\n", "<0x62>", "<0xC3>", "<0xA9>", " ", "a", "c", "aa", "ac", "aac", " a", "caa"},
          {0, 0, 0, 0, 0, 0, -9, -9, -9, -1, -2, -4, -1, -3}};
}

TEST_F(Files, TokenizerComesBack) {
  const Tokenizer tokenizer = small_tokenizer();
  save_tokenizer(tokenizer, path());
  const Tokenizer read = load_tokenizer(path());
  EXPECT_EQ(read.pieces, tokenizer.pieces);
  EXPECT_EQ(read.scores, tokenizer.scores);
}

TEST_F(Files, TokenizerIsRefusedWhereverAPieceIsCut) {
  save_tokenizer(small_tokenizer(), path());
  const std::string whole = bytes();
  std::vector<std::size_t> ends{4};
  for (const std::string& piece : small_tokenizer().pieces) ends.push_back(ends.back() + 8 + piece.size());
  ASSERT_EQ(ends.back(), whole.size());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put(whole.substr(0, size));
    const bool between = size > 4 && std::ranges::find(ends, size) != ends.end();  // a smaller vocabulary
    ASSERT_EQ(refusal(load_tokenizer) == "accepted", between) << size;
  }
  for (const std::int32_t length : {-1, 7, std::numeric_limits<std::int32_t>::max()}) {
    put(with(whole, 8, length));
    EXPECT_THAT(refusal(load_tokenizer), HasSubstr("is no tokenizer: piece 0 has")) << length;
  }
  put(with(whole, 4, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_THAT(refusal(load_tokenizer), HasSubstr("is not a number"));
  put(with(whole, 0, std::int32_t{0}));
  EXPECT_THAT(refusal(load_tokenizer), HasSubstr("its longest piece"));
}

TEST(Encoder, MergesTheHighestScoreFirstAndOfEqualOnesTheLeftmost) {
  const Encoder encoder(small_tokenizer());
  using testing::ElementsAre;
  // "aaac" without a space: aa (-1) on the left first, then a c -> ac (-2); aa + ac is no piece.
  EXPECT_THAT(encoder.encode("aaac", false, false), ElementsAre(9, 10));
  // " a" and "aa" tie at -1: the leftmost goes first, then aa cannot; a + c = ac.
  EXPECT_THAT(encoder.encode("aac", true, true), ElementsAre(1, 12, 10));
  EXPECT_THAT(encoder.encode("aac", false, false), ElementsAre(11));  // aa + c
  EXPECT_THAT(encoder.encode("caa", false, false), ElementsAre(13));
  EXPECT_THAT(encoder.encode("", true, true), ElementsAre(1));
  EXPECT_THAT(encoder.encode("", false, true), ElementsAre());
}

TEST(Encoder, FallsBackToBytesAndToUnknown) {
  const Encoder encoder(small_tokenizer());
  using testing::ElementsAre;
  EXPECT_THAT(encoder.encode("\xC3\xA9", false, false), ElementsAre(4, 5));
  EXPECT_THAT(encoder.encode("\xC3", false, false), ElementsAre(4));  // cut off: not UTF-8
  EXPECT_THAT(encoder.encode("bz", false, false), ElementsAre(3, unknown_token));
  EXPECT_THAT(encoder.encode(std::string_view("\0\xFF", 2), false, false), ElementsAre(0, 0));
  EXPECT_EQ(encoder.decode(std::vector<Token>{1, 12, 3, 4, 5, 2}), "ab\xC3\xA9");
  EXPECT_EQ(encoder.decode(std::vector<Token>{12}), " a");
  EXPECT_EQ(encoder.decode(std::vector<Token>{unknown_token}), small_tokenizer().pieces[unknown_token]);
  EXPECT_THROW(encoder.decode(std::vector<Token>{14}), std::invalid_argument);
  EXPECT_THROW(encoder.decode(std::vector<Token>{-1}), std::invalid_argument);
}

// The rule as it is told: look at all neighbours, merge the best, begin again.
std::vector<Token> merged_by_scanning(const Tokenizer& tokenizer, std::vector<Token> tokens) {
  for (;;) {
    float best = -std::numeric_limits<float>::infinity();
    std::size_t place = tokens.size();
    Token merged = 0;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
      const std::string both = tokenizer.pieces[tokens[i]] + tokenizer.pieces[tokens[i + 1]];
      const auto found = std::ranges::find(tokenizer.pieces, both);
      if (found == tokenizer.pieces.end()) continue;
      const auto token = static_cast<std::size_t>(found - tokenizer.pieces.begin());
      if (tokenizer.scores[token] > best) {
        best = tokenizer.scores[token];
        place = i;
        merged = static_cast<Token>(token);
      }
    }
    if (place == tokens.size()) return tokens;
    tokens[place] = merged;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(place) + 1);
  }
}

TEST(Encoder, EqualsTheScanOnRandomText) {
  const Tokenizer tokenizer = small_tokenizer();
  const Encoder encoder(tokenizer);
  for (std::uint64_t text = 0; text < 2000; ++text) {
    std::vector<Token> tokens;
    std::string characters;
    for (std::uint64_t i = 0; i < random_bits(1, text) % 24; ++i) {
      const auto token = static_cast<Token>(6 + random_bits(2, text, i) % 3);
      tokens.push_back(token);
      characters += tokenizer.pieces[static_cast<std::size_t>(token)];
    }
    const std::vector<Token> encoded = encoder.encode(characters, false, false);
    ASSERT_EQ(encoded, merged_by_scanning(tokenizer, tokens)) << characters;
    ASSERT_EQ(encoder.decode(encoded), characters);
  }
}

TEST(Encoder, EqualsTheScanWithTheStoriesTokenizer) {
  const auto path = problems::optional_data("tok512.bin");
  if (!path) GTEST_SKIP() << "*** NOT TESTED: tok512.bin is neither in TANDEM_DATA nor in ../shared/data ***";
  const Tokenizer tokenizer = load_tokenizer(*path);
  const Encoder encoder(tokenizer);
  const std::string text = "One day, Lily and the dog went to the sea; it was \xD0\x96 and \xF0\x9F\x90\xB6!";
  std::vector<Token> characters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto found = std::find(tokenizer.pieces.begin() + 259, tokenizer.pieces.end(), text.substr(i, 1));
    const bool known = found != tokenizer.pieces.end();
    const auto byte = static_cast<unsigned char>(text[i]);
    characters.push_back(static_cast<Token>(known ? found - tokenizer.pieces.begin() : byte + 3));
  }
  const std::vector<Token> encoded = encoder.encode(text, false, false);
  EXPECT_EQ(encoded, merged_by_scanning(tokenizer, characters));
  EXPECT_LT(encoded.size(), text.size() * 2 / 3);
  EXPECT_EQ(encoder.decode(encoded), text);
}

}  // namespace
}  // namespace tandem::language_model
