// Inference of the language model: a case worked out by hand, the same bits by every way through the Decoder, and what
// is refused. Agreement with the definition on random problems is tested for all methods over the registry.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "impl/language_model/language_model.hpp"
#include "problems/language_model/logits.hpp"
#include "problems/language_model/models.hpp"
#include "problems/support/data.hpp"
#include "tests/support/refusal.hpp"

namespace tandem::language_model {
namespace {

using test::refusal;

using testing::HasSubstr;

std::vector<Token> tokens_of(const Shape& shape, std::size_t count, std::uint64_t seed) {
  return random_tokens(count, shape.vocabulary, seed, 0);
}

std::vector<float> prompt_logits(Decoder& decoder, std::size_t sequence, std::span<const Token> tokens) {
  std::vector<float> logits(tokens.size() * decoder.shape().vocabulary);
  decoder.prefill(sequence, tokens, logits);
  return logits;
}

// Width 2, one head, weights that are multiples of the identity: every step can be followed with a pocket calculator.
Model<float> tiny_model() {
  const Shape shape{2, 1, 1, 1, 1, 3, 8, true};
  const Layout layout(shape);
  Model<float> model{shape, std::vector<float>(layout.size)};
  const auto put = [&](std::size_t begin, std::vector<float> numbers) {
    std::ranges::copy(numbers, model.parameters.begin() + static_cast<std::ptrdiff_t>(begin));
  };
  put(layout.token_embedding, {1, 0, 0, 1, 1, 1});
  put(layout.attention_norm, {1, 1});
  put(layout.query, {1, 0, 0, 1});
  put(layout.key, {1, 0, 0, 1});
  put(layout.value, {1, 0, 0, 1});
  put(layout.output, {2, 0, 0, 2});
  put(layout.feed_forward_norm, {1, 1});
  put(layout.gate, {1, 0});
  put(layout.up, {0, 1});
  put(layout.down, {1, -1});
  put(layout.final_norm, {1, 2});
  return model;
}

// Tokens 0, 1. Root 2 is the norm factor of (1, 0) and (0, 1), but for the epsilon: f = 1 / sqrt(1/2 + 1e-5).
//   position 0: a = (f, 0), attends to itself: h = (1 + 2f, 0); b = (g, 0), g = norm of h; up = 0: nothing is added.
//   position 1: a = (0, f); q, k turned by one radian: k_1 = f (-sin 1, cos 1) = q_1, and k_0 = (f, 0).
//     scores: q_1 k_0 / sqrt 2 = -f^2 sin 1 / sqrt 2, q_1 k_1 / sqrt 2 = f^2 / sqrt 2; weights p_0, p_1 by softmax.
//     h = (2 f p_0, 1 + 2 f p_1); b = h g; then + silu(b_0) b_1 (1, -1).
std::vector<double> tiny_logits() {
  const double f = 1 / std::sqrt(0.5 + 1e-5);
  const auto logits = [](double x, double y) {
    const double g = 1 / std::sqrt((x * x + y * y) / 2 + 1e-5);
    return std::vector{x * g, 2 * y * g, x * g + 2 * y * g};
  };
  std::vector<double> expected = logits(1 + 2 * f, 0);
  const double odds = std::exp(f * f / std::sqrt(2.0) * (1 + std::sin(1.0)));
  double x = 2 * f / (1 + odds);
  double y = 1 + 2 * f * odds / (1 + odds);
  const double g = 1 / std::sqrt((x * x + y * y) / 2 + 1e-5);
  const double hidden = x * g / (1 + std::exp(-x * g)) * y * g;
  x += hidden;
  y -= hidden;
  for (const double logit : logits(x, y)) expected.push_back(logit);
  return expected;
}

TEST(LanguageModelByHand, ReferenceGivesTheLogits) {
  const std::vector<Token> tokens{0, 1};
  std::vector<double> logits(6);
  reference(tiny_model(), std::span<const Token>(tokens), logits);
  const std::vector<double> expected = tiny_logits();
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(logits[i], expected[i], 1e-13) << i;
}

TEST(LanguageModelByHand, DecoderGivesTheLogits) {
  Decoder decoder{PackedModel(tiny_model())};
  const std::vector<Token> tokens{0, 1};
  const std::vector<float> logits = prompt_logits(decoder, 0, tokens);
  const std::vector<double> expected = tiny_logits();
  // About 30 roundings of numbers below 4: 30 x 4 x 2^-24 = 7e-6.
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(logits[i], expected[i], 7e-6) << i;
}

/// Every instruction set of this machine; what follows holds bit by bit on each.
class OnEveryTarget : public testing::TestWithParam<std::string> {
 private:
  suite::PinnedSimdTarget pinned_{suite::simd_target_named(GetParam()).id};
};

constexpr Scheduler schedulers[] = {Scheduler::sequential, Scheduler::openmp, Scheduler::one_tbb};

TEST_P(OnEveryTarget, PromptInPartsAndStepsGiveTheSameBits) {
  for (const std::uint64_t seed : {0, 1, 2}) {
    const Shape shape = awkward_shape(seed);
    const PackedModel model(random_model(shape, seed));
    const std::vector<Token> tokens = tokens_of(shape, 300, seed);
    Decoder whole(model);
    const std::vector<float> expected = prompt_logits(whole, 0, tokens);
    for (const std::size_t part : {1, 2, 7, 127, 128, 129, 299}) {
      Decoder decoder(model);
      std::vector<float> logits;
      for (std::size_t begin = 0; begin < tokens.size(); begin += part) {
        const auto some = std::span(tokens).subspan(begin, std::min(part, tokens.size() - begin));
        const std::vector<float> more = prompt_logits(decoder, 0, some);
        logits.insert(logits.end(), more.begin(), more.end());
      }
      ASSERT_EQ(logits, expected) << "parts of " << part << ", shape " << seed;
      EXPECT_EQ(decoder.length(0), tokens.size());
    }
  }
}

TEST_P(OnEveryTarget, ThreadsAndSchedulersGiveTheSameBits) {
  const Shape shape = awkward_shape(1);
  const PackedModel model(random_model(shape, 3));
  const std::vector<Token> tokens = tokens_of(shape, 150, 4);
  Decoder alone(model);
  const std::vector<float> expected = prompt_logits(alone, 0, tokens);
  for (const Scheduler scheduler : schedulers) {
    for (int threads = 1; threads <= 4; ++threads) {
      Decoder decoder(model, 1, {.threads = threads, .scheduler = scheduler});
      ASSERT_EQ(prompt_logits(decoder, 0, tokens), expected) << threads << " threads";
    }
  }
}

TEST_P(OnEveryTarget, BatchGivesTheBitsOfEachSequenceAlone) {
  const Shape shape = awkward_shape(2);
  const PackedModel model(random_model(shape, 5));
  constexpr std::size_t count = 29;  // more than two blocks' worth at four threads, and no multiple of a tile
  std::vector<std::vector<Token>> prompts;
  std::vector<Token> next;
  for (std::size_t s = 0; s < count; ++s) {
    prompts.push_back(tokens_of(shape, s % 5 == 4 ? 0 : s * 3 % 40 + 1, 6 + s));
    next.push_back(static_cast<Token>(s % shape.vocabulary));
  }
  std::vector<float> after_prompt;
  std::vector<float> after_step;
  for (std::size_t s = 0; s < count; ++s) {
    Decoder alone(model);
    std::vector<float> logits(shape.vocabulary);
    alone.prefill(0, prompts[s], logits);
    after_prompt.insert(after_prompt.end(), logits.begin(), logits.end());
    alone.step(std::span(next).subspan(s, 1), logits);
    after_step.insert(after_step.end(), logits.begin(), logits.end());
  }
  for (const Scheduler scheduler : schedulers) {
    for (int threads = 1; threads <= 4; ++threads) {
      Decoder decoder(model, count, {.threads = threads, .scheduler = scheduler});
      std::vector<float> logits(count * shape.vocabulary, std::nanf(""));
      decoder.prefill(prompts, logits);
      ASSERT_EQ(logits, after_prompt) << threads << " threads";
      decoder.step(next, logits);
      ASSERT_EQ(logits, after_step) << threads << " threads";
    }
  }
}

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const suite::SimdTarget& target : suite::simd_targets()) names.push_back(target.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(LanguageModel, OnEveryTarget, testing::ValuesIn(target_names()),
                         [](const auto& name) { return name.param; });

TEST(Decoder, TruncatesAndCopies) {
  const Shape shape = awkward_shape(0);
  Decoder decoder{PackedModel(random_model(shape, 1)), 2};
  const std::vector<Token> tokens = tokens_of(shape, 70, 2);
  const std::vector<float> expected = prompt_logits(decoder, 0, tokens);
  decoder.truncate(0, 30);
  decoder.copy(0, 1);
  for (const std::size_t sequence : {0, 1}) {
    EXPECT_EQ(decoder.length(sequence), 30U);
    const std::vector<float> logits = prompt_logits(decoder, sequence, std::span(tokens).subspan(30));
    EXPECT_TRUE(std::equal(logits.begin(), logits.end(), expected.begin() + 30 * static_cast<long>(shape.vocabulary)));
  }
  decoder.truncate(1, 0);
  EXPECT_EQ(prompt_logits(decoder, 1, tokens), expected);
  EXPECT_GE(decoder.cache_bytes(), 2 * 70 * 2 * shape.kv_dim() * shape.layers * sizeof(float));
}

TEST(Decoder, GoesBeyondTheTrainedLength) {
  const Shape shape{8, 8, 1, 2, 1, 11, /*max_length=*/2, true};
  const Model<float> model = random_model(shape, 1);
  const std::vector<Token> tokens = tokens_of(shape, 300, 1);
  Decoder decoder{PackedModel(model)};
  const std::vector<float> actual = prompt_logits(decoder, 0, tokens);
  std::vector<double> expected(300 * shape.vocabulary);
  reference(model, std::span<const Token>(tokens), expected);
  for (std::size_t i = 0; i < actual.size(); i += shape.vocabulary) {
    EXPECT_LE(logit_error(&expected[i], &actual[i], shape.vocabulary), logit_tolerance(shape)) << i;
  }
}

TEST(Decoder, RefusesAndStaysAsItWas) {
  const Shape shape = awkward_shape(0);  // 5 tokens
  Decoder decoder{PackedModel(random_model(shape, 1)), 2};
  std::vector<float> one(5);
  std::vector<float> two(10);
  const std::vector<Token> tokens{0, 4};
  EXPECT_EQ(refusal([&] { decoder.prefill(2, tokens, one); }), "there is no sequence 2 among 2");
  EXPECT_EQ(refusal([&] {
              decoder.prefill(0, std::vector<Token>{0, 5}, one);
            }),
            "token 5 is outside the vocabulary of 5");
  EXPECT_EQ(refusal([&] { decoder.step(std::vector<Token>{-1, 0}, two); }), "token -1 is outside the vocabulary of 5");
  EXPECT_EQ(refusal([&] { decoder.step(tokens, one); }), "there is room for 5 logits, not 2 x 5");
  EXPECT_EQ(refusal([&] { decoder.step(std::vector<Token>{1}, two); }), "there are 1 tokens for 2 sequences");
  EXPECT_EQ(refusal([&] { decoder.truncate(1, 1); }), "a sequence of 0 tokens has no first 1");
  EXPECT_EQ(refusal([&] { decoder.copy(0, 2); }), "there is no sequence 2 among 2");
  EXPECT_EQ(decoder.length(0), 0U);
  one.assign(5, std::nanf(""));
  decoder.prefill(0, {}, one);
  EXPECT_THAT(one, testing::Each(0.0F));
}

TEST(Shape, RefusesWhatIsNotPossible) {
  const auto refused = [](Shape shape) { return refusal([&] { require_valid(shape); }); };
  EXPECT_EQ(refused({8, 8, 1, 2, 1, 4, 4}), "accepted");
  EXPECT_THAT(refused({0, 8, 1, 2, 1, 4, 4}), HasSubstr("from 1 to"));
  EXPECT_THAT(refused({8, 8, 1, 3, 1, 4, 4}), HasSubstr("must divide the width"));
  EXPECT_THAT(refused({6, 8, 1, 2, 1, 4, 4}), HasSubstr("even head size"));
  EXPECT_THAT(refused({8, 8, 1, 4, 3, 4, 4}), HasSubstr("key heads must divide"));
  EXPECT_THAT(refused({1 << 30, 1 << 30, 1 << 30, 1, 1, 1 << 30, 1 << 30}), HasSubstr("2^40 parameters"));
  Model<float> model = random_model({8, 8, 1, 2, 1, 4, 4}, 1);
  model.parameters.pop_back();
  EXPECT_THAT(refusal([&] { PackedModel packed(model); }), HasSubstr("its shape asks for"));
}

// The text that github.com/karpathy/llama2.c publishes for this model in doc/stories260K.md, greedy.
TEST(Stories260K, TellsThePublishedStory) {
  const auto model = problems::optional_data("stories260K.bin");
  const auto tokenizer = problems::optional_data("tok512.bin");
  if (!model || !tokenizer) {
    GTEST_SKIP()
        << "*** NOT TESTED: stories260K.bin and tok512.bin are neither in TANDEM_DATA nor in ../shared/data ***";
  }
  const Encoder encoder(load_tokenizer(*tokenizer));
  Decoder decoder{PackedModel(load_model(*model))};
  std::vector<Token> tokens = encoder.encode("Once upon a time");
  EXPECT_THAT(tokens, testing::ElementsAre(1, 403, 407, 261, 378));
  std::vector<float> logits(decoder.shape().vocabulary);
  decoder.prefill(0, tokens, logits);
  for (int step = 0; step < 110; ++step) {
    tokens.push_back(static_cast<Token>(std::ranges::max_element(logits) - logits.begin()));
    decoder.step(std::span(tokens).last(1), logits);
  }
  EXPECT_THAT(encoder.decode(tokens),
              testing::StartsWith("Once upon a time, there was a little girl named Lily. She loved to play outside in "
                                  "the park. One day, she saw a big, red ball. She wanted to play with it, but it was "
                                  "too high.\nLily's mom said, \"Lily, let's go to the park.\" Lily was sad and "
                                  "didn't know what to do."));
}

}  // namespace
}  // namespace tandem::language_model
