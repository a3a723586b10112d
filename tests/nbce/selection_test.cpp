// Selection keeps what sorting keeps, and threads change nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "impl/nbce/nbce.hpp"
#include "impl/support/random.hpp"
#include "problems/nbce/logits.hpp"
#include "tests/nbce/shaped.hpp"

namespace tandem::nbce {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A row alone: merged is then the truncated row, so that it shows what was kept.
template <class Logit>
void expect_same_kept_set(const std::vector<float>& logits, double top_p, const std::string& what) {
  Problem<Logit> problem{.vocabulary = logits.size(), .logits = {}, .settings = {.top_p = top_p}};
  for (const float logit : logits) problem.logits.push_back(Logit(logit));
  const Row row = read_row(problem.row(0), problem.settings);
  Answer<float> answer = shaped(problem);
  simd(problem, answer, {});
  for (std::size_t id = 0; id < logits.size(); ++id) {
    ASSERT_EQ(answer.merged[id] > -infinity, row.keeps(problem.logits[id], id))
        << what << ", top-p " << top_p << ", token " << id << " of " << logits.size();
  }
  ASSERT_NEAR(answer.entropies[0], row.entropy, 4e-4) << what << ", top-p " << top_p;
}

struct Kind {
  std::string name;
  float (*logit)(std::uint64_t seed, std::size_t id);
};

const std::vector<Kind> kinds = {
    {"normal", [](std::uint64_t seed, std::size_t id) { return static_cast<float>(3 * random_normal(seed, id)); }},
    {"negative",
     [](std::uint64_t seed, std::size_t id) { return static_cast<float>(3 * random_normal(seed, id) - 40); }},
    {"seldom zero, of both signs, else negative",
     [](std::uint64_t seed, std::size_t id) {
       const std::uint64_t bits = random_bits(seed, id);
       return bits % 101 == 0 ? (bits / 128 % 2 ? 0.0F : -0.0F) : -9 - static_cast<float>(bits % 5);
     }},
    {"about as far above zero as tables reach",
     [](std::uint64_t seed, std::size_t id) { return static_cast<float>(3 * random_normal(seed, id) + 60); }},
    {"about as far below",
     [](std::uint64_t seed, std::size_t id) { return static_cast<float>(3 * random_normal(seed, id) - 80); }},
    {"seldom impossible",
     [](std::uint64_t seed, std::size_t id) {
       return id % 997 == 500 ? -std::numeric_limits<float>::infinity()
                              : static_cast<float>(3 * random_normal(seed, id));
     }},
    {"as good as impossible, or not",
     [](std::uint64_t seed, std::size_t id) {
       constexpr std::array far{-1e3F, -1e6F, -1e12F, -1e20F, -1e30F, -3e38F};
       return id % 97 == 50 ? far[id / 97 % far.size()] : static_cast<float>(3 * random_normal(seed, id));
     }},
    {"nearly flat",
     [](std::uint64_t seed, std::size_t id) { return static_cast<float>(1e-3 * random_normal(seed, id)); }},
    {"flat", [](std::uint64_t, std::size_t) { return 2.5F; }},
    {"flat, of both zeros",
     [](std::uint64_t seed, std::size_t id) { return random_bits(seed, id) % 2 ? 0.0F : -0.0F; }},
    {"five values", [](std::uint64_t seed, std::size_t id) { return static_cast<float>(random_bits(seed, id) % 5); }},
    {"neighbouring floats",
     [](std::uint64_t seed, std::size_t id) { return std::nextafter(1.0F, random_bits(seed, id) % 2 ? 2.0F : 0.0F); }},
    {"neighbouring floats below zero",
     [](std::uint64_t seed, std::size_t id) {
       return std::nextafter(-1.0F, random_bits(seed, id) % 2 ? -2.0F : 0.0F);
     }},
    {"one peak",
     [](std::uint64_t seed, std::size_t id) { return id == seed * 17 ? 30.0F : 1e-2F * static_cast<float>(id % 7); }},
    {"ascending", [](std::uint64_t, std::size_t id) { return static_cast<float>(id) * 1e-3F; }},
    {"descending, mostly impossible",
     [](std::uint64_t, std::size_t id) {
       return id % 5 == 0 ? static_cast<float>(id) * -1e-2F : -std::numeric_limits<float>::infinity();
     }},
    {"huge",
     [](std::uint64_t seed, std::size_t id) { return static_cast<float>(1e7 + 4e2 * random_uniform(seed, id)); }},
    {"wide", [](std::uint64_t seed, std::size_t id) { return static_cast<float>(60 * random_normal(seed, id)); }},
};

TEST(Selection, KeepsWhatSortingKeeps) {
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const suite::PinnedSimdTarget pinned(target.id);
    for (const Kind& kind : kinds) {
      for (const std::size_t vocabulary : {1, 2, 7, 100, 1031, 8192, 20011}) {
        std::vector<float> logits(vocabulary);
        for (std::size_t id = 0; id < vocabulary; ++id) logits[id] = kind.logit(vocabulary % 5, id);
        if (vocabulary < 100 && kind.name != "huge") logits[0] = 0;  // never impossible altogether
        for (const double top_p : {0.0, 1e-9, 0.3, 0.5, 0.95, 0.999999, 1.0}) {
          expect_same_kept_set<float>(logits, top_p, target.name + ", " + kind.name);
          expect_same_kept_set<Bfloat16>(logits, top_p, target.name + ", bfloat16, " + kind.name);
        }
      }
    }
  }
}

// The worst that top-p can be: exactly, or next to, the share that sorting arrives at after some token. Only the
// definition's own additions can tell on which side it lies.
TEST(Selection, KeepsWhatSortingKeepsWhereRoundingDecides) {
  for (const Kind& kind : kinds) {
    for (const std::size_t vocabulary : {50, 9001}) {
      std::vector<float> logits(vocabulary);
      for (std::size_t id = 0; id < vocabulary; ++id) logits[id] = kind.logit(1, id);
      std::vector<float> sorted = logits;
      std::ranges::sort(sorted, std::greater<>());
      std::vector<double> cumulative;
      double sum = 0;
      for (const float logit : sorted) {
        cumulative.push_back(sum += std::exp(static_cast<double>(logit) - sorted[0]));
      }
      for (std::uint64_t draw = 0; draw < 6; ++draw) {
        const double share = cumulative[random_bits(draw, vocabulary) % vocabulary] / sum;
        for (const double top_p : {std::nextafter(share, 0), share, std::min(1.0, std::nextafter(share, 2))}) {
          expect_same_kept_set<float>(logits, top_p, kind.name);
        }
      }
    }
  }
}

// A long row's likeliest tokens are collected in the first pass, the others in a second one: the cut among the former,
// among the latter, and about where they meet. Tokens are found by the sums of a few of them: likely ones far apart,
// and every other one among its like.
TEST(Selection, KeepsWhatSortingKeepsWhereverTheCutFalls) {
  for (const double exponent : {1.1, 1.7}) {
    std::vector<float> logits = random_problem<float>(20011, 0, 9, {.question = exponent}).logits;
    std::vector<float> sorted = logits;
    std::ranges::sort(sorted, std::greater<>());
    std::vector<double> cumulative;
    double sum = 0;
    for (const float logit : sorted) cumulative.push_back(sum += std::exp(static_cast<double>(logit) - sorted[0]));
    std::vector<float> gathered = sorted;
    std::ranges::reverse(gathered);
    for (std::size_t rank = 0; rank < 400; ++rank) {
      std::swap(gathered[rank % 2 == 0 ? 9600 + rank / 2 : 40 * rank + 17], gathered[20010 - rank]);
    }
    for (std::size_t rank = 1; rank < 400; rank += 2) {
      const double top_p = (cumulative[rank - 1] + cumulative[rank]) / 2 / sum;
      expect_same_kept_set<float>(logits, top_p, "language model");
      expect_same_kept_set<float>(gathered, top_p, "half of the likely side by side");
    }
  }
}

// Cuts nearer to the border between two tokens than float tells: some the likely tokens in double decide, some only
// all.
TEST(Selection, KeepsWhatSortingKeepsInEveryDegreeOfDoubt) {
  const Problem<float> problem = random_problem<float>(20011, 0, 9, {.question = 1.7});
  std::vector<float> sorted = problem.logits;
  std::ranges::sort(sorted, std::greater<>());
  double sum = 0;
  for (const float logit : sorted) sum += std::exp(static_cast<double>(logit) - sorted[0]);
  double cumulative = 0;
  for (std::size_t rank = 0; rank < 45; ++rank) {
    cumulative += std::exp(static_cast<double>(sorted[rank]) - sorted[0]);
    if (rank % 3 != 0) continue;
    for (const double nearness : {1e-6, -1e-6, 4e-7, -4e-7, 1e-9, -1e-9}) {
      const double top_p = cumulative / sum + nearness;
      for (const suite::SimdTarget& target : suite::simd_targets()) {
        const suite::PinnedSimdTarget pinned(target.id);
        expect_same_kept_set<float>(problem.logits, top_p, target.name);
      }
    }
  }
}

// One likely token that a sample of the row misses: its mass relative to what the sample finds likely overflows. From
// 88 to 89 above that, which is somewhere between 90 and 103, the bits of what overflows are those of NaN.
TEST(Selection, SeesATokenHoweverFarItIsAboveAllOthers) {
  std::vector<float> distances = {50, 70, 150, 200, 250, 300, 1e3F, 1e5F, 3e6F, 1e9F};
  for (int step = 0; step < 54; ++step) distances.push_back(88 + 0.3F * static_cast<float>(step));
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const suite::PinnedSimdTarget pinned(target.id);
    for (const float above : distances) {
      for (const std::size_t id : {5000, 9999}) {
        std::vector<float> logits = random_problem<float>(10000, 0, 2).logits;
        logits[id] = above;
        for (const double top_p : {0.95, 1.0}) {
          expect_same_kept_set<float>(logits, top_p, target.name + ", above by " + std::to_string(above));
          expect_same_kept_set<Bfloat16>(logits, top_p, target.name + ", bfloat16, above by " + std::to_string(above));
        }
      }
    }
  }
}

TEST(Selection, IsTheSameToTheBitForEveryThreadCount) {
  for (const Pool pool : {Pool::minimum_entropy, Pool::average, Pool::maximum}) {
    Problem<float> problem = random_problem<float>(30011, 7, 3, {1.1, 1.3, 1});
    problem.settings.pool = pool;
    problem.settings.temperature = 1;
    Answer<float> expected = shaped(problem);
    simd(problem, expected, {});
    for (int threads = 1; threads <= 5; ++threads) {
      for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
        Answer<float> answer = shaped(problem);
        simd(problem, answer, {.threads = threads, .scheduler = scheduler});
        ASSERT_EQ(answer.merged, expected.merged);
        ASSERT_EQ(answer.entropies, expected.entropies);
        ASSERT_EQ(answer.chosen, expected.chosen);
        ASSERT_EQ(answer.token, expected.token);
      }
    }
  }
}

// Contexts whose entropies differ by less than float can tell: the choice must still be the definition's.
TEST(Selection, ChoosesAsTheDefinitionBetweenNearlyEqualEntropies) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Problem<float> problem = random_problem<float>(2000, 6, seed);
    const std::vector<float> context(problem.row(1).begin(), problem.row(1).end());
    for (std::size_t k = 1; k <= 6; ++k) {
      for (std::size_t id = 0; id < 2000; ++id) {
        problem.logits[k * 2000 + id] = context[id] + static_cast<float>(1e-6 * random_normal(seed, id, k));
      }
    }
    problem.previous = -1;
    Answer<float> expected = shaped(problem);
    Answer<float> answer = shaped(problem);
    reference(problem, expected);
    simd(problem, answer, {});
    ASSERT_EQ(answer.chosen, expected.chosen) << seed;
  }
}

}  // namespace
}  // namespace tandem::nbce
