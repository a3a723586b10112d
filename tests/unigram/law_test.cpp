// The laws of the samplers over all segmentations of small strings. A law is rejected where chi-square is so large that
// the right one would give it in one of a million tests (Wilson and Hilferty, 1931). There are 31 tests of right laws
// here, so that a false alarm is a matter of 3e-5, and with fixed seeds of no chance at all.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "impl/support/random.hpp"
#include "impl/unigram/unigram.hpp"
#ifdef TANDEM_PEER_SENTENCEPIECE
#include "impl/unigram/peers/peers.hpp"
#endif

namespace tandem::unigram {
namespace {

/// Ten pieces, 64 segmentations of abcdabcd.
Vocabulary ten_pieces() {
  return make_vocabulary({"a", "b", "c", "d", "ab", "bc", "cd", "abc", "bcd", "abcd"},
                         {-3, -3.5, -2.5, -4, -4.5, -5, -3.75, -6, -5.5, -7});
}

constexpr std::string_view line = "abcdabcd";

class Law {
 public:
  /// exp(alpha * score) / Z over all segmentations.
  Law(const Vocabulary& vocabulary, std::string_view text, double alpha) : Law(enumerate(vocabulary, text), alpha) {}

  /// The same over some of them.
  Law(const std::vector<Segmentation>& some, double alpha) {
    double sum = 0;
    for (const Segmentation& segmentation : some) {
      sum += std::exp(alpha * segmentation.score);
      cells_[segmentation.tokens].first = std::exp(alpha * segmentation.score);
    }
    for (auto& [tokens, cell] : cells_) cell.first /= sum;
  }

  explicit Law(const std::map<Tokens, double>& law) {
    for (const auto& [tokens, probability] : law) cells_[tokens].first = probability;
  }

  std::size_t size() const { return cells_.size(); }
  double probability(const Tokens& tokens) const { return cells_.at(tokens).first; }
  void count(const Tokens& tokens) {
    ++cells_.at(tokens).second;
    ++draws_;
  }
  double share(const Tokens& tokens) const { return cells_.at(tokens).second / draws_; }

  /// Whether the draws are too far from the law. Cells that expect fewer than five are one.
  bool rejects() const {
    double chi_square = 0;
    double rest_expected = 0;
    double rest_seen = 0;
    int cells = 0;
    const auto add = [&](double expected, double seen) {
      chi_square += (seen - expected) * (seen - expected) / expected;
      ++cells;
    };
    for (const auto& [tokens, cell] : cells_) {
      if (cell.first * draws_ >= 5) {
        add(cell.first * draws_, cell.second);
      } else {
        rest_expected += cell.first * draws_;
        rest_seen += cell.second;
      }
    }
    if (rest_expected > 0) add(rest_expected, rest_seen);
    const double freedom = cells - 1;
    const double one_in_a_million = 4.7534;  // standard deviations
    const double root = 1 - 2 / (9 * freedom) + one_in_a_million * std::sqrt(2 / (9 * freedom));
    return chi_square > freedom * root * root * root;
  }

 private:
  std::map<Tokens, std::pair<double, double>> cells_;  // probability, count
  double draws_ = 0;
};

/// Counts the lines of tokens of a text that repeats the line; the vocabulary has a line break of its own.
void count_lines(const Vocabulary& vocabulary, const Tokens& tokens, Law& law) {
  Tokens one;
  for (const std::uint32_t token : tokens) {
    if (vocabulary.pieces[token] != "\n") {
      one.push_back(token);
    } else {
      law.count(one);
      one.clear();
    }
  }
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += std::string(line) + "\n";
  return text;
}

TEST(UnigramLaw, SegmentationsAreCounted) { EXPECT_EQ(Law(ten_pieces(), line, 1).size(), 64U); }

class OfAlpha : public testing::TestWithParam<double> {};

TEST_P(OfAlpha, SamplesFollowTheLaw) {
  const auto vocabulary = std::make_shared<const Vocabulary>(ten_pieces());
  const Sampler sampler(Tables(vocabulary), GetParam());
  const std::string text = lines(20'000);
  for (const std::uint64_t seed : {1, 2, 3}) {
    Law law(*vocabulary, line, GetParam());
    std::vector<Tokens> samples(10);
    samples_simd(sampler, text, {.seed = seed}, samples, {});
    for (const Tokens& tokens : samples) count_lines(*vocabulary, tokens, law);
    EXPECT_FALSE(law.rejects()) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(UnigramLaw, OfAlpha, testing::Values(0.0, 0.1, 1.0));

/// Draws from stored sums, with the sum of all weights taken `scale` times too large.
Tokens draw_scaled(const Reference& reference, const std::vector<std::vector<Reference::Match>>& ends,
                   const std::vector<Reference::LogSum>& sums, double scale, std::uint64_t draw) {
  Tokens tokens;
  for (std::size_t end = ends.size() - 1; end > 0;) {
    const double bound = scale * random_uniform(11, draw, end);
    Reference::Match chosen = ends[end].back();
    double sum = 0;
    for (const Reference::Match& match : ends[end]) {
      sum += std::exp(reference.log_share(sums, match, end, 1));
      if (bound < sum) {
        chosen = match;
        break;
      }
    }
    tokens.insert(tokens.begin(), chosen.token);
    end = chosen.begin;
  }
  return tokens;
}

TEST(UnigramLaw, ANormaliserThatIsOffByOnePercentIsRejected) {
  const Vocabulary vocabulary = ten_pieces();
  const Reference reference(vocabulary);
  const auto ends = reference.matches(line);
  const auto sums = reference.log_sums(ends, 1);
  for (const double scale : {1.0, 1.01}) {
    Law law(vocabulary, line, 1);
    for (std::uint64_t draw = 0; draw < 1'000'000; ++draw) law.count(draw_scaled(reference, ends, sums, scale, draw));
    EXPECT_EQ(law.rejects(), scale != 1) << scale;
  }
}

TEST(UnigramLaw, TheFirstViterbiSamplerAndTheForwardOneAreRejected) {
  const Vocabulary vocabulary = ten_pieces();
  const Tables tables(std::make_shared<const Vocabulary>(vocabulary));
  const Reference reference(vocabulary);
  const std::string text = lines(50'000);
  for (const double alpha : {0.1, 1.0}) {
    Law first(vocabulary, line, alpha);
    Tokens tokens;
    sample_biased(tables, text, alpha, {.seed = 5}, tokens, {});
    count_lines(vocabulary, tokens, first);
    EXPECT_TRUE(first.rejects()) << alpha;
    std::uint64_t drawn = 0;
    const auto uniform = [&] { return random_uniform(5, drawn++, 0); };
    Law forward(vocabulary, line, alpha);
    for (int draw = 0; draw < 50'000; ++draw) forward.count(sample_forward(reference, line, alpha, uniform));
    EXPECT_TRUE(forward.rejects()) << alpha;
  }
}

// What the first sampler does follow: the law of all its decisions.
TEST(UnigramLaw, TheFirstViterbiSamplerFollowsALawOfItsOwn) {
  const auto vocabulary = std::make_shared<const Vocabulary>(ten_pieces());
  const Tables tables(vocabulary);
  const std::string text = lines(200'000);
  for (const double alpha : {0.0, 0.1, 1.0}) {
    const std::map<Tokens, double> own = law_of_biased(Reference(*vocabulary), line, alpha);
    EXPECT_EQ(own.size(), 64U);
    for (const std::uint64_t seed : {1, 2, 3}) {
      Law law(own);
      Tokens tokens;
      sample_biased(tables, text, alpha, {.seed = seed}, tokens, {});
      count_lines(*vocabulary, tokens, law);
      EXPECT_FALSE(law.rejects()) << "alpha " << alpha << ", seed " << seed;
    }
  }
}

// kexue.fm 9811: three equal segmentations, of which the first sampler gives 1/4, 1/4, 1/2. And the notes to 9768: with
// scores -1.9, -2 and -2 the best one has sigma(0.1)^2 and the last one sigma(-0.1) / 2 + sigma(0.1) sigma(-0.1).
TEST(UnigramLaw, TheFirstViterbiSamplerFavoursTheShortestLastPiece) {
  const std::vector<std::string> pieces = {"w", "atching", "wat", "ching", "watch", "ing"};
  const Tokens first = {0, 1};
  const Tokens second = {2, 3};
  const Tokens third = {4, 5};
  const auto law = [&](double score) {
    const Vocabulary vocabulary = make_vocabulary(pieces, {-1, score, -1, -1, -1, -1});
    auto shares = law_of_biased(Reference(vocabulary), "watching", 1);
    // Missing bytes are pieces, too, of scores near -11.
    const double sum = shares.at(first) + shares.at(second) + shares.at(third);
    EXPECT_NEAR(sum, 1, 1e-3);
    return shares;
  };
  const auto equal = law(-1);
  EXPECT_NEAR(equal.at(first), 0.25, 1e-3);
  EXPECT_NEAR(equal.at(second), 0.25, 1e-3);
  EXPECT_NEAR(equal.at(third), 0.5, 1e-3);
  EXPECT_NEAR(Law(make_vocabulary(pieces, std::vector<double>(6, -1)), "watching", 1).probability(first), 1.0 / 3,
              1e-3);
  const auto sigma = [](double x) { return 1 / (1 + std::exp(-x)); };
  const auto unequal = law(-0.9);
  EXPECT_NEAR(unequal.at(first), sigma(0.1) * sigma(0.1), 1e-3);
  EXPECT_NEAR(unequal.at(third), sigma(0.1) * sigma(-0.1) + sigma(-0.1) / 2, 1e-3);
}

TEST(UnigramLaw, OneOfTheNBestFollowsTheLawCutOff) {
  const auto vocabulary = std::make_shared<const Vocabulary>(ten_pieces());
  const Tables tables(vocabulary);
  const std::string text = lines(50'000);
  const std::vector<Segmentation> best = n_best(Reference(*vocabulary), line, 12);
  for (const double alpha : {0.0, 0.1, 1.0}) {
    for (const std::uint64_t seed : {1, 2, 3}) {
      Law law(best, alpha);
      Law perfect(*vocabulary, line, alpha);
      Tokens tokens;
      sample_n_best(tables, text, 12, alpha, {.seed = seed}, tokens, {});
      count_lines(*vocabulary, tokens, law);
      count_lines(*vocabulary, tokens, perfect);
      EXPECT_FALSE(law.rejects()) << "alpha " << alpha << ", seed " << seed;
      EXPECT_TRUE(perfect.rejects()) << "alpha " << alpha << ", seed " << seed;
    }
  }
}

// With all of them nothing is cut off.
TEST(UnigramLaw, OneOfAllFollowsTheLaw) {
  const auto vocabulary = std::make_shared<const Vocabulary>(ten_pieces());
  Law law(*vocabulary, line, 1);
  Tokens tokens;
  sample_n_best(Tables(vocabulary), lines(50'000), 64, 1, {.seed = 4}, tokens, {});
  count_lines(*vocabulary, tokens, law);
  EXPECT_FALSE(law.rejects());
}

#ifdef TANDEM_PEER_SENTENCEPIECE
template <class Peer>
void follows_the_law() {
  const Vocabulary vocabulary = ten_pieces();
  const Peer peer(vocabulary);
  Law law(vocabulary, line, 1);
  Tokens tokens;
  for (int draw = 0; draw < 50'000; ++draw) {
    peer.sample(line, 1, tokens);
    law.count(tokens);
  }
  EXPECT_FALSE(law.rejects());
}

TEST(UnigramLaw, SentencePieceFollowsIt) { follows_the_law<SentencePiece>(); }
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE
TEST(UnigramLaw, SentencePiecesCoreFollowsIt) { follows_the_law<SentencePieceCore>(); }
#endif

TEST(UnigramLaw, SentencePieceFollowsItCutOff) {
  const Vocabulary vocabulary = ten_pieces();
  const SentencePiece peer(vocabulary);
  Law law(n_best(Reference(vocabulary), line, 12), 1);
  Tokens tokens;
  for (int draw = 0; draw < 20'000; ++draw) {
    peer.sample_n_best(line, 12, 1, tokens);
    law.count(tokens);
  }
  EXPECT_FALSE(law.rejects());
}
#endif

}  // namespace
}  // namespace tandem::unigram
