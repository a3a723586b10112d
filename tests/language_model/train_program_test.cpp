// The verb `tandem train language_model`, from a text to files that can be loaded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "impl/language_model/language_model.hpp"
#include "tests/support/command.hpp"

namespace tandem {
namespace {

using test::read_file;

class TrainLanguageModel : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream text(folder.path() / "text");
    for (int i = 0; i < 200; ++i) text << "and the " << i * i % 17 << " sons of the house went out\n";
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  test::Result train(const std::string& out, const std::string& options) const {
    return test::run(TANDEM_PROGRAM, "train language_model --text '" + path("text") + "' --out '" + path(out) +
                                         "' --dim 16 --hidden 24 --layers 1 --heads 2 --kv-heads 1 --length 32 "
                                         "--vocabulary 300 --steps 6 --sequences 2 " +
                                         options);
  }

  const test::TemporaryFolder folder;
};

TEST_F(TrainLanguageModel, GivesTheSameFilesAtEveryThreadCount) {
  const auto one = train("one", "--threads 1");
  ASSERT_EQ(one.status, 0) << one.errors;
  EXPECT_THAT(one.output, testing::HasSubstr("bits per byte"));
  EXPECT_EQ(train("three", "--threads 3").output, one.output);
  for (const char* name : {"/model.bin", "/tokenizer.bin", "/loss.csv", "/checkpoint.bin"}) {
    EXPECT_EQ(read_file(path("one") + name), read_file(path("three") + name)) << name;
    EXPECT_FALSE(read_file(path("one") + name).empty()) << name;
  }
  const auto model = language_model::load_model(path("one") + "/model.bin");
  const auto tokenizer = language_model::load_tokenizer(path("one") + "/tokenizer.bin");
  EXPECT_EQ(model.shape.vocabulary, tokenizer.vocabulary());
  EXPECT_EQ(model.shape.max_length, 32);
  EXPECT_THAT(read_file(path("one") + "/loss.csv"),
              testing::StartsWith("step,tokens,learning_rate,training_loss,held_out_bits_per_byte\n0,0,0,,"));
}

TEST_F(TrainLanguageModel, GoesOnOnlyWhereItIsTold) {
  ASSERT_EQ(train("out", "").status, 0);
  const auto again = train("out", "");
  EXPECT_EQ(again.status, 2);
  EXPECT_THAT(again.errors, testing::HasSubstr("holds a training: go on with --resume, or remove it"));
  const std::string model = read_file(path("out") + "/model.bin");
  EXPECT_EQ(train("out", "--resume").status, 0);  // nothing is left to do
  EXPECT_EQ(read_file(path("out") + "/model.bin"), model);
  const auto other = train("out", "--resume --seed 2");
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.errors, testing::HasSubstr("other options or another text"));
}

TEST_F(TrainLanguageModel, RefusesWithASentence) {
  int cases = 0;
  const auto expect_refusal = [&](const std::string& options, const std::string& sentence) {
    const auto result = test::run(TANDEM_PROGRAM, "train language_model --text '" + path("text") + "' --out '" +
                                                      path("bad" + std::to_string(cases++)) + "' " + options);
    EXPECT_EQ(result.status, 2) << options;
    EXPECT_THAT(result.errors, testing::HasSubstr(sentence)) << options;
  };
  expect_refusal("--heads 3", "heads must divide");
  expect_refusal("--vocabulary 100", "has no room for pieces");
  expect_refusal("--steps 0", "at least one step");
  expect_refusal("--threads 0", "at least one thread");
  expect_refusal("--held-out 1", "held-out share");
  expect_refusal("--learning-rate -1", "learning rate");
  expect_refusal("--resume", "tokenizer.bin");
  EXPECT_EQ(test::run(TANDEM_PROGRAM, "train language_model --text /no/such/file --out '" + path("bad") + "'").status,
            2);
}

}  // namespace
}  // namespace tandem
