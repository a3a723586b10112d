// Expected counts, and the training of vocabularies that is made of them, besides the agreement of the variants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "impl/support/random.hpp"
#include "impl/unigram/training.hpp"
#include "problems/unigram/problems.hpp"

namespace tandem::unigram {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// C14: 3 sigma of the mean of 400 samples.
TEST(Expectation, NumberOfTokensIsTheMeanOfSamples) {
  const Problem problem = random_problem(100, 7, 1);
  Expectation expectation;
  expect(problem.prepared->sampler, problem.text, expectation, {});
  std::vector<Tokens> samples(400);
  samples_simd(problem.prepared->sampler, problem.text, {.seed = 2}, samples, {});
  double sum = 0;
  double squares = 0;
  for (const Tokens& tokens : samples) {
    const auto size = static_cast<double>(tokens.size());
    sum += size;
    squares += size * size;
  }
  const double mean = sum / 400;
  EXPECT_NEAR(mean, expectation.tokens, 3 * std::sqrt((squares / 400 - mean * mean) / 400));
}

// Segmentations of one score are as likely as each other at any alpha, and the others have no part. Of 40 letters in
// pieces of one and two there are fibonacci(41), and all of them tie where two letters are worth twice what one is.
TEST(Expectation, KnowsTiesAtALargeAlpha) {
  const std::size_t size = 40;
  std::vector<double> ways = {1, 1};    // segmentations of so many letters
  std::vector<double> pieces = {0, 1};  // in all of them
  for (std::size_t i = 2; i <= size; ++i) {
    ways.push_back(ways[i - 1] + ways[i - 2]);
    pieces.push_back(pieces[i - 1] + pieces[i - 2] + ways[i]);
  }
  const Vocabulary vocabulary = make_vocabulary({"a", "aa", "aaa"}, {-41.3, -82.6, -130});
  const Vocabulary exact = make_vocabulary({"a", "aa", "aaa"}, {vocabulary.scores[0], 2 * vocabulary.scores[0], -130});
  for (const double alpha : {1e3, 1e9, 999'999'999'999.0}) {
    Expectation expectation;
    expect(Reference(exact), std::string(size, 'a'), alpha, expectation);
    EXPECT_NEAR(expectation.tokens, pieces[size] / ways[size], 1e-9) << alpha;
    EXPECT_NEAR(expectation.entropy, std::log(ways[size]), 1e-9) << alpha;
  }
}

TEST(Training, IsDeterministicAndCompresses) {
  std::string text;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    text += std::array{"the cat ", "the dog ", "中文字 ", "ate ", "slept\n", "quickly "}[random_bits(1, i) % 6];
  }
  const TrainingOptions options{.pieces = 60, .longest = 16, .candidates = 2000};
  const auto silent = [](std::size_t) {};
  const Vocabulary one = train(text, options, {}, silent);
  const Vocabulary three = train(text, options, {.threads = 3, .scheduler = Scheduler::openmp}, silent);
  EXPECT_EQ(one.pieces, three.pieces);
  EXPECT_EQ(one.scores, three.scores);
  EXPECT_LE(one.given, 60U);
  Tokens tokens;
  decode(Tables(std::make_shared<const Vocabulary>(one)), text, tokens, {});
  EXPECT_LT(tokens.size(), 4000U);  // six words are 3000 tokens
  const Vocabulary words = train(text, {.pieces = 60, .longest = 16, .within_words = true}, {}, silent);
  for (const std::string& piece : words.pieces) EXPECT_EQ(piece.find(' ', 1), std::string::npos) << piece;
  EXPECT_THAT([&] { train("", options, {}, silent); }, ThrowsMessage<std::invalid_argument>(HasSubstr("empty")));
  EXPECT_THAT([&] { train(text, {.pieces = 3}, {}, silent); },
              ThrowsMessage<std::invalid_argument>(HasSubstr("characters")));
}

}  // namespace
}  // namespace tandem::unigram
