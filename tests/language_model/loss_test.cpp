// The gradient of the language model's loss, against finite differences of that loss in double.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <string>
#include <vector>

#include "problems/language_model/models.hpp"
#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {
namespace {

/// Weights that make every part of the model count, gains around 1.
Model<double> model_of(const Shape& shape, std::uint64_t seed) { return even_model<double>(shape, 0.4, seed); }

std::vector<Token> tokens_of(const Shape& shape, std::size_t count, std::uint64_t seed) {
  return random_tokens(count, shape.vocabulary, seed, 0);
}

double loss(const Model<double>& model, const std::vector<Token>& tokens) {
  std::vector<double> gradient;
  return reference_loss(model, tokens, gradient);
}

const Shape grouped{.dim = 8,
                    .hidden_dim = 12,
                    .layers = 2,
                    .heads = 4,
                    .kv_heads = 2,
                    .vocabulary = 11,
                    .max_length = 16,
                    .shared_classifier = true};

Shape with(std::size_t heads, std::size_t kv_heads, bool shared_classifier) {
  Shape shape = grouped;
  shape.heads = heads;
  shape.kv_heads = kv_heads;
  shape.shared_classifier = shared_classifier;
  return shape;
}

Shape varied(std::uint64_t variation) {
  Shape shape = variation == 2 ? with(2, 2, true) : grouped;
  shape.variation = awkward_variation(variation, shape.heads != shape.kv_heads);
  if (shape.variation.window > 4) shape.variation.window = 4;  // of 8 positions
  return shape;
}

class LanguageModelLoss : public testing::TestWithParam<Shape> {};

TEST_P(LanguageModelLoss, GradientIsTheDerivativeForEveryParameter) {
  const Shape& shape = GetParam();
  const Model<double> model = model_of(shape, 3);
  const std::vector<Token> tokens = tokens_of(shape, 9, 5);
  std::vector<double> gradient;
  reference_loss(model, tokens, gradient);
  ASSERT_EQ(gradient.size(), model.parameters.size());

  Model<double> moved = model;
  std::size_t zeros = 0;
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    constexpr double h = 1e-4;
    const auto at = [&](double step) {
      moved.parameters[i] = model.parameters[i] + step;
      return loss(moved, tokens);
    };
    const double difference = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
    moved.parameters[i] = model.parameters[i];
    // Off by h^4 / 30 (3e-18) times a fifth derivative, which a norm of few numbers makes large, and by the losses'
    // rounding (some 1e-15) over h: 1e-11.
    ASSERT_NEAR(gradient[i], difference, 1e-9) << "parameter " << i;
    zeros += gradient[i] == 0 ? 1 : 0;
  }
  // Only the embeddings of tokens that do not occur, where the classifier is another tensor, do not matter.
  EXPECT_LE(zeros, shape.shared_classifier ? 0 : shape.vocabulary * shape.dim);
}

INSTANTIATE_TEST_SUITE_P(Shapes, LanguageModelLoss,
                         testing::Values(grouped, with(4, 4, true), with(2, 1, false), with(1, 1, true),
                                         with(4, 2, false), varied(1), varied(2), varied(3), varied(4), varied(5),
                                         varied(6), varied(7)),
                         [](const auto& shape) {
                           return "n" + std::to_string(shape.index) + "heads" + std::to_string(shape.param.heads) +
                                  "kv" + std::to_string(shape.param.kv_heads) +
                                  (shape.param.shared_classifier ? "shared" : "separate");
                         });

/// The gradient of a key bias that no rotation turns is 0: it adds the same to all scores of a row (kexue.fm 9577).
TEST(LanguageModelLossValue, AKeyBiasWithoutRopeHasNoGradient) {
  for (const bool rope : {false, true}) {
    Shape shape = grouped;
    shape.variation = {.rope = rope, .key_bias = true};
    const Layout layout(shape);
    std::vector<double> gradient;
    reference_loss(model_of(shape, 3), tokens_of(shape, 9, 5), gradient);
    double largest = 0;
    for (std::size_t i = layout.key_bias; i < layout.value_bias; ++i)
      largest = std::max(largest, std::abs(gradient[i]));
    if (rope) {
      EXPECT_GT(largest, 1e-3);
    } else {
      EXPECT_LT(largest, 1e-15);
    }
  }
}

TEST(LanguageModelLossValue, OfTargetsLeavesOutNegativeOnes) {
  const Model<double> model = model_of(grouped, 4);
  const std::vector<Token> tokens = tokens_of(grouped, 6, 6);
  std::vector<Token> targets(tokens.begin() + 1, tokens.end());
  const auto gradient_of = [&](const std::vector<Token>& of) {
    std::vector<double> gradient;
    const double value = reference_loss(model, tokens, gradient, of);
    gradient.push_back(value);
    return gradient;
  };
  const std::vector<double> all = gradient_of(targets);
  std::vector<double> sum(all.size());
  for (std::size_t t = 0; t < targets.size(); ++t) {
    std::vector<Token> one(targets.size(), -1);
    one[t] = targets[t];
    const std::vector<double> part = gradient_of(one);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += part[i] / static_cast<double>(targets.size());
  }
  for (std::size_t i = 0; i < sum.size(); ++i) ASSERT_NEAR(sum[i], all[i], 1e-14) << i;
  targets.back() = 11;
  EXPECT_THROW(gradient_of(targets), std::invalid_argument);
  EXPECT_THROW(gradient_of({1, 2}), std::invalid_argument);
}

TEST(LanguageModelLossValue, IsTheEntropyOfTheUniformDistributionWhereTheModelKnowsNothing) {
  Model<double> model = model_of(grouped, 1);
  const Layout layout(grouped);
  for (std::size_t i = 0; i < grouped.dim; ++i) model.parameters[layout.final_norm + i] = 0;
  EXPECT_NEAR(loss(model, tokens_of(grouped, 7, 2)), std::log(11.0), 1e-14);
}

TEST_P(LanguageModelLoss, IsThatOfTheDefinitionsLogits) {
  const Shape& shape = GetParam();
  const Model<double> model = model_of(shape, 4);
  const std::vector<Token> tokens = tokens_of(shape, 9, 6);
  std::vector<double> logits(tokens.size() * shape.vocabulary);
  reference(model, tokens, logits);
  double expected = 0;
  for (std::size_t t = 0; t + 1 < tokens.size(); ++t) {
    const double* row = &logits[t * shape.vocabulary];
    double sum = 0;
    for (std::size_t i = 0; i < shape.vocabulary; ++i) sum += std::exp(row[i]);
    expected += (std::log(sum) - row[tokens[t + 1]]) / static_cast<double>(tokens.size() - 1);
  }
  EXPECT_NEAR(loss(model, tokens), expected, 1e-13);  // the same operations, but for the logarithm's
}

TEST(LanguageModelLossValue, NeedsTwoTokens) {
  const Model<double> model = model_of(grouped, 1);
  EXPECT_THROW(loss(model, {3}), std::invalid_argument);
  EXPECT_GT(loss(model, {3, 4}), 0);
}

}  // namespace
}  // namespace tandem::language_model
