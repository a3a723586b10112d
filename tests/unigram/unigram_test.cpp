// What is particular to unigram tokenisation, besides the agreement of the variants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <ctime>
#include <limits>

#include "impl/support/levels.hpp"
#include "impl/support/random.hpp"
#include "problems/unigram/problems.hpp"
#include "tests/support/full_speed.hpp"

namespace tandem::unigram {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

/// A small vocabulary with ties and a text, by number.
Problem small(std::uint64_t number, std::size_t bytes) {
  Problem problem = random_problem(2 + number % 5, number, 1);
  problem.text.resize(std::min(problem.text.size(), bytes));
  return problem;
}

TEST(Unigram, TheReferenceIsTheBestOfAllSegmentations) {
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Problem problem = small(number, 12);
    const Vocabulary& vocabulary = *problem.prepared->vocabulary;
    Tokens expected;
    double sum = 0;
    double count = 0;
    for (std::size_t begin = 0; begin < problem.text.size();) {
      const std::size_t end = end_of_line(problem.text, begin);
      // Of equals the longest last piece, and so on backwards.
      const auto sizes = [&](const Segmentation& segmentation) {
        std::vector<std::size_t> backwards;
        for (auto token = segmentation.tokens.rbegin(); token != segmentation.tokens.rend(); ++token) {
          backwards.push_back(vocabulary.pieces[*token].size());
        }
        return backwards;
      };
      const auto all = enumerate(vocabulary, std::string_view(problem.text).substr(begin, end - begin));
      const Segmentation* best = &all.front();
      double line_sum = 0;
      double line_count = 0;
      for (const Segmentation& one : all) {
        if (one.score > best->score || (one.score == best->score && sizes(one) > sizes(*best))) best = &one;
        line_sum += std::exp(one.score);
        line_count += std::exp(one.score) * static_cast<double>(one.tokens.size());
      }
      expected.insert(expected.end(), best->tokens.begin(), best->tokens.end());
      sum += std::log(line_sum);
      count += line_count / line_sum;
      begin = end;
    }
    const Reference reference(vocabulary);
    EXPECT_EQ(reference.decode(problem.text), expected) << number;
    Expectation expectation;
    expect(reference, problem.text, 1, expectation);
    EXPECT_NEAR(expectation.log_sum, sum, 1e-9 * (1 + std::abs(sum)));
    EXPECT_NEAR(expectation.tokens, count, 1e-9 * (1 + count));
  }
}

TEST(Unigram, EveryTextIsWholeAgain) {
  const std::vector<std::string> texts = {"",
                                          "\n",
                                          "\n\n\n",
                                          "a",
                                          std::string(3, '\0'),
                                          "\xFF\xFE\x80",
                                          "no line break",
                                          "one\n\n\ntwo\nthree",
                                          std::string(100'000, 'x'),
                                          std::string(40'000, '\n') + "a" + std::string(40'000, '\n')};
  const Prepared prepared(make_vocabulary({"on", "\n\n", "xx", "ne\n", "a\nb", "line"}, {-1, -2, -1, -3, -1, -2}));
  for (const std::string& text : texts) {
    Tokens tokens;
    decode(prepared.tables, text, tokens, {});
    EXPECT_EQ(text_of(*prepared.vocabulary, tokens), text);
    sample(prepared.sampler, text, {}, tokens, {});
    EXPECT_EQ(text_of(*prepared.vocabulary, tokens), text);
  }
}

// The other samplers' texts, too, and a piece that is longer than the text.
TEST(Unigram, NoSamplerLosesAnything) {
  const std::string piece(longest_allowed, 'a');
  std::string two_lines = piece;
  two_lines.append("a\n").append(piece);
  const Prepared prepared(make_vocabulary({piece, "aa", "\n\n"}, {-1, -2, -1}));
  for (const std::string& text : {std::string(), std::string("a"), std::string("\n\n\n"), std::string(3, '\0'),
                                  std::string("\xFF\x80z\n"), piece.substr(1), piece, two_lines}) {
    for (const double alpha : {0.0, 1.0, 300.0, 1e12}) {
      const Sampler sampler(prepared.tables, alpha);
      Tokens tokens;
      std::vector<Tokens> samples(3);
      sample(sampler, text, {}, tokens, {});
      EXPECT_EQ(text_of(*prepared.vocabulary, tokens), text);
      samples_simd(sampler, text, {}, samples, {});
      EXPECT_EQ(text_of(*prepared.vocabulary, samples.back()), text);
      sample_biased(prepared.tables, text, alpha, {}, tokens, {});
      EXPECT_EQ(text_of(*prepared.vocabulary, tokens), text);
      sample_n_best(prepared.tables, text, 7, alpha, {}, tokens, {});
      EXPECT_EQ(text_of(*prepared.vocabulary, tokens), text);
    }
  }
}

// 0 and the smallest number that is none draw alike: from all segmentations, each as likely as the next.
TEST(Unigram, ATinyAlphaIsNearlyNone) {
  const Problem problem = random_problem(30, 2, 1);
  const Tables& tables = problem.prepared->tables;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    Tokens none;
    Tokens tiny;
    sample(Sampler(tables, 0), problem.text, {.seed = seed}, none, {});
    sample(Sampler(tables, std::numeric_limits<double>::denorm_min()), problem.text, {.seed = seed}, tiny, {});
    EXPECT_EQ(tiny, none);
  }
}

TEST(Unigram, PiecesDoNotCrossLines) {
  const Prepared prepared(make_vocabulary({"a\nb", "\n", "a", "b", "\n\n", "a\n"}, {10, -1, -1, -1, -1, -1}));
  Tokens tokens;
  decode(prepared.tables, "a\nba\n\nb", tokens, {});
  EXPECT_EQ(tokens, (Tokens{5, 3, 2, 4, 3}));
}

TEST(Unigram, AByteThatTheVocabularyLacksHasTheLowestScoreLessTen) {
  const Vocabulary vocabulary = make_vocabulary({"ab", "b"}, {-1, -7});
  EXPECT_EQ(vocabulary.given, 2U);
  EXPECT_EQ(vocabulary.pieces.size(), 2U + 255U);
  EXPECT_EQ(vocabulary.scores.back(), -17);
}

TEST(Unigram, BadVocabulariesAreRefused) {
  const auto refusal = [](std::vector<std::string> pieces, std::vector<double> scores, const char* because) {
    EXPECT_THAT([&] { make_vocabulary(pieces, scores); }, ThrowsMessage<std::invalid_argument>(HasSubstr(because)));
  };
  refusal({}, {}, "no pieces");
  refusal({"a"}, {}, "one score for every piece");
  refusal({"a", ""}, {-1, -1}, "piece 1 of the vocabulary is empty");
  refusal({"a", "b", "a"}, {-1, -1, -1}, "piece 2 of the vocabulary is there twice");
  refusal({std::string(256, 'a')}, {-1}, "256 bytes");
  refusal({"a"}, {std::numeric_limits<double>::quiet_NaN()}, "score");
  refusal({"a"}, {-std::numeric_limits<double>::infinity()}, "score");
  refusal({"a"}, {-257}, "score");
}

TEST(Unigram, AlphaMustBeANumberFromZeroOn) {
  const Tables tables(std::make_shared<const Vocabulary>(make_vocabulary({"a"}, {-1})));
  for (const double alpha :
       {-1.0, -1e-300, 1.1e12, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT([&] { Sampler(tables, alpha); }, ThrowsMessage<std::invalid_argument>(HasSubstr("alpha")));
    EXPECT_THAT([&] { Reference(tables.vocabulary()).sample("a", alpha, {}); },
                ThrowsMessage<std::invalid_argument>(HasSubstr("alpha")));
  }
}

// Of equally good segmentations any may be drawn.
TEST(Unigram, ALargeAlphaDecodes) {
  const Problem problem = random_problem(41, 1, 1);
  const Tables& tables = problem.prepared->tables;
  const Vocabulary& vocabulary = tables.vocabulary();
  Tokens best;
  decode(tables, problem.text, best, {});
  for (const double alpha : {1e4, 1e7, 1e12}) {
    Tokens tokens;
    sample(Sampler(tables, alpha), problem.text, {}, tokens, {});
    EXPECT_EQ(score_of(vocabulary, tokens), score_of(vocabulary, best)) << alpha;
  }
}

// Weights of e^-290 and less: no two positions share an exponent, and none may get lost.
TEST(Unigram, SumsOfExtremeWeightsAreKept) {
  const auto vocabulary = std::make_shared<const Vocabulary>(
      make_vocabulary({"a", "b", "ab", std::string(60, 'a'), "abababab"}, {-250, 200, -249, -1, 100}));
  std::string text;
  for (std::size_t i = 0; i < 3000; ++i) text += random_bits(4, i) % 40 == 0 || i % 500 > 350 ? 'b' : 'a';
  for (const double alpha : {0.5, 1.0, 1.1}) {
    const Sampler sampler(Tables(vocabulary), alpha);
    ASSERT_TRUE(sampler.linear());
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      Tokens tokens;
      sample(sampler, text, {.seed = seed}, tokens, {});
      EXPECT_EQ(tokens, Reference(*vocabulary).sample(text, alpha, [&](std::size_t position) {
        return draw_uniform({.seed = seed}, position);
      }));
    }
  }
}

// A draw in 2^16 per candidate is decided by more than its first 16 bits: about ten for each seed here.
TEST(Unigram, DrawsThatTheirFirstBitsLeaveOpenAreTheReferences) {
  const auto vocabulary = std::make_shared<const Vocabulary>(
      make_vocabulary({"a", "b", "aa", "ab", "ba", "bb", "aab", "aba", "bba"}, {-1, -2, -2, -2, -3, -1, -3, -3, -2}));
  std::string text(500'000, 'a');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = i % 1000 == 999 ? '\n' : "ab"[random_bits(8, i) % 2];
  const Sampler sampler(Tables(vocabulary), 0.1);
  const Reference reference(*vocabulary);
  for (const std::uint64_t seed : {1, 2}) {
    const auto expected = [&](std::uint32_t number) {
      return reference.sample(
          text, 0.1, [&](std::size_t position) { return draw_uniform({.seed = seed, .sample = number}, position); });
    };
    std::vector<Tokens> samples(2);
    samples_simd(sampler, text, {.seed = seed, .sample = 30}, samples, {});
    EXPECT_EQ(samples[0], expected(30));
    EXPECT_EQ(samples[1], expected(31));
    Tokens tokens;
    sample(sampler, text, {.seed = seed, .sample = 31}, tokens, {});
    EXPECT_EQ(tokens, samples[1]);
  }
}

TEST(Unigram, SamplesDoNotDependOnThreadsBatchesOrCuts) {
  const Problem problem = random_problem(5000, 3, 1);
  const Sampler& sampler = problem.prepared->sampler;
  std::vector<Tokens> all(70);
  samples_simd(sampler, problem.text, {.seed = 9, .sample = 5}, all, {});
  EXPECT_NE(all[0], all[1]);
  for (const std::uint32_t number : {5U, 6U, 36U, 37U, 38U, 74U}) {
    Tokens one;
    sample(sampler, problem.text, {.seed = 9, .sample = number}, one, {});
    EXPECT_EQ(one, all[number - 5]) << number;
    Tokens threaded;
    for (const int threads : {1, 2, 5}) {
      for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
        const Execution execution{.threads = threads, .scheduler = scheduler};
        sample(sampler, problem.text, {.seed = 9, .sample = number}, threaded, execution);
        EXPECT_EQ(threaded, one);
      }
    }
  }
  // A text in two parts.
  const std::size_t cut = end_of_line(problem.text, problem.text.size() / 2);
  Tokens first;
  Tokens second;
  sample(sampler, std::string_view(problem.text).substr(0, cut), {.seed = 9, .sample = 5}, first, {});
  sample(sampler, std::string_view(problem.text).substr(cut), {.seed = 9, .sample = 5, .position = cut}, second, {});
  first.insert(first.end(), second.begin(), second.end());
  EXPECT_EQ(first, all[0]);
}

// A block is as long as its longest line, but not what samples are gathered in.
TEST(Unigram, SamplesOfLongLinesAreTheSame) {
  Problem problem = random_problem(100'000, 3, 0.5);
  std::ranges::replace(problem.text, '\n', 'a');
  for (const std::size_t end : {10U, 5000U, 13'192U, 21'385U, 21'400U, 46'000U}) problem.text[end - 1] = '\n';
  std::vector<Tokens> all(33);
  samples_simd(problem.prepared->sampler, problem.text, {}, all, {});
  for (std::uint32_t number = 0; number < all.size(); ++number) {
    Tokens one;
    sample(problem.prepared->sampler, problem.text, {.sample = number}, one, {});
    EXPECT_EQ(one, all[number]) << number;
  }
}

// Sums take two thirds of a sample's time: if 32 samples had sums of their own, these alone would take 20 times as long
// as one sample. They take less than 4 times as long as one with AVX-512, 5 with AVX2. Time of this process, so that
// others do not count.
TEST(Unigram, SamplesShareTheForwardPass) {
  if (!test::full_speed || !chosen_target_reaches(HWY_AVX2)) GTEST_SKIP() << "draws take longer than sums here";
  const Problem problem = random_problem(10'000, 3, 0.1);
  const auto seconds = [](const auto& run) {
    double least = std::numeric_limits<double>::infinity();
    for (int round = 0; round < 5; ++round) {
      const std::clock_t start = std::clock();
      run();
      least = std::min(least, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
    }
    return least;
  };
  Tokens tokens;
  std::vector<Tokens> samples(32);
  const double one = seconds([&] { sample(problem.prepared->sampler, problem.text, {}, tokens, {}); });
  const double all = seconds([&] { samples_simd(problem.prepared->sampler, problem.text, {}, samples, {}); });
  EXPECT_LT(all, 16 * one);
}

TEST(Unigram, ALongLineHasNoOverflow) {
  const Prepared prepared(make_vocabulary({"a", "aa"}, {-250, -255}));
  const std::string text(300'000, 'a');
  Tokens tokens;
  decode(prepared.tables, text, tokens, {});
  EXPECT_EQ(tokens, Tokens(150'000, 1));
}

}  // namespace
}  // namespace tandem::unigram
