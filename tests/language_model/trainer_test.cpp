// The trainer: the windows of its text, that it learns, that an interrupted training ends as one that was not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "impl/language_model/training/tokenizer.hpp"
#include "impl/language_model/training/trainer.hpp"
#include "tests/support/command.hpp"
#include "tests/support/refusal.hpp"

namespace tandem::language_model {
namespace {

using test::refusal;

Execution openmp(int threads) { return {.threads = threads, .scheduler = Scheduler::openmp}; }

/// Lines that a model can learn.
std::string verses(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "and the " + std::to_string(i * i % 17) + " sons of the house went out\n";
  }
  return text;
}

TrainerOptions options_for(const Encoder& encoder) {
  return {.shape = {.dim = 24,
                    .hidden_dim = 40,
                    .layers = 2,
                    .heads = 4,
                    .kv_heads = 2,
                    .vocabulary = encoder.tokenizer().vocabulary(),
                    .max_length = 32,
                    .shared_classifier = true},
          .optimizer = {.learning_rate = 5e-3, .warm_up = 5},
          .steps = 60,
          .sequences = 3,
          .seed = 7};
}

TEST(LanguageModelText, IsCutBehindALine) {
  const std::string text = "one\ntwo\nthree\nfour\n";
  EXPECT_EQ(split_text(text, 0.3), std::make_pair(std::string_view("one\ntwo\nthree\n"), std::string_view("four\n")));
  EXPECT_EQ(split_text("one", 0.3).second, "");
}

TEST(LanguageModelText, NoTextIsRefused) {
  const Encoder encoder(train_tokenizer(verses(30), 300));
  EXPECT_THAT(refusal([&] { return TrainingText("", encoder); }), testing::HasSubstr("there is no text"));
}

TEST(LanguageModelText, WindowsOfAnEpochCoverItAndEpochsDiffer) {
  const std::string text = verses(200);
  const Encoder encoder(train_tokenizer(text, 300));
  const TrainingText training(text, encoder);
  constexpr std::size_t length = 40;
  const auto starts = training.window_starts(length, 5, 0);
  std::size_t tokens = 0;
  for (const std::size_t start : starts) {
    const auto window = training.window(start, length + 1);
    EXPECT_EQ(window.size(), length + 1);
    EXPECT_EQ(window[0], begin_token);
    tokens += length;
  }
  EXPECT_GE(tokens, training.token_count());
  EXPECT_LE(tokens, 2 * training.token_count()) << "a window begins where the last one ends, not at every line";
  EXPECT_EQ(starts, training.window_starts(length, 5, 0));
  EXPECT_NE(starts, training.window_starts(length, 5, 1));
  EXPECT_NE(starts, training.window_starts(length, 6, 0));
}

TEST(LanguageModelText, AModelThatKnowsNothingPaysForEveryToken) {
  const std::string text = verses(30);
  const Encoder encoder(train_tokenizer(text, 300));
  const TrainingText held_out(text, encoder);
  Model<float> model{.shape = options_for(encoder).shape, .parameters = {}};
  model.parameters.assign(Layout(model.shape).size, 0.0F);
  const double expected = std::log2(static_cast<double>(model.shape.vocabulary)) *
                          static_cast<double>(held_out.stream().size()) / static_cast<double>(text.size());
  for (const std::size_t length : {1, 7, 32, 10000}) {
    EXPECT_NEAR(bits_per_byte(model, held_out, length, 1000000, {}), expected, 1e-6 * expected) << length;
  }
  EXPECT_NEAR(bits_per_byte(model, held_out, 32, 3, {}), expected, 1e-6 * expected);
}

class LanguageModelTrainer : public testing::Test {
 protected:
  Trainer make() const { return Trainer(options, TrainingText(text, encoder)); }

  const test::TemporaryFolder folder;
  const std::filesystem::path checkpoint = folder.path() / "checkpoint.bin";
  const std::string text = verses(150);
  const Encoder encoder{train_tokenizer(text, 300)};
  TrainerOptions options = options_for(encoder);
};

// Records of trainings name a seed, and mean these numbers.
TEST_F(LanguageModelTrainer, BeginsWithTheSameNumbersInEveryVersion) {
  const Trainer trainer = make();
  EXPECT_NEAR(trainer.model().parameters[0], 0.0963124216, 1e-7);
  EXPECT_NEAR(trainer.model().parameters[1], 0.128039019, 1e-7);
  EXPECT_NEAR(trainer.model().parameters[1000], -0.0686462242, 1e-7);
}

TEST_F(LanguageModelTrainer, Learns) {
  Trainer trainer = make();
  const double first = trainer.step({});
  EXPECT_NEAR(first, std::log(static_cast<double>(options.shape.vocabulary)), 0.7);  // it begins by knowing nothing
  double last = 0;
  while (trainer.steps_done() < options.steps) last = trainer.step(openmp(2));
  EXPECT_LT(last, first / 3);
}

TEST_F(LanguageModelTrainer, APointOfTheCurveIsTheMeanLossSinceTheLast) {
  const TrainingText held_out("the sons of the house\n", encoder);
  Trainer trainer = make();
  for (const int steps : {4, 3}) {
    double sum = 0;
    for (int step = 0; step < steps; ++step) sum += trainer.step({});
    trainer.measure(held_out, {});
    EXPECT_DOUBLE_EQ(trainer.curve().back().training_loss, sum / steps);
  }
}

TEST_F(LanguageModelTrainer, AnInterruptedTrainingEndsAsAnother) {
  const TrainingText held_out("the sons of the house\n", encoder);
  options.steps = 40;  // more than one epoch
  Trainer whole = make();
  Trainer first = make();
  for (std::size_t step = 0; step < 40; ++step) {
    whole.step({});
    if (step % 10 == 9) whole.measure(held_out, {});
    if (step >= 23) continue;
    first.step(openmp(3));
    if (step % 10 == 9) first.measure(held_out, {});
  }
  first.save(checkpoint);
  Trainer second = make();
  while (second.steps_done() < 40) second.step({});  // what was there before, and its epoch, is forgotten
  second.load(checkpoint);
  EXPECT_EQ(second.steps_done(), 23);
  for (std::size_t step = 23; step < 40; ++step) {
    second.step(openmp(2));
    if (step % 10 == 9) second.measure(held_out, {});
  }
  EXPECT_EQ(second.model().parameters, whole.model().parameters);
  ASSERT_EQ(second.curve().size(), whole.curve().size());
  for (std::size_t i = 0; i < whole.curve().size(); ++i) {
    EXPECT_EQ(second.curve()[i].step, whole.curve()[i].step);
    EXPECT_EQ(second.curve()[i].training_loss, whole.curve()[i].training_loss);
    EXPECT_EQ(second.curve()[i].held_out_bits_per_byte, whole.curve()[i].held_out_bits_per_byte);
  }
}

TEST_F(LanguageModelTrainer, RefusesACheckpointThatIsNotItsOwn) {
  Trainer trainer = make();
  trainer.step({});
  trainer.save(checkpoint);
  const auto message = [&](Trainer other) { return refusal([&] { other.load(checkpoint); }); };
  EXPECT_EQ(message(make()), "accepted");
  options.seed = 8;
  EXPECT_THAT(message(make()), testing::HasSubstr("is of a training with other options or another text"));
  options.seed = 7;
  options.shape.variation.scaling.base = 128;
  EXPECT_THAT(message(make()), testing::HasSubstr("is of a training with other options or another text"));
  options.shape.variation = {};
  EXPECT_THAT(message(Trainer(options, TrainingText(verses(149), encoder))), testing::HasSubstr("another text"));
  std::filesystem::resize_file(checkpoint, std::filesystem::file_size(checkpoint) - 1);
  EXPECT_THAT(message(make()), testing::HasSubstr("ends too early, at byte "));
  std::filesystem::resize_file(checkpoint, 3);
  EXPECT_THAT(message(make()), testing::HasSubstr("ends too early, at byte 0"));
  std::filesystem::remove(checkpoint);
  EXPECT_THAT(message(make()), testing::HasSubstr("cannot be read: No such file or directory"));
}

TEST_F(LanguageModelTrainer, SaysThatATrainingHasDiverged) {
  Trainer trainer = make();
  trainer.save(checkpoint);
  // Of the three lists of as many numbers at the end the first are the parameters: now finite, but far too large.
  const std::size_t count = trainer.model().parameters.size();
  const std::vector<float> huge(count, 1e30F);
  std::fstream file(checkpoint, std::ios::in | std::ios::out | std::ios::binary);
  const auto size = static_cast<std::streamoff>(std::filesystem::file_size(checkpoint));
  const auto lists = static_cast<std::streamoff>(3 * (sizeof(std::uint64_t) + count * sizeof(float)));
  file.seekp(size - lists + static_cast<std::streamoff>(sizeof(std::uint64_t)));
  file.write(reinterpret_cast<const char*>(huge.data()), static_cast<std::streamsize>(count * sizeof(float)));
  file.close();
  trainer.load(checkpoint);
  EXPECT_THROW(trainer.step({}), std::runtime_error);
}

TEST_F(LanguageModelTrainer, RefusesOptionsThatAreNotPossible) {
  options.shape.heads = 5;
  EXPECT_THAT(refusal([&] { make(); }), testing::HasSubstr("5 heads must divide"));
  options = options_for(encoder);
  options.steps = 0;
  EXPECT_EQ(refusal([&] { make(); }), "training takes at least one step of at least one sequence");
  options = options_for(encoder);
  for (const double rate : {static_cast<double>(NAN), 0.0, -0.5, 1.0}) {
    options.optimizer.learning_rate = rate;
    EXPECT_EQ(refusal([&] { make(); }), "the learning rate must lie between 0 and 1") << rate;
  }
}

}  // namespace
}  // namespace tandem::language_model
