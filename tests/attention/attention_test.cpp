// What is particular to attention: known values, masks, rows that see nothing, NaN, threads, SIMD targets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"
#include "impl/attention/attention.hpp"
#include "problems/attention/problems.hpp"
#include "tests/attention/variants.hpp"

namespace tandem::attention {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

class EveryVariant : public testing::TestWithParam<suite::Variant<Problem, Answer>> {
 protected:
  Answer answer_of(const Problem& problem, int threads = 1) const {
    Answer answer = room_for(problem);
    GetParam().run(problem, answer, {.threads = threads});
    return answer;
  }
};

// Two keys, one query of ones: scores 2 log(3) / sqrt(2) sqrt(2) / 2 = log 3 and 0, so weights 3/4 and 1/4.
TEST_P(EveryVariant, GivesKnownValues) {
  Problem problem;
  problem.shape = {1, 1, 1, 2, 2};
  problem.queries = {1, 1};
  const auto half = static_cast<float>(std::log(3) / std::sqrt(2));
  problem.keys = {half, half, 0, 0};
  problem.values = {4, 8, 0, -8};
  const Answer answer = answer_of(problem);
  EXPECT_NEAR(answer.output[0], 3, 2e-6);
  EXPECT_NEAR(answer.output[1], 4, 4e-6);
  EXPECT_NEAR(answer.entropy[0], std::log(4) - 0.75 * std::log(3), 1e-6);
}

TEST_P(EveryVariant, AgreesOnEveryTargetAtAwkwardSizes) {
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const suite::PinnedSimdTarget pinned(target.id);
    for (const std::size_t count : {0, 1, 2, 7, 8, 9, 15, 16, 17, 47, 48, 49, 95, 97, 127, 128, 129, 200}) {
      for (std::uint64_t seed = 0; seed < 6; ++seed) {
        const Problem problem = awkward_problem(count, seed);
        Answer expected = room_for(problem);
        reference(problem, expected);
        expect_near(answer_of(problem), expected, 4e-5,
                    target.name + ", " + std::to_string(count) + " keys, seed " + std::to_string(seed));
      }
    }
  }
}

// Few queries share the keys out in long stretches: some lie before the window, one is cut by it, some are the last's.
TEST_P(EveryVariant, AWindowOfFewQueriesMayBeginInAnyStretch) {
  for (const std::size_t window : {50, 200, 5000}) {
    for (const std::size_t queries : {1, 3}) {
      Problem problem = random_problem({2, 1, queries, 2 * 4096 + 100, 8}, window);
      problem.mask = {.causal = true, .window = window};
      Answer expected = room_for(problem);
      reference(problem, expected);
      for (const int threads : {1, 3}) {
        expect_near(answer_of(problem, threads), expected, 4e-5, std::to_string(window) + " keys seen");
      }
    }
  }
}

TEST_P(EveryVariant, DoesNotDependOnThreads) {
  if (GetParam().name.text.find("simd") == std::string::npos) GTEST_SKIP() << "it has one thread";
  for (const std::size_t queries : {1, 300}) {
    Problem problem = random_problem({4, 2, queries, 5000, 16}, 3);
    problem.mask.causal = true;
    const Answer one = answer_of(problem);
    for (int threads = 2; threads <= 4; ++threads) {
      const Answer more = answer_of(problem, threads);
      EXPECT_EQ(more.output, one.output) << threads;
      EXPECT_EQ(more.entropy, one.entropy) << threads;
    }
  }
}

TEST_P(EveryVariant, GivesZeroWhereNothingIsSeen) {
  Problem problem = random_problem({2, 1, 60, 20, 8}, 1);  // the first 40 queries stand before the first key
  problem.mask.causal = true;
  problem.rotation.width = 8;
  const Answer answer = answer_of(problem);
  for (std::size_t row = 0; row < 120; ++row) {
    const bool blind = row % 60 < 40;
    EXPECT_EQ(answer.output[row * 8] == 0, blind) << row;
    if (row % 60 <= 40) {
      EXPECT_EQ(answer.entropy[row], 0) << row;  // one key: no choice
    }
    EXPECT_FALSE(std::isnan(answer.output[row * 8 + 7])) << row;
  }
  problem.addend.assign(20, -infinity);
  for (const float number : answer_of(problem).output) EXPECT_EQ(number, 0);
  for (const float number : answer_of(problem).entropy) EXPECT_EQ(number, 0);
}

// f(1) = 0, and 0 times -inf would be NaN: the scale never meets the mask.
TEST_P(EveryVariant, HidesKeysWhereTheScaleIsZero) {
  Problem problem = random_problem({1, 1, 5, 5, 4}, 2);
  problem.mask.causal = true;
  problem.scaling = {.policy = Scale::logarithmic, .per_row = true};
  problem.addend = {-infinity, 0, 0, -infinity, 0};
  const Answer answer = answer_of(problem);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(answer.output[i], 0);
    EXPECT_FLOAT_EQ(answer.output[4 + i], problem.values[4 + i]);  // one key is left
  }
  Answer expected = room_for(problem);
  reference(problem, expected);
  expect_near(answer, expected, 1e-6, "hidden keys");
}

TEST_P(EveryVariant, EqualScoresHaveTheEntropyLogN) {
  for (const std::size_t n : {1, 2, 3, 16, 48, 100, 512, 1000}) {
    Problem problem = random_problem({1, 1, 7, n, 16}, 5);
    std::ranges::fill(problem.queries, 0.0F);
    const Answer answer = answer_of(problem);
    for (const float entropy : answer.entropy) EXPECT_NEAR(entropy, std::log(static_cast<double>(n)), 1e-6) << n;
  }
}

TEST_P(EveryVariant, HugeScoresPickTheLargest) {
  Problem problem = random_problem({1, 1, 50, 130, 16}, 7, 300);  // scores of some 10^5
  Answer expected = room_for(problem);
  reference(problem, expected);
  const Answer answer = answer_of(problem);
  for (std::size_t row = 0; row < 50; ++row) {
    if (expected.entropy[row] > 1e-6F) continue;  // a near tie
    EXPECT_NEAR(answer.entropy[row], 0, 1e-5);
    for (std::size_t i = 0; i < 16; ++i) EXPECT_NEAR(answer.output[row * 16 + i], expected.output[row * 16 + i], 1e-4);
  }
}

TEST_P(EveryVariant, NanReachesTheRowsThatSeeItAndNoOthers) {
  const std::size_t n = 150;
  const auto rows_with_nan = [&](const Problem& problem) {
    const Answer answer = answer_of(problem);
    std::vector<std::size_t> rows;
    for (std::size_t row = 0; row < n; ++row) {
      bool all = true;
      bool any = std::isnan(answer.entropy[row]);
      for (std::size_t i = 0; i < 4; ++i) {
        all &= std::isnan(answer.output[row * 4 + i]);
        any |= std::isnan(answer.output[row * 4 + i]);
      }
      EXPECT_EQ(all, any) << row;
      if (any) rows.push_back(row);
    }
    return rows;
  };
  for (const float bad : {std::nanf(""), std::nanf("1"), -std::nanf("0x12345")}) {
    Problem problem = random_problem({1, 1, n, n, 4}, 11);
    problem.mask = {.causal = true, .window = 20};
    problem.queries[77 * 4 + 2] = bad;
    EXPECT_THAT(rows_with_nan(problem), testing::ElementsAre(77));
    problem.queries[77 * 4 + 2] = 0;
    problem.keys[60 * 4 + 1] = bad;
    std::vector<std::size_t> seeing(20);
    for (std::size_t i = 0; i < 20; ++i) seeing[i] = 60 + i;
    EXPECT_EQ(rows_with_nan(problem), seeing);
    problem.addend.assign(n, 0);
    problem.addend[60] = -infinity;
    EXPECT_THAT(rows_with_nan(problem), testing::IsEmpty());
  }
}

TEST_P(EveryVariant, NanInAValueReachesTheRowsThatSeeIt) {
  if (GetParam().name.text == "matrix_eigen") GTEST_SKIP() << "Eigen's product multiplies it by 0";
  Problem problem = random_problem({1, 1, 150, 150, 3}, 11);
  problem.mask = {.causal = true, .window = 20};
  problem.values[60 * 3 + 1] = std::nanf("");
  problem.values[90 * 3 + 1] = infinity;
  problem.addend.assign(150, 0);
  problem.addend[90] = -infinity;
  const Answer answer = answer_of(problem);
  for (std::size_t row = 0; row < 150; ++row) {
    EXPECT_EQ(std::isnan(answer.output[row * 3 + 1]), row >= 60 && row < 80) << row;
    EXPECT_FALSE(std::isnan(answer.output[row * 3]) || std::isnan(answer.entropy[row])) << row;
  }
}

TEST_P(EveryVariant, NanInAnyValueReachesTheRowsThatSeeIt) {
  if (GetParam().name.text == "matrix_eigen") GTEST_SKIP() << "Eigen's product multiplies it by 0";
  Problem problem = random_problem({1, 1, 150, 150, 3}, 11);
  problem.mask = {.causal = true, .window = 20};
  for (std::size_t place = 0; place < problem.values.size(); ++place) {
    const float kept = std::exchange(problem.values[place], std::nanf(""));
    const Answer answer = answer_of(problem);
    problem.values[place] = kept;
    const std::size_t key = place / 3;
    for (std::size_t row = 0; row < 150; ++row) {
      ASSERT_EQ(std::isnan(answer.output[row * 3 + place % 3]), row >= key && row < key + 20) << row << ", " << place;
    }
  }
}

TEST_P(EveryVariant, ChunksOfQueriesAndSingleOnesGiveTheRowsOfTheWhole) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Problem whole = awkward_problem(90, seed);
    if (whole.shape.queries != whole.shape.keys || !whole.mask.causal) continue;
    whole.scaling.per_row = true;  // n of the sequence is another one where the sequence is shorter
    const Answer answer = answer_of(whole);
    for (const auto& [first, last] : {std::pair<std::size_t, std::size_t>{0, 40}, {40, 89}, {89, 90}, {12, 13}}) {
      const Answer part = answer_of(rows_of(whole, first, last));
      expect_near(part, rows_of(whole, answer, first, last), 2e-5, "seed " + std::to_string(seed));
    }
  }
}

// Rows that see the same keys go through them together where queries are few; each must have the bits that it has
// alone.
TEST(FewRows, TogetherAreTheRowsAlone) {
  for (const std::size_t heads : {2, 3, 4}) {
    for (const std::size_t width : {3, 20, 64}) {
      for (const bool turned : {false, true}) {
        for (const bool hides : {false, true}) {
          Problem together = random_problem({heads, 1, 1, 331, width}, 9);
          together.mask.causal = true;
          if (turned) together.rotation = {.width = 2, .window = 170, .stretch = 4};
          if (hides) together.addend = normal_numbers(331, 1, 9, 5);
          if (hides) together.addend[40] = -infinity;
          Answer answer = room_for(together);
          simd(together, answer, {});
          for (std::size_t head = 0; head < heads; ++head) {
            Problem alone = together;
            alone.shape.heads = 1;
            const auto query = together.queries.begin() + static_cast<std::ptrdiff_t>(head * width);
            alone.queries.assign(query, query + static_cast<std::ptrdiff_t>(width));
            Answer row = room_for(alone);
            simd(alone, row, {});
            EXPECT_EQ(std::vector(answer.output.begin() + static_cast<std::ptrdiff_t>(head * width),
                                  answer.output.begin() + static_cast<std::ptrdiff_t>((head + 1) * width)),
                      row.output)
                << heads << " heads of " << width << (turned ? ", turned" : "") << (hides ? ", hidden" : "");
            EXPECT_EQ(answer.entropy[head], row.entropy[0]);
          }
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Attention, EveryVariant, testing::ValuesIn(every_variant()),
                         [](const auto& variant) { return variant.param.name.text; });

}  // namespace
}  // namespace tandem::attention
