// Models that differ from llama's attention, batches that are drawn, and tasks. Their gradients are tested by
// loss_test.cpp, against finite differences, and by the registry's agreement test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "impl/language_model/training/trainer.hpp"
#include "problems/language_model/models.hpp"
#include "problems/language_model/tasks.hpp"
#include "tests/support/command.hpp"
#include "tests/support/refusal.hpp"

namespace tandem::language_model {
namespace {

using test::refusal;

const Shape small{.dim = 24,
                  .hidden_dim = 40,
                  .layers = 2,
                  .heads = 4,
                  .kv_heads = 2,
                  .vocabulary = 300,
                  .max_length = 32,
                  .shared_classifier = true};

Execution openmp(int threads) { return {.threads = threads, .scheduler = Scheduler::openmp}; }

TEST(LanguageModelVariation, RefusesVariationsThatDoNotFit) {
  const auto with = [](const Variation& variation) {
    Shape shape = small;
    shape.variation = variation;
    return refusal([&] { require_valid(shape); });
  };
  EXPECT_EQ(with({.query_bias = true, .key_bias = true}), "accepted");
  EXPECT_THAT(with({.query_bias = true, .key_bias = true, .tied_bias = true}),
              testing::StartsWith("a tied bias takes a query bias"));
  EXPECT_THAT(with({.decay = 0}), testing::StartsWith("the decay of the scores"));
  EXPECT_THAT(with({.decay = NAN}), testing::StartsWith("the decay of the scores"));
  EXPECT_THAT(with({.scaling = {.base = 1}}), testing::StartsWith("the base of the log n scale"));
}

TEST(LanguageModelVariation, DecoderAndFilesRefuseVariations) {
  Shape shape = small;
  shape.variation.query_bias = true;
  const Model<float> model = random_model(shape, 1);
  EXPECT_EQ(refusal([&] { PackedModel{model}; }),
            "the decoder knows llama's attention alone, and the model has another");
  const test::TemporaryFolder folder;
  EXPECT_THAT(refusal([&] { save_model(model, folder.path() / "model.bin"); }),
              testing::StartsWith("the file format knows"));
}

/// Batches of counting tokens, the odd ones half as long.
void count_on(std::size_t step, TrainingBatch& batch) {
  batch.length = step % 2 == 0 ? small.max_length : small.max_length / 2;
  batch.tokens.clear();
  for (std::size_t i = 0; i < batch.sequences * (batch.length + 1); ++i) {
    batch.tokens.push_back(static_cast<Token>((i + step) % 7));
  }
}

TEST(LanguageModelVariation, OfDrawnBatchesIsTheSameAtEveryThreadCount) {
  const TrainerOptions options{.shape = small, .optimizer = {}, .steps = 6, .sequences = 5, .seed = 3};
  const Model<float> one = train(options, count_on, {});
  EXPECT_EQ(train(options, count_on, openmp(3)).parameters, one.parameters);
  EXPECT_EQ(train(options, count_on, {.threads = 4, .scheduler = Scheduler::one_tbb}).parameters, one.parameters);
  TrainerOptions other = options;
  other.seed = 4;
  EXPECT_NE(train(other, count_on, {}).parameters, one.parameters);
  other.steps = 0;
  EXPECT_THAT(refusal([&] { train(other, count_on, {}); }), testing::StartsWith("training takes at least one step"));
}

/// What a comparison of variations needs: they begin with the same numbers, the biases with 0.
TEST(LanguageModelVariation, VariationsBeginWithTheSameNumbers) {
  TrainerOptions options{
      .shape = small, .optimizer = {.learning_rate = 1e-30, .weight_decay = 0}, .steps = 1, .sequences = 1};
  const std::vector<float> plain = train(options, count_on, {}).parameters;
  options.shape.variation = {.post_norm = true, .query_bias = true, .key_bias = true, .value_bias = true};
  const std::vector<float> varied = train(options, count_on, {}).parameters;
  ASSERT_EQ(varied.size(), plain.size() + small.layers * (small.dim + 2 * small.kv_dim()));
  EXPECT_TRUE(std::equal(plain.begin(), plain.end(), varied.begin()));
  for (std::size_t i = plain.size(); i < varied.size(); ++i) EXPECT_NEAR(varied[i], 0, 1e-29) << i;
}

TEST(LanguageModelTasks, HaveTheAnswersThatTheirTokensSay) {
  TrainingBatch batch{.model = {}, .sequences = 20, .tokens = {}};
  for (const std::size_t length : {16, 64, 1024}) {
    fill(Task::retrieval, 1, 0, length, batch);
    ASSERT_EQ(batch.tokens.size(), 20 * (length + 1));
    ASSERT_EQ(batch.targets.size(), 20 * length);
    for (std::size_t i = 0; i < 20; ++i) {
      const Token* tokens = &batch.tokens[i * (length + 1)];
      const Token* targets = &batch.targets[i * length];
      for (std::size_t t = 0; t < length; ++t) {
        ASSERT_EQ(targets[t] >= 0, t >= length - asked_positions);
        if (targets[t] < 0) continue;
        int found = 0;  // pairs of the asked key: 16 + 8 key + value; the key is 80 + key, the answer 88 + value
        for (std::size_t s = 0; s < length - asked_positions; ++s) {
          if (tokens[s] < 16 || (tokens[s] - 16) / 8 != tokens[t] - 80) continue;
          EXPECT_EQ((tokens[s] - 16) % 8, targets[t] - 88);
          ++found;
        }
        ASSERT_EQ(found, 1);
      }
    }
    fill(Task::maximum, 1, 0, length, batch);
    for (std::size_t i = 0; i < 20; ++i) {
      const auto begin = batch.tokens.begin() + static_cast<std::ptrdiff_t>(i * (length + 1));
      const auto end = begin + static_cast<std::ptrdiff_t>(length);
      const Token largest = *std::max_element(begin, end);
      EXPECT_EQ(std::count(begin, end, largest), 1);
      EXPECT_EQ(batch.targets[(i + 1) * length - 1], largest);
      EXPECT_EQ(batch.targets[(i + 1) * length - 9], -1);
    }
  }
}

TEST(LanguageModelTasks, AverageCostsItsEntropyAndNumbersDependOnNothingElse) {
  constexpr std::size_t length = 512;
  TrainingBatch batch{.model = {}, .sequences = 200, .tokens = {}};
  const double cost = fill(Task::average, 1, 0, length, batch) / (200 * asked_positions);
  for (std::size_t t = 0; t < length; ++t) ASSERT_EQ(batch.targets[t], batch.tokens[t + 1]);
  // Of shares that are uniform among all: digamma(9) - digamma(2), the sum of 1/k for k = 2 to 8, is 1.718. The mean of
  // 200 entropies, each of a deviation of 0.2, and of 1,600 draws of one of some 1, is within 0.12 of it.
  EXPECT_NEAR(cost, 1.718, 0.12);
  const std::vector<Token> all = batch.tokens;
  batch.sequences = 50;
  EXPECT_EQ(fill(Task::retrieval, 1, 0, length, batch), 0);
  fill(Task::average, 1, 150, length, batch);
  EXPECT_TRUE(std::equal(batch.tokens.begin(), batch.tokens.end(), all.end() - 50 * (length + 1)));
}

}  // namespace
}  // namespace tandem::language_model
