// LAC's network: known sentences, the best tags, and that all variants tag alike.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <span>
#include <sstream>
#include <string>

#include "benchmarks/suite/registry.hpp"
#include "problems/rnn/lac.hpp"
#include "tests/support/command.hpp"
#include "tests/support/full_speed.hpp"
#include "tests/support/utf8.hpp"

namespace tandem::rnn::lac {
namespace {

const std::vector<suite::Variant<Problem, Answer>>& variants() {
  return suite::typed_method<Problem, Answer>("rnn_lac").variants;
}

using testing::HasSubstr;

TEST(Text, Utf8IsChecked) {
  EXPECT_EQ(decode_utf8("aé我\U0001F600"), U"aé我\U0001F600");
  EXPECT_EQ(encode_utf8(U"aé我\U0001F600"), "aé我\U0001F600");
  for (const auto& [character, bytes] : test::utf8_borders) {
    EXPECT_EQ(decode_utf8(bytes), std::u32string(1, character)) << std::hex << static_cast<std::uint32_t>(character);
    EXPECT_EQ(encode_utf8(std::u32string(1, character)), bytes) << std::hex << static_cast<std::uint32_t>(character);
  }
  for (const std::string_view bad : test::no_utf8) EXPECT_THROW(decode_utf8(bad), std::invalid_argument) << bad;
  EXPECT_EQ(stripped(U" \t\u3000我 来\u00A0\r"), U"我 来");
  EXPECT_EQ(stripped(U" \t "), U"");
}

// The best path by trying all of them.
TEST(BestTags, AreTheBestOfAll) {
  constexpr std::size_t tags = 4;
  constexpr std::size_t length = 5;
  Network network;
  network.tag_count = tags;
  int drawn = 0;
  const auto numbers = [&](std::size_t size) {
    std::vector<float> result(size);
    for (float& number : result) number = static_cast<float>(++drawn * 7919 % 1009) / 100.0F;
    return result;
  };
  network.start = numbers(tags);
  network.end = numbers(tags);
  network.transitions = numbers(tags * tags);
  const std::vector<float> emissions = numbers(length * tags);
  std::vector<int> best;
  double best_score = -1;
  for (std::size_t code = 0; code < 1024; ++code) {
    std::vector<int> path;
    for (std::size_t t = 0; t < length; ++t) path.push_back(static_cast<int>(code >> 2 * t & 3));
    double score =
        network.start[static_cast<std::size_t>(path[0])] + network.end[static_cast<std::size_t>(path.back())];
    for (std::size_t t = 0; t < length; ++t) {
      score += emissions[t * tags + static_cast<std::size_t>(path[t])];
      if (t > 0) score += network.transitions[static_cast<std::size_t>(path[t - 1] * 4 + path[t])];
    }
    if (score > best_score) {
      best_score = score;
      best = path;
    }
  }
  EXPECT_EQ(best_tags(network, emissions), best);
  std::vector<int> fast(length);
  best_tags_simd(network, emissions, fast);
  EXPECT_EQ(fast, best);
}

TEST(BestTags, TiesAreDecidedAlike) {
  Network network;
  network.tag_count = 57;
  network.start.assign(57, 0);
  network.end.assign(57, 0);
  network.transitions.assign(57 * 57, 0);
  std::vector<float> emissions(57 * 300);
  for (std::size_t i = 0; i < emissions.size(); ++i) emissions[i] = static_cast<float>(i * i % 3);
  std::vector<int> fast(300);
  best_tags_simd(network, emissions, fast);
  EXPECT_EQ(fast, best_tags(network, emissions));
}

/// Skips, loudly, where the package has not been unpacked.
class Shipped : public testing::Test {
 protected:
  void SetUp() override {
    if (!data_is_there()) {
      GTEST_SKIP() << "*** NOT TESTED: LAC's network or the Chinese text is not in TANDEM_DATA or build/data ***";
    }
  }

  static std::vector<int> tags(const suite::Variant<Problem, Answer>& variant, const Problem& problem, int threads) {
    Answer answer;
    shape(problem, answer);
    variant.run(problem, answer, {.threads = threads});
    return answer.tags;
  }
};

// The words that the package's authors' own code gives were not at hand; these two were found by an independent reader
// of the same files.
TEST_F(Shipped, KnownSentences) {
  const Model& model = shipped_model();
  const std::pair<std::u32string, std::string> known[] = {
      {U"我来到北京清华大学", "我/r 来到/v 北京清华大学/ORG "},
      {U"中国科学院计算技术研究所在北京", "中国科学院计算技术研究所/ORG 在/v 北京/LOC "}};
  for (const auto& [sentence, expected] : known) {
    for (const auto& variant : variants()) {
      const Problem problem{.network = model.network, .characters = model.ids(sentence)};
      std::string text;
      for (const Word& word : words(model, sentence, tags(variant, problem, 2)))
        text += word.text + "/" + word.tag + " ";
      EXPECT_EQ(text, expected) << variant.name.text;
    }
  }
}

TEST_F(Shipped, AllVariantsTagTheTextAlike) {
  const Model& model = shipped_model();
  for (const Text text : {Text::whole, Text::chinese}) {
    const std::size_t length = test::full_speed ? 3000 : 100;
    const Problem problem{.network = model.network, .characters = model.ids(shipped_text(text, length, 3))};
    const std::vector<int> expected = tags(variants().front(), problem, 1);
    for (const auto& variant : std::span(variants()).subspan(1)) {
      for (const int threads : {1, 2, 3}) EXPECT_EQ(tags(variant, problem, threads), expected) << variant.name.text;
    }
  }
}

TEST_F(Shipped, EveryVariantTakesShortTexts) {
  const Model& model = shipped_model();
  for (const std::size_t length : {0, 1, 2, 7}) {
    const Problem problem{.network = model.network, .characters = model.ids(shipped_text(Text::chinese, length, 4))};
    const std::vector<int> expected = tags(variants().front(), problem, 1);
    for (const auto& variant : variants()) EXPECT_EQ(tags(variant, problem, 2), expected) << variant.name.text;
  }
}

TEST_F(Shipped, FirstLayerIsTheNetworks) {
  const Problem problem{.network = shipped_model().network,
                        .characters = shipped_model().ids(shipped_text(Text::chinese, 50, 7))};
  Answer answer;
  shape(problem, answer);
  reference(problem, answer);
  const auto layer = first_layer(Text::chinese, 50, 7);
  rnn::Answer<> states{.states = std::vector<float>(50 * layer.hidden_size)};
  rnn::reference(layer, states);
  for (std::size_t t = 0; t < 50; ++t) {
    for (std::size_t i = 0; i < layer.hidden_size; ++i) {
      EXPECT_NEAR(states.states[t * layer.hidden_size + i], answer.states[0][t * 2 * layer.hidden_size + i], 1e-5);
    }
  }
}

TEST_F(Shipped, TheProgramPrintsWordsAndTags) {
  const test::TemporaryFolder folder;
  const std::filesystem::path file = folder.path() / "text";
  std::ofstream(file) << " 我来到北京清华大学\r\n\n中国科学院计算技术研究所在北京";
  const std::string arguments = "solve rnn --text '" + file.string() + "' --lac '" + shipped_folder().string() + "'";
  for (const auto& variant : variants()) {
    EXPECT_EQ(test::run(TANDEM_PROGRAM, arguments + " --variant " + variant.name.text).output,
              "我/r 来到/v 北京清华大学/ORG\n\n中国科学院计算技术研究所/ORG 在/v 北京/LOC\n")
        << variant.name.text;
  }
  EXPECT_THAT(test::run(TANDEM_PROGRAM, arguments + " --json").output,
              testing::StartsWith(R"({"line":1,"words":["我","来到","北京清华大学"],"tags":["r","v","ORG"]})"));
}

// Each piece of data is named once, however many methods lack it.
TEST(Absence, IsOneLineForEachPieceOfData) {
  const test::Result result = test::run("/usr/bin/env", "TANDEM_DATA=/nowhere '" TANDEM_PROGRAM "' list");
  EXPECT_EQ(result.status, 0);
  const auto count = [&](const std::string& text) {
    std::size_t times = 0;
    for (std::size_t at = 0; (at = result.output.find(text, at)) != std::string::npos; ++at) ++times;
    return times;
  };
  EXPECT_EQ(count("absent: LAC's network"), 1u) << result.output;
  EXPECT_EQ(count("absent: a Chinese text"), 1u) << result.output;
  EXPECT_EQ(count("absent: the King James Bible"), 1u) << result.output;
  std::istringstream lines(result.output);
  std::set<std::string> absences;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("absent: ")) continue;
    EXPECT_TRUE(absences.insert(line).second) << line;
  }
  EXPECT_GE(absences.size(), 3U);
}

}  // namespace
}  // namespace tandem::rnn::lac
