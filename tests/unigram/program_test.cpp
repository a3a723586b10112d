// The verbs that read vocabularies: tandem solve tokenize, tandem train unigram.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "impl/support/random.hpp"
#include "tests/support/command.hpp"
#include "tests/support/full_speed.hpp"

namespace tandem::unigram {
namespace {

using testing::HasSubstr;

class Program : public testing::Test {
 protected:
  Program() { write("v.tsv", "\\x0A\t-3\nhello\t-2\nhe\t-4\nl\t-4\no\t-4\n world\t-2.5\n"); }

  std::string write(const std::string& name, const std::string& bytes) const {
    const auto path = folder_.path() / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return "'" + path.string() + "'";
  }
  std::string vocabulary() const { return " --vocab '" + (folder_.path() / "v.tsv").string() + "' "; }
  static void expect_usage_error(const std::string& arguments, const std::string& because) {
    const test::Result result = test::run(TANDEM_PROGRAM, arguments);
    EXPECT_EQ(result.status, 2) << arguments;
    EXPECT_EQ(result.output, "") << arguments;
    EXPECT_THAT(result.errors, testing::StartsWith("tandem: ")) << arguments;
    EXPECT_THAT(result.errors, HasSubstr(because)) << arguments;
    EXPECT_EQ(std::ranges::count(result.errors, '\n'), 1) << result.errors;
  }

  test::TemporaryFolder folder_;
};

TEST_F(Program, Tokenises) {
  const std::string text = write("text", "hello world\nhello\xFF\n");
  const auto run = [&](const std::string& options) {
    const test::Result result = test::run(TANDEM_PROGRAM, "solve tokenize" + vocabulary() + options + text);
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  };
  EXPECT_EQ(run("").substr(0, 4), "1 5\n");
  EXPECT_EQ(run("--print pieces "), "hello\t world\nhello\t\\xFF\n");
  EXPECT_THAT(run("--print counts "), testing::StartsWith("1\thello\t2\n5\t world\t1\n"));
  EXPECT_THAT(run("--json "), testing::StartsWith(R"({"line":1,"ids":[1,5],"pieces":["hello"," world"]})"));
  EXPECT_EQ(run("--whole --print pieces "), "hello\t world\t\\x0A\thello\t\\xFF\t\\x0A\n");
  EXPECT_THAT(run("--whole --print counts "), testing::StartsWith("0\t\\x0A\t2\n1\thello\t2\n"));
  EXPECT_EQ(run("--sample --count 3 --seed 5 "), run("--sample --count 3 --seed 5 "));
  EXPECT_NE(run("--sample --alpha 0 --seed 5 "), run("--sample --alpha 0 --seed 6 "));
  EXPECT_EQ(run("--sample --alpha 0 --nbest 1 --print pieces "), run("--print pieces "));
  EXPECT_EQ(run("--sample --alpha 0 --nbest 512 --count 3 "), run("--sample --alpha 0 --nbest 512 --count 3 "));
  EXPECT_NE(run("--sample --alpha 0 --nbest 512 --count 9 --seed 1 "),
            run("--sample --alpha 0 --nbest 512 --count 9 --seed 2 "));
  EXPECT_EQ(test::run(TANDEM_PROGRAM, "solve tokenize" + vocabulary() + "-").output, "") << "an empty text";
}

TEST_F(Program, ALineEndIsNoPartOfItsLine) {
  const auto run = [&](const std::string& options, const std::string& bytes) {
    const test::Result result =
        test::run(TANDEM_PROGRAM, "solve tokenize" + vocabulary() + options + write("text", bytes));
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  };
  EXPECT_EQ(run("--json ", "he\n\nl\n"), R"({"line":1,"ids":[2],"pieces":["he"]})"
                                         "\n"
                                         R"({"line":2,"ids":[],"pieces":[]})"
                                         "\n"
                                         R"({"line":3,"ids":[3],"pieces":["l"]})"
                                         "\n");
  EXPECT_EQ(run("", "he\n\nl\n"), "2\n\n3\n");
  EXPECT_EQ(run("", "he\n\nl"), "2\n\n3\n");
  EXPECT_EQ(run("", "\n\n"), "\n\n");
  EXPECT_EQ(run("", "\r\n"), "\n");
  EXPECT_EQ(run("--sample --count 2 --alpha 50 ", "he\n\n"), "2\n2\n\n\n");
  const std::string sampled = "--sample --alpha 0 --count 3 --print pieces ";
  EXPECT_EQ(run(sampled, "hello world\r\n\r\nhello\r\n"), run(sampled, "hello world\n\nhello\n"));
  EXPECT_EQ(run("--print pieces ", "o\rl\r"), "o\t\\x0D\tl\t\\x0D\n") << "a CR alone is text";
  EXPECT_EQ(run("--print pieces ", "\xEF\xBB\xBFl"), "\\xEF\t\\xBB\t\\xBF\tl\n") << "so is a mark";
}

/// Ids by spm_encode of SentencePiece 0.1.97 for two models of its spm_train: replaced characters, spaces put together,
/// added in front or behind, user-defined pieces, unknown characters, and bytes that stand for them.
TEST_F(Program, GivesTheIdsOfSentencePiece) {
  const std::string folder = TANDEM_SOURCE_FOLDER "/tests/unigram/sentencepiece/";
  const std::string text = " '" + folder + "lines.txt'";
  const auto ids = [&](const std::string& model, const std::string& options) {
    const test::Result result =
        test::run(TANDEM_PROGRAM, "solve tokenize --vocab '" + folder + model + ".model' " + options + text);
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  };
  for (const std::string model : {"small", "bytes"}) {
    EXPECT_EQ(ids(model, ""), test::read_file(folder + model + ".ids")) << model;
    EXPECT_NE(ids(model, "--as-is"), ids(model, "")) << model;
  }
  EXPECT_THAT(ids("small", "--json"), HasSubstr("\"\xF0\x9F\xA6\x99\xF0\x9F\xA6\x99\"")) << "a run of unknown ones";
}

TEST_F(Program, SaysHowATextMayGoOn) {
  const auto run = [&](const std::string& options) {
    const test::Result result = test::run(TANDEM_PROGRAM, "solve tokenize" + vocabulary() + options);
    EXPECT_EQ(result.status, 0) << result.errors;
    EXPECT_EQ(result.errors, "");
    return result.output;
  };
  // "he" is the beginning of "hello", and "hel" is, too.
  const std::string text = write("text", "hello\nhello hel");
  EXPECT_EQ(run("--continue 3 --print pieces " + text), "1\tl\tl\n2\thel\thello\n");
  EXPECT_EQ(run("--continue 1 " + text), "1\tl\t3\n");
  EXPECT_EQ(run("--continue 2 --json " + text), R"({"taken_back":1,"rest":"l","ids":[3],"pieces":["l"]})"
                                                "\n"
                                                R"({"taken_back":2,"rest":"hel","ids":[1],"pieces":["hello"]})"
                                                "\n");
  EXPECT_EQ(run("--continue 3 --print pieces " + write("break", "hello\n")), "1\t\\x0A\t\\x0A\n");
  EXPECT_EQ(run("--continue 3 " + write("none", "")), "") << "any piece may come";
  std::string long_one(1'500'000, 'o');
  long_one += "\nhe";
  EXPECT_EQ(run("--continue 1 --print pieces " + write("long", long_one)), "1\the\the\thello\n");
}

// Parts of a megabyte, and a line that is longer than one.
TEST_F(Program, TokenisesInParts) {
  std::string bytes;
  for (std::uint64_t i = 0; bytes.size() < 1'500'000; ++i) bytes += "hello world\n\nhe"[random_bits(1, i) % 14];
  bytes += "\n\n";
  for (int i = 0; i < 180'000; ++i) bytes += "hello ";
  const std::string text = write("long", bytes);
  const test::Result whole = test::run(TANDEM_PROGRAM, "solve tokenize" + vocabulary() + "--print pieces " + text);
  std::string again;
  for (std::size_t at = 0; at < whole.output.size(); ++at) {
    if (whole.output[at] != '\t') again += whole.output[at];
  }
  EXPECT_TRUE(again == bytes + '\n');
  // Two samples make the parts smaller; what is drawn stays the same.
  const std::string sampled = "solve tokenize" + vocabulary() + "--json --sample --alpha 0.1 --count ";
  const std::string one = test::run(TANDEM_PROGRAM, sampled + "1 " + text).output;
  const std::string two = test::run(TANDEM_PROGRAM, sampled + "2 " + text).output;
  std::istringstream lines(two);
  std::string first, second;
  for (std::string line; std::getline(lines, line);) {
    (line.find(R"("sample":0,)") != std::string::npos ? first : second) += line + "\n";
  }
  EXPECT_TRUE(first == one);
  // The long line's, without the sample's number, is another segmentation.
  const auto last = [](const std::string& all) { return all.substr(all.rfind("\"ids\"")); };
  EXPECT_TRUE(last(first) != last(second));
}

/// The largest resident set of any command so far, in bytes.
double peak_of_commands() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

// What is kept of a text is a part of it, and at most 64 bytes per byte of a line in flight. Files are written in small
// pieces: a command's resident set begins as that of the process that starts it.
TEST_F(Program, TokenisesLongTextsInLittleMemory) {
  if (!test::full_speed) GTEST_SKIP() << "sanitizers keep memory of their own";
  const auto peak = [&](const std::string& piece, int times, const std::string& options) {
    {
      std::ofstream file(folder_.path() / "text", std::ios::binary);
      for (int i = 0; i < times; ++i) file << piece;
    }
    const test::Result result = test::run(TANDEM_PROGRAM, "solve tokenize" + vocabulary() + "--print counts " +
                                                              options + "'" + (folder_.path() / "text").string() + "'");
    EXPECT_EQ(result.status, 0) << result.errors;
    return peak_of_commands();
  };
  const double small = peak("hello world\n", 200'000, "--sample ");
  EXPECT_LE(peak("hello world\n", 2'000'000, "--sample "), small + 4e6);
  EXPECT_LE(peak("h", 2'000'000, ""), small + 64 * 2e6);
  EXPECT_LE(peak("h", 2'000'000, "--sample "), small + 64 * 2e6);
  // Many samples of a line, each a token per byte of it.
  EXPECT_LE(peak("h", 2'000'000, "--sample --count 32 "), small + 64 * 2e6);
}

TEST_F(Program, TrainsAVocabularyThatTokenises) {
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += "the cat and the dog\n";
  const std::string text = write("text", bytes);
  const std::string out = (folder_.path() / "out.tsv").string();
  const test::Result result =
      test::run(TANDEM_PROGRAM, "train unigram --pieces 30 --text " + text + " --out '" + out + "'");
  EXPECT_EQ(result.status, 0) << result.errors;
  EXPECT_THAT(result.output, HasSubstr("bytes per token"));
  EXPECT_EQ(test::run(TANDEM_PROGRAM, "solve tokenize --vocab '" + out + "' " + text).status, 0);
  EXPECT_FALSE(std::filesystem::exists(out + ".partial"));
  expect_usage_error("train unigram --pieces 3 --text " + text + " --out '" + out + "'", "characters");
  expect_usage_error("train unigram --text /no/such --out x", "cannot be read");
  expect_usage_error("train unigram --text " + text + " --out /no/such/folder/x --pieces 30", "cannot write");
  expect_usage_error("train unigram --text " + text + " --out x --threads 0", "thread");
  expect_usage_error("train unigram --text " + text + " --out x --longest 0", "4 to 255");
}

TEST_F(Program, RefusesBadInput) {
  const std::string text = write("text", "hello");
  expect_usage_error("solve tokenize " + text, "--vocab");
  expect_usage_error("solve tokenize" + vocabulary(), "TEXT");
  expect_usage_error("solve tokenize --vocab /no/such " + text, "cannot be read");
  expect_usage_error("solve tokenize --vocab /tmp " + text, "cannot be read");
  expect_usage_error("solve tokenize" + vocabulary() + "/no/such", "cannot be read");
  expect_usage_error("solve tokenize" + vocabulary() + "/tmp", "cannot be read");
  expect_usage_error("solve tokenize --vocab " + write("bad", "x") + " " + text, "line 1");
  expect_usage_error("solve tokenize" + vocabulary() + "--alpha 1 " + text, "--sample");
  expect_usage_error("solve tokenize" + vocabulary() + "--sample --alpha -1 " + text, "alpha");
  expect_usage_error("solve tokenize" + vocabulary() + "--sample --alpha nan " + text, "alpha");
  expect_usage_error("solve tokenize" + vocabulary() + "--sample --count 0 " + text, "--count");
  expect_usage_error("solve tokenize" + vocabulary() + "--print x " + text, "--print");
  expect_usage_error("solve tokenize" + vocabulary() + "--sample --nbest 0 " + text, "--nbest");
  expect_usage_error("solve tokenize" + vocabulary() + "--sample --nbest 513 " + text, "--nbest");
  expect_usage_error("solve tokenize" + vocabulary() + "--nbest 3 " + text, "--sample");
  expect_usage_error("solve tokenize" + vocabulary() + "--continue 0 " + text, "--continue");
  expect_usage_error("solve tokenize" + vocabulary() + "--continue x " + text, "--continue");
  expect_usage_error("solve tokenize" + vocabulary() + "--continue 1 --sample " + text, "--sample");
  expect_usage_error("solve tokenize" + vocabulary() + "--continue 1 --print counts " + text, "--continue");
  expect_usage_error("solve tokenize" + vocabulary() + "--continue 1 /no/such", "cannot be read");
}

}  // namespace
}  // namespace tandem::unigram
