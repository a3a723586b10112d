// What is particular to the samplers of other laws; their laws are put to the test in law_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <span>

#include "problems/unigram/problems.hpp"

namespace tandem::unigram {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(UnigramOtherLaws, DoNotDependOnThreadsOrCuts) {
  const Problem problem = random_problem(3000, 3, 1);
  const Tables& tables = problem.prepared->tables;
  const auto check = [&](auto draw) {
    const Seed seed{.seed = 9, .sample = 3};
    Tokens one;
    draw(problem.text, seed, one, Execution{});
    for (const int threads : {1, 2, 5}) {
      for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
        Tokens threaded;
        draw(problem.text, seed, threaded, Execution{.threads = threads, .scheduler = scheduler});
        EXPECT_EQ(threaded, one);
      }
    }
    const std::size_t cut = end_of_line(problem.text, problem.text.size() / 2);
    Tokens first;
    Tokens second;
    draw(std::string_view(problem.text).substr(0, cut), seed, first, Execution{});
    draw(std::string_view(problem.text).substr(cut), Seed{.seed = 9, .sample = 3, .position = cut}, second,
         Execution{});
    first.insert(first.end(), second.begin(), second.end());
    EXPECT_EQ(first, one);
    Tokens other;
    draw(problem.text, Seed{.seed = 9, .sample = 4}, other, Execution{});
    EXPECT_NE(other, one);
  };
  check([&](std::string_view text, const Seed& seed, Tokens& tokens, const Execution& execution) {
    sample_biased(tables, text, 0.5, seed, tokens, execution);
  });
  check([&](std::string_view text, const Seed& seed, Tokens& tokens, const Execution& execution) {
    sample_n_best(tables, text, 20, 0.5, seed, tokens, execution);
  });
}

TEST(UnigramOtherLaws, RefuseTheSame) {
  const Tables tables(std::make_shared<const Vocabulary>(make_vocabulary({"a"}, {-1})));
  const Reference reference(tables.vocabulary());
  Tokens tokens;
  for (const double alpha : {-1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const auto refused = ThrowsMessage<std::invalid_argument>(HasSubstr("alpha"));
    EXPECT_THAT([&] { sample_biased(tables, "a", alpha, {}, tokens, {}); }, refused);
    EXPECT_THAT([&] { sample_biased(reference, "a", alpha, {}); }, refused);
    EXPECT_THAT([&] { sample_n_best(tables, "a", 2, alpha, {}, tokens, {}); }, refused);
    EXPECT_THAT([&] { sample_n_best(reference, "a", 2, alpha, {}); }, refused);
  }
  for (const std::size_t n : {std::size_t{0}, most_best + 1}) {
    const auto refused = ThrowsMessage<std::invalid_argument>(HasSubstr("from 1 to 512"));
    EXPECT_THAT([&] { sample_n_best(tables, "a", n, 1, {}, tokens, {}); }, refused);
    EXPECT_THAT([&] { sample_n_best(reference, "a", n, 1, {}); }, refused);
    EXPECT_THAT([&] { n_best(tables, "a", n); }, refused);
  }
}

/// All segmentations, those that score best first, of equals those with the longest last pieces.
std::vector<Segmentation> ranked(const Vocabulary& vocabulary, std::string_view text) {
  std::vector<Segmentation> all = enumerate(vocabulary, text);
  const auto sizes = [&](const Segmentation& segmentation) {
    std::vector<std::size_t> backwards;
    for (const std::uint32_t token : segmentation.tokens) {
      backwards.insert(backwards.begin(), vocabulary.pieces[token].size());
    }
    return backwards;
  };
  std::ranges::sort(all, [&](const Segmentation& a, const Segmentation& b) {
    return a.score != b.score ? a.score > b.score : sizes(a) > sizes(b);
  });
  return all;
}

TEST(UnigramOtherLaws, TheNBestAreTheFirstOfAllSegmentations) {
  std::size_t ties = 0;
  for (std::uint64_t number = 0; number < 200; ++number) {
    const Problem problem = random_problem(2 + number % 5, number, 1);
    const Vocabulary& vocabulary = *problem.prepared->vocabulary;
    const std::string_view text =
        std::string_view(problem.text).substr(0, std::min(end_of_line(problem.text, 0), 11UL));
    const std::vector<Segmentation> all = ranked(vocabulary, text);
    for (const std::size_t n : {1UL, 2UL, 7UL, 512UL}) {
      const auto expected = std::span(all).first(std::min(n, all.size()));
      const std::vector<Segmentation> of_reference = n_best(Reference(vocabulary), text, n);
      const std::vector<Segmentation> of_tables = n_best(problem.prepared->tables, text, n);
      const auto same = [](const Segmentation& a, const Segmentation& b) {
        return a.tokens == b.tokens && a.score == b.score;
      };
      EXPECT_TRUE(std::ranges::equal(of_reference, expected, same)) << number << ", n = " << n;
      EXPECT_TRUE(std::ranges::equal(of_tables, expected, same)) << number << ", n = " << n;
      for (std::size_t i = 1; i < expected.size(); ++i) ties += expected[i].score == expected[i - 1].score ? 1 : 0;
    }
  }
  EXPECT_GT(ties, 500U) << "the order of equals was not put to the test";
}

// A line's way back is as long as the line: no recursion.
TEST(UnigramOtherLaws, TheNBestOfALongLine) {
  const Prepared prepared(make_vocabulary({"a", "aa", "ab"}, {-1, -1.5, -3}));
  std::string text(200'001, 'a');
  text += 'b';
  const std::vector<Segmentation> best = n_best(prepared.tables, text, 3);
  ASSERT_EQ(best.size(), 3U);
  // Pairs of a and, in the place of a pair's last, ab; then pairs of single ones in the place of a pair.
  EXPECT_EQ(best[0].tokens.size(), 100'001U);
  EXPECT_EQ(best[1].tokens.size(), 100'002U);
  EXPECT_EQ(best[1].score, best[0].score - 0.5);
  EXPECT_EQ(best[2].score, best[0].score - 0.5);
  EXPECT_EQ(text_of(*prepared.vocabulary, best[2].tokens), text);
}

}  // namespace
}  // namespace tandem::unigram
