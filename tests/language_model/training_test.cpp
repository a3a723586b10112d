// Training of the language model: what the registry's agreement test does not say of the gradient, the optimizer
// against values worked out in double, the tokenizer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "impl/language_model/training/optimizer.hpp"
#include "impl/language_model/training/tokenizer.hpp"
#include "problems/language_model/training.hpp"
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

TrainingAnswer empty_answer() { return {.loss = NAN, .gradient = std::vector<float>(Layout(small).size, NAN)}; }

Execution openmp(int threads) { return {.threads = threads, .scheduler = Scheduler::openmp}; }

TEST(LanguageModelTraining, GivesTheSameBitsAtEveryThreadCountAndWithEveryScheduler) {
  const TrainingBatch batch = random_batch(small, 5, 71, 1);
  TrainingAnswer expected = empty_answer();
  training_eigen(batch, expected, {});
  for (const int threads : {1, 2, 3, 4, 7}) {
    for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
      TrainingAnswer answer = empty_answer();
      training_eigen(batch, answer, {.threads = threads, .scheduler = scheduler});
      EXPECT_EQ(answer.loss, expected.loss) << threads;
      EXPECT_EQ(answer.gradient, expected.gradient) << threads;
    }
  }
}

/// What the reference takes for the likeliest next token at every place of the first sequence.
std::vector<Token> best_tokens(const TrainingBatch& batch) {
  std::vector<double> logits((batch.length + 1) * small.vocabulary);
  reference(batch.model, std::span(batch.tokens).first(batch.length + 1), logits);
  std::vector<Token> best;
  for (std::size_t t = 0; t < batch.length; ++t) {
    const auto row = std::span(logits).subspan(t * small.vocabulary, small.vocabulary);
    best.push_back(static_cast<Token>(std::ranges::max_element(row) - row.begin()));
  }
  return best;
}

TEST(LanguageModelTraining, PredictionsAreThoseOfTheBatch) {
  const TrainingBatch batch = random_batch(small, 9, 33, 1);
  TrainingAnswer answer = empty_answer();
  training_eigen(batch, answer, {});
  const Predictions told = predictions(batch, openmp(2));
  ASSERT_EQ(told.losses.size(), 9 * 33);
  double sum = 0;
  for (const double loss : told.losses) sum += loss;
  EXPECT_NEAR(sum / (9 * 33), answer.loss, 1e-12);  // the same floats, added in double
  const std::vector<Token> best = best_tokens(batch);
  for (std::size_t t = 0; t < 33; ++t) EXPECT_EQ(told.hits[t], best[t] == batch.tokens[t + 1] ? 1 : 0) << t;
}

TEST(LanguageModelTraining, PredictionsOfWhatIsNotAskedForAreZero) {
  TrainingBatch batch = random_batch(small, 2, 33, 1);
  std::copy_n(batch.tokens.begin(), 34, batch.tokens.begin() + 34);
  batch.targets = best_tokens(batch);  // of the first sequence; of the second, which is the same, half of them
  for (std::size_t t = 0; t < 33; ++t) batch.targets.push_back(t % 2 == 0 ? batch.targets[t] : -1);
  const Predictions told = predictions(batch, {});
  for (std::size_t t = 0; t < 33; ++t) {
    EXPECT_EQ(told.hits[t], 1) << t;
    EXPECT_EQ(told.hits[33 + t], t % 2 == 0 ? 1 : 0) << t;
    EXPECT_EQ(told.losses[33 + t], t % 2 == 0 ? told.losses[t] : 0) << t;
  }
}

TEST(LanguageModelTraining, RefusesWhatDoesNotFit) {
  TrainingAnswer answer = empty_answer();
  const auto run = [&](const TrainingBatch& batch) { return refusal([&] { training_eigen(batch, answer, {}); }); };
  TrainingBatch batch = random_batch(small, 2, 3, 1);
  batch.tokens.pop_back();
  EXPECT_EQ(run(batch), "the batch has 7 tokens, not 8");
  batch = random_batch(small, 2, 3, 1);
  batch.tokens[5] = 300;
  EXPECT_EQ(run(batch), "token 300 is outside the vocabulary of 300");
  batch = random_batch(small, 2, 3, 1);
  batch.targets.assign(5, 1);
  EXPECT_EQ(run(batch), "there are 5 targets, not 6");
  batch.targets.assign(6, 300);
  EXPECT_EQ(run(batch), "target 300 is outside the vocabulary of 300");
  EXPECT_EQ(run(random_batch(small, 2, 0, 1)), "a loss needs at least two tokens");
  answer.gradient.pop_back();
  EXPECT_THAT(run(random_batch(small, 2, 3, 1)), testing::StartsWith("there is room for"));
}

TEST(LanguageModelOptimizer, LearningRateRisesAndFallsAsACosine) {
  const OptimizerOptions options{.learning_rate = 0.01, .final_share = 0.1, .warm_up = 10};
  EXPECT_DOUBLE_EQ(learning_rate(options, 0, 110), 0.001);
  EXPECT_DOUBLE_EQ(learning_rate(options, 9, 110), 0.01);
  EXPECT_DOUBLE_EQ(learning_rate(options, 59, 110), 0.0055);  // half way down
  EXPECT_DOUBLE_EQ(learning_rate(options, 109, 110), 0.001);
}

TEST(LanguageModelOptimizer, IsAdamWOfTheClippedGradient) {
  const OptimizerOptions options{.weight_decay = 0.5, .clip = 2, .beta1 = 0.8, .beta2 = 0.9};
  const Layout layout(small);
  const std::size_t decays[] = {layout.query, layout.up};
  const std::size_t stays[] = {layout.token_embedding, layout.attention_norm, layout.feed_forward_norm,
                               layout.final_norm};
  std::vector<float> parameters(layout.size, 0.25F);
  AdamW optimizer(small, options);
  // One number per tensor differs from 0; first a gradient of length 3 sqrt(6), cut to 2, then one that is short.
  std::vector<float> gradient(layout.size);
  for (int step = 0; step < 2; ++step) {
    for (const std::size_t i : decays) gradient[i] = step == 0 ? 3 : -0.5;
    for (const std::size_t i : stays) gradient[i] = step == 0 ? 3 : -0.5;
    optimizer.update(parameters, gradient, static_cast<std::size_t>(step), 0.1, openmp(3));
  }
  const double g1 = 2 / std::sqrt(6.0);
  const double g2 = -0.5;
  const double m2 = 0.8 * 0.2 * g1 + 0.2 * g2;
  const double v2 = 0.9 * 0.1 * g1 * g1 + 0.1 * g2 * g2;
  const double second = 0.1 * (m2 / (1 - 0.8 * 0.8)) / std::sqrt(v2 / (1 - 0.9 * 0.9));
  // The first step is the rate times the gradient's sign. Tolerance: ten roundings of numbers below 1.
  for (const std::size_t i : stays) EXPECT_NEAR(parameters[i], 0.25 - 0.1 - second, 6e-7) << i;
  for (const std::size_t i : decays) {
    const double after_first = 0.25 - 0.1 - 0.1 * 0.5 * 0.25;
    EXPECT_NEAR(parameters[i], after_first - second - 0.1 * 0.5 * after_first, 6e-7) << i;
  }
  EXPECT_NEAR(parameters[layout.query + 1], 0.25 * 0.95 * 0.95, 6e-7) << "decays without a gradient";
  EXPECT_EQ(parameters[layout.token_embedding + 1], 0.25F);
}

TEST(LanguageModelTokenizer, LearnsTheMostFrequentNeighbours) {
  const Tokenizer tokenizer = train_tokenizer("lower lower low\nlow low ab", 259 + 14);
  const std::vector<std::string> learnt(tokenizer.pieces.begin() + 259, tokenizer.pieces.end());
  // lo (5), low, " low" and then er (2), " lower"; every neighbour is counted once per word.
  EXPECT_THAT(std::vector<std::string>(learnt.begin(), learnt.begin() + 3), testing::ElementsAre(" l", " lo", " low"));
  EXPECT_THAT(learnt, testing::IsSupersetOf({"l", "o", "w", "e", "r", " "}));
  EXPECT_EQ(tokenizer.pieces[3 + 0xAF], "<0xAF>");
  for (std::size_t i = 259; i < tokenizer.vocabulary(); ++i) {
    EXPECT_EQ(tokenizer.scores[i], -static_cast<float>(i - 258));
    EXPECT_THAT(tokenizer.pieces[i].substr(1), testing::Not(testing::HasSubstr(" "))) << "a piece beyond a word";
  }
}

TEST(LanguageModelTokenizer, NoPieceGoesAcrossARareCharacter) {
  // Room for three characters: x, y and z are none of them, and what stands on either side are no neighbours.
  const Tokenizer tokenizer = train_tokenizer("axb ayb azb", 259 + 6);
  const std::vector<std::string> learnt(tokenizer.pieces.begin() + 259, tokenizer.pieces.end());
  EXPECT_THAT(learnt, testing::UnorderedElementsAre(" a", " ", "a", "b"));
}

TEST(LanguageModelTokenizer, PiecesDifferAndASmallTextGivesFewer) {
  const Tokenizer tokenizer = train_tokenizer("a rose is a rose is a rose", 1000);
  EXPECT_LT(tokenizer.vocabulary(), 300);
  EXPECT_EQ(std::set<std::string>(tokenizer.pieces.begin(), tokenizer.pieces.end()).size(), tokenizer.vocabulary());
  EXPECT_EQ(tokenizer.pieces.size(), tokenizer.scores.size());
  EXPECT_EQ(refusal([] { train_tokenizer("a", 259); }),
            "a vocabulary of 259 has no room for pieces: the bytes alone are 259");
}

}  // namespace
}  // namespace tandem::language_model
