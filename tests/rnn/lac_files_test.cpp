// The files of LAC's network and what may be wrong with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <numeric>

#include "impl/rnn/lac.hpp"
#include "tests/support/command.hpp"

namespace tandem::rnn::lac {
namespace {

using std::filesystem::path;
using testing::HasSubstr;

/// A file of weights as the package writes it.
std::string tensor(const std::vector<std::size_t>& shape, const std::vector<float>& weights) {
  const auto varint = [](std::size_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
    bytes.push_back(static_cast<char>(value));
    return bytes;
  };
  std::string description = "\x08\x05";
  for (const std::size_t size : shape) description += "\x10" + varint(size);
  std::string bytes(16, '\0');
  const auto length = static_cast<std::uint32_t>(description.size());
  bytes.append(reinterpret_cast<const char*>(&length), 4);
  bytes += description;
  bytes.append(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float));
  return bytes;
}

void write(const path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

/// A network of four characters, embedding 3, hidden 2 and three tags, as files.
class Files : public testing::Test {
 protected:
  static constexpr std::size_t e = 3;
  static constexpr std::size_t h = 2;
  static constexpr std::size_t tags = 3;

  Files() {
    std::filesystem::create_directories(weights());
    write(lac() / "word.dic", "0\t我\n1\t来\n2\ta\n3\tOOV\n");
    write(lac() / "tag.dic", "0\tn-B\n1\tn-I\n2\tO\n");
    add("word_emb", {4, e});
    for (std::size_t i = 0; i < 4; ++i) {
      const std::string number = std::to_string(i);
      add("fc_" + number + ".w_0", {i < 2 ? e : 2 * h, 3 * h});
      add("fc_" + number + ".b_0", {3 * h});
      add("gru_" + number + ".w_0", {h, 3 * h});
      add("gru_" + number + ".b_0", {1, 3 * h});
    }
    add("fc_4.w_0", {2 * h, tags});
    add("fc_4.b_0", {tags});
    add("crfw", {tags + 2, tags});
  }

  path lac() const { return folder_.path(); }
  path weights() const { return folder_.path() / "model_baseline"; }

  /// load() refuses, naming the file, in one sentence that holds `because`.
  void expect_refusal(const std::string& file, const std::string& because) {
    try {
      load(lac());
      FAIL() << file << " was accepted though it should fail: " << because;
    } catch (const std::invalid_argument& failure) {
      EXPECT_THAT(failure.what(), HasSubstr(file));
      EXPECT_THAT(failure.what(), HasSubstr(because)) << file;
      EXPECT_THAT(failure.what(), testing::Not(HasSubstr("\n")));
    }
  }

  /// The same with other bytes in a file of weights, which is put back.
  void expect_refusal_of(const std::string& file, const std::string& bytes, const std::string& because) {
    const std::string before = test::read_file(weights() / file);
    write(weights() / file, bytes);
    expect_refusal(file, because);
    write(weights() / file, before);
  }

 private:
  void add(const std::string& name, const std::vector<std::size_t>& shape) {
    std::size_t count = 1;
    for (const std::size_t size : shape) count *= size;
    std::vector<float> numbers(count);
    for (float& number : numbers) number = static_cast<float>(++drawn_ * 37 % 101) / 50.0F - 1;
    write(weights() / name, tensor(shape, numbers));
  }

  test::TemporaryFolder folder_;
  int drawn_ = 0;
};

TEST_F(Files, AreRead) {
  const Model model = load(lac());
  EXPECT_EQ(model.unknown, 3U);
  EXPECT_EQ(model.ids(U"我a来x"), (std::vector<std::uint32_t>{0, 2, 1, 3}));
  EXPECT_EQ(model.tags, (std::vector<std::string>{"n-B", "n-I", "O"}));
  EXPECT_EQ(model.network->hidden_size, h);
  EXPECT_EQ(model.network->tag_count, tags);
}

TEST_F(Files, DictionariesMayComeFromAnotherEditor) {
  write(lac() / "word.dic",
        "\xEF\xBB\xBF"
        "0\t我\r\n1\t来\r\n2\ta\r\n3\tOOV\r\n");
  write(lac() / "tag.dic", "0\tn-B\r\n1\tn-I\r\n2\tO\r\n");
  const Model model = load(lac());
  EXPECT_EQ(model.unknown, 3U);
  EXPECT_EQ(model.ids(U"我a来x"), (std::vector<std::uint32_t>{0, 2, 1, 3}));
  EXPECT_EQ(model.tags, (std::vector<std::string>{"n-B", "n-I", "O"}));
}

// Storage: rows "from", first z and r side by side, then c.
TEST_F(Files, RecurrentWeightsAreTransposed) {
  std::vector<float> stored(12);
  std::iota(stored.begin(), stored.end(), 0.0F);
  write(weights() / "gru_0.w_0", tensor({h, 3 * h}, stored));
  EXPECT_EQ(load(lac()).network->layers[0][0].weights, (std::vector<float>{0, 4, 1, 5, 2, 6, 3, 7, 8, 10, 9, 11}));
}

TEST_F(Files, TruncatedOnesAreRefusedWhereverTheyEnd) {
  for (const char* file : {"word_emb", "fc_0.w_0", "gru_3.b_0", "crfw"}) {
    const std::string whole = test::read_file(weights() / file);
    for (std::size_t size = 0; size < whole.size(); ++size) expect_refusal_of(file, whole.substr(0, size), "");
    expect_refusal_of(file, whole + "x", "claims");
  }
}

TEST_F(Files, EveryBrokenByteOfAHeaderIsRefused) {
  for (const char* file : {"word_emb", "gru_0.w_0", "gru_1.b_0", "crfw"}) {
    const std::string whole = test::read_file(weights() / file);
    const std::size_t header = 20 + static_cast<unsigned char>(whole[16]);
    for (std::size_t at = 0; at < header; ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        std::string broken = whole;
        broken[at] = static_cast<char>(broken[at] ^ 1 << bit);
        expect_refusal_of(file, broken, "");
      }
    }
  }
}

TEST_F(Files, AbsurdSizesAreRefusedWithoutAllocatingThem) {
  const std::size_t huge = std::numeric_limits<std::size_t>::max() / 2;
  expect_refusal_of("word_emb", tensor({huge, huge}, {1}), "claims");
  expect_refusal_of("word_emb", tensor({std::size_t{1} << 62, 4}, {}), "claims");  // the product wraps to 0
  expect_refusal_of("word_emb", tensor({0, e}, {}), "claims");
  expect_refusal_of("word_emb", tensor({12}, std::vector<float>(12)), "no matrix");
  expect_refusal_of("word_emb", tensor({1, 2, 3}, std::vector<float>(6)), "no vector or matrix");
  expect_refusal_of("fc_0.w_0", tensor({3 * h, e}, std::vector<float>(18)),
                    "6 x 3 weights where the network has 3 x 6");
  expect_refusal_of("gru_0.w_0", tensor({2, 5}, std::vector<float>(10)), "2 x 5 weights where the network has 2 x 6");
  expect_refusal_of("gru_1.w_0", tensor({3, 9}, std::vector<float>(27)), "3 x 9 weights where the network has 2 x 6");
  std::string claims(16, '\0');
  claims += "\xFF\xFF\xFF\x7F";
  expect_refusal_of("crfw", claims, "claims a header");
  claims[16] = 65;
  claims.replace(17, 3, 3, '\0');
  expect_refusal_of("crfw", claims + std::string(65, '\0'), "claims a header of 65 bytes");
}

TEST_F(Files, WeightsMustBeFinite) {
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> numbers(tags * (tags + 2));
    numbers[7] = bad;
    expect_refusal_of("crfw", tensor({tags + 2, tags}, numbers), "no finite number");
  }
}

TEST_F(Files, DictionariesAreChecked) {
  const auto with = [&](const char* file, const char* text, const char* because) {
    const std::string before = test::read_file(lac() / file);
    write(lac() / file, text);
    expect_refusal(file, because);
    write(lac() / file, before);
  };
  with("word.dic", "", "OOV");
  with("word.dic", "0\t我\n", "OOV");
  with("word.dic", "0\t我\nx\n3\tOOV\n", "line 2");
  with("word.dic", "0 我\n3\tOOV\n", "line 1");
  with("word.dic", "-1\t我\n3\tOOV\n", "line 1");
  with("word.dic", "99999999999999999999\t我\n3\tOOV\n", "line 1");
  with("word.dic", "0\t我\n4\tOOV\n", "up to 4 where the network has 4");
  with("word.dic", "0\t我\n1\t我\n3\tOOV\n", "two numbers");
  with("word.dic", "0\t\xFF\n3\tOOV\n", "UTF-8");
  with("tag.dic", "", "0 tags");
  with("tag.dic", "0\ta\n2\tb\n", "not numbered");
  write(lac() / "tag.dic", "0\ta\n1\tb\n");
  expect_refusal("fc_4.w_0", "holds 4 x 3 weights where the network has 4 x 2");
}

TEST_F(Files, MissingOnesAreNamed) {
  std::filesystem::remove(weights() / "fc_2.b_0");
  expect_refusal("fc_2.b_0", "cannot be read");
  std::filesystem::remove(lac() / "word.dic");
  expect_refusal("no LAC network", "python3-jieba");
}

void expect_program_refusal(const std::string& arguments, const std::string& because) {
  const test::Result result = test::run(TANDEM_PROGRAM, "solve rnn " + arguments);
  EXPECT_EQ(result.status, 2) << arguments;
  EXPECT_EQ(result.output, "") << arguments;
  EXPECT_THAT(result.errors, testing::StartsWith("tandem: ")) << arguments;
  EXPECT_THAT(result.errors, HasSubstr(because)) << arguments;
  EXPECT_EQ(std::ranges::count(result.errors, '\n'), 1) << result.errors;
}

TEST_F(Files, TheProgramRefusesBadInput) {
  const std::string with = "--lac '" + lac().string() + "' --text ";
  const auto text = [&](const std::string& bytes) {
    write(lac() / "text", bytes);
    return with + "'" + (lac() / "text").string() + "'";
  };
  EXPECT_EQ(test::run(TANDEM_PROGRAM, "solve rnn " + text("我来\n")).status, 0);
  expect_program_refusal("--lac /no/such/folder --text /dev/null", "python3-jieba");
  expect_program_refusal(with + "/no/such/file", "cannot be read");
  expect_program_refusal(with + "/tmp", "cannot be read");
  expect_program_refusal(with + "-", "empty");
  expect_program_refusal(text(""), "empty");
  expect_program_refusal(text("我\n\xFF\n"), "line 2: byte 1 is no UTF-8");
  expect_program_refusal(text("我") + " --variant magic", "magic");
  expect_program_refusal("--lac '" + lac().string() + "'", "--text");
  std::filesystem::resize_file(weights() / "crfw", 30);
  expect_program_refusal(text("我"), "crfw");
}

}  // namespace
}  // namespace tandem::rnn::lac
