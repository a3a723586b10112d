// How a text may go on, against every piece and every continuation of small vocabularies and texts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "problems/unigram/problems.hpp"

namespace tandem::unigram {
namespace {

std::vector<Continuation> fast(const Prepared& prepared, std::string_view text, std::size_t most) {
  std::vector<Continuation> all;
  continuations(prepared.tables, PrefixIndex(*prepared.vocabulary), text, most, all);
  return all;
}

// kexue.fm 9762's examples.
TEST(UnigramContinuation, OfThePost) {
  const std::vector<std::string> pieces = {
      "Guangzhou", "'s",     " White Cloud",      " White Cloud Airport", " White Cloud Mountain",
      "import",    " numpy", "import numpy as np"};
  const Prepared prepared(make_vocabulary(pieces, {-5, -5, -5, -7, -7, -5, -5, -6}));
  EXPECT_EQ(fast(prepared, "Guangzhou's White Cloud", 1),
            (std::vector<Continuation>{{.taken_back = 1, .rest = " White Cloud", .next = {2, 3, 4}}}));
  EXPECT_EQ(fast(prepared, "import numpy", 2),
            (std::vector<Continuation>{{.taken_back = 1, .rest = " numpy", .next = {6}},
                                       {.taken_back = 2, .rest = "import numpy", .next = {7}}}));
}

/// By trying all pieces in the place of the last ones.
std::vector<Continuation> by_trying(const Vocabulary& vocabulary, std::string_view text, std::size_t most) {
  const Tokens tokens = Reference(vocabulary).decode(text);
  std::vector<Continuation> all;
  for (std::size_t taken_back = 1; taken_back <= std::min(most, tokens.size()); ++taken_back) {
    const Tokens kept(tokens.begin(), tokens.end() - static_cast<std::ptrdiff_t>(taken_back));
    const std::string before = text_of(vocabulary, kept);
    // Pieces of the lines before are not taken back: nothing that follows may change them.
    if (!fits_a_line(text.substr(before.size()))) break;
    Continuation one{.taken_back = taken_back, .rest = std::string(text.substr(before.size())), .next = {}};
    for (std::uint32_t token = 0; token < vocabulary.pieces.size(); ++token) {
      const std::string whole = before + vocabulary.pieces[token];
      if (whole.starts_with(text) && fits_a_line(vocabulary.pieces[token])) one.next.push_back(token);
    }
    std::ranges::sort(one.next, {}, [&](std::uint32_t token) { return vocabulary.pieces[token]; });
    if (!one.next.empty()) all.push_back(one);
  }
  return all;
}

TEST(UnigramContinuation, IsWhatTryingAllPiecesFinds) {
  std::size_t several = 0;
  for (std::uint64_t number = 0; number < 300; ++number) {
    const Problem problem = random_problem(2 + number % 40, number, 1);
    const Vocabulary& vocabulary = *problem.prepared->vocabulary;
    const std::string_view text = std::string_view(problem.text).substr(0, number % 41);
    for (const std::size_t most : {1UL, 3UL, 255UL}) {
      const std::vector<Continuation> expected = by_trying(vocabulary, text, most);
      EXPECT_EQ(continuations(Reference(vocabulary), text, most), expected) << number;
      EXPECT_EQ(fast(*problem.prepared, text, most), expected) << number;
      several += expected.size() > 1 ? 1 : 0;
    }
  }
  EXPECT_GT(several, 100U) << "taking back more than one piece was not put to the test";
}

// Where the best segmentation of a longer text keeps all but some last pieces of the shorter one, and the next piece
// goes on to its end or beyond, that is one of those found.
TEST(UnigramContinuation, MissesNoSegmentationOfALongerText) {
  std::size_t met = 0;
  for (std::uint64_t number = 0; number < 60; ++number) {
    const Problem problem = random_problem(4 + number % 20, number, 1);
    const Vocabulary& vocabulary = *problem.prepared->vocabulary;
    const Reference reference(vocabulary);
    const std::string text = problem.text.substr(0, 1 + number % 9);
    const Tokens tokens = reference.decode(text);
    const std::vector<Continuation> all = fast(*problem.prepared, text, 255);
    for (std::size_t more = 0; more < 64; ++more) {
      const std::string longer = text + std::array{'a', 'b', 'c', '\n'}[more % 4] +
                                 std::array{'a', 'b', 'c', '\n'}[more / 4 % 4] +
                                 std::array{'a', 'b', 'c', '\n'}[more / 16];
      const Tokens of_longer = reference.decode(longer);
      std::size_t end = 0;
      std::size_t kept = 0;  // pieces before the one with the text's last byte
      while ((end += vocabulary.pieces[of_longer[kept]].size()) < text.size()) ++kept;
      if (kept >= tokens.size() ||
          !std::equal(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(kept), of_longer.begin()))
        continue;
      const auto found = std::ranges::find(all, tokens.size() - kept, &Continuation::taken_back);
      ASSERT_NE(found, all.end()) << number;
      EXPECT_THAT(found->next, testing::Contains(of_longer[kept])) << number;
      met += end > text.size() ? 1 : 0;
    }
  }
  EXPECT_GT(met, 200U);
}

TEST(UnigramContinuation, LeavesOutWhatFitsNoLine) {
  const Prepared prepared(make_vocabulary({"a", "ab", "a\nb", "a\n", "\n\n"}, {-1, -1, -1, -1, -1}));
  EXPECT_EQ(fast(prepared, "b\na", 9), (std::vector<Continuation>{{.taken_back = 1, .rest = "a", .next = {0, 3, 1}}}));
  const Tokens expected = {0, 3, 1};
  EXPECT_EQ(with_prefix(*prepared.vocabulary, "a"), expected);
  EXPECT_THROW(fast(prepared, "a", 0), std::invalid_argument);
  EXPECT_THROW(continuations(Reference(*prepared.vocabulary), "a", 0), std::invalid_argument);
  EXPECT_TRUE(fast(prepared, "", 3).empty());
}

}  // namespace
}  // namespace tandem::unigram
