// The batch variants of ab_plus_c against one N at a time, and against each other.
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "tests/ab_plus_c/numbers.hpp"
#include "tests/support/rows.hpp"

namespace tandem::ab_plus_c {
namespace {

using BatchVariant = suite::Variant<Batch, BatchAnswer>;

const std::vector<BatchVariant> batch_variants = test::rows_of<Batch, BatchAnswer>("ab_plus_c_batch");

Minimum one_n(std::uint64_t n) {
  Minimum answer;
  pq_early_stop(n, answer, {});
  return answer;
}

Batch mixed_batch(std::size_t size) {
  Batch batch(size);
  for (std::size_t i = 0; i < size; ++i) {
    const int bits = 1 + static_cast<int>(random_bits(97, i, 3) % (i % 50 == 0 ? 64 : 44));
    batch[i] = static_cast<std::uint64_t>(test_natural(bits, i));
  }
  for (std::size_t i = 0; i + 8 < size; i += 100) batch[i] = i % 200 == 0 ? max64 - i : i / 100;
  return batch;
}

TEST(AbPlusCBatch, EveryVariantAtEverySizeThreadCountAndTarget) {
  for_each_target([] {
    for (const std::size_t size : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 511, 512, 513, 1000}) {
      const Batch batch = mixed_batch(size);
      for (const BatchVariant& variant : batch_variants) {
        for (int threads = 1; threads <= 4; ++threads) {
          BatchAnswer answer;
          answer.resize(size);
          for (auto* values : {&answer.sum, &answer.a, &answer.b, &answer.c}) values->assign(size, 77);
          variant.run(batch, answer, {.threads = threads});
          EXPECT_GE(answer.iterations, size);
          for (std::size_t i = 0; i < size; ++i) {
            const Minimum actual{.sum = answer.sum[i], .a = answer.a[i], .b = answer.b[i], .c = answer.c[i]};
            const Minimum expected = one_n(batch[i]);
            ASSERT_TRUE(same(actual, expected))
                << variant.name.text << ", " << size << " numbers, " << threads << " threads: " << batch[i] << " gives "
                << testing::PrintToString(actual) << ", not " << testing::PrintToString(expected);
          }
        }
      }
    }
  });
}

TEST(AbPlusCBatch, Edges) {
  const Batch batch = edge_numbers();
  for_each_target([&] {
    for (const BatchVariant& variant : batch_variants) {
      BatchAnswer answer;
      answer.resize(batch.size());
      variant.run(batch, answer, {.threads = 2});
      for (std::size_t i = 0; i < batch.size(); ++i) {
        const Minimum expected = one_n(batch[i]);
        EXPECT_EQ(answer.sum[i], expected.sum) << variant.name.text << " of " << batch[i];
        EXPECT_EQ(answer.a[i], expected.a) << variant.name.text << " of " << batch[i];
      }
    }
  });
}

TEST(AbPlusCBatch, ManyNumbersOfEveryLength) {
  for_each_target([] {
    for (int bits = 4; bits <= 64; bits += 4) {
      Batch batch(10000 / static_cast<std::size_t>(scale * (bits > 40 ? 5 : 1)));
      for (std::size_t i = 0; i < batch.size(); ++i) {
        batch[i] = static_cast<std::uint64_t>(test_natural(bits, i + 7000000));
      }
      std::vector<BatchAnswer> answers;
      for (const auto& variant : {batch_variants[0], batch_variants[1], batch_variants[4]}) {
        answers.emplace_back().resize(batch.size());
        variant.run(batch, answers.back(), {});
        EXPECT_EQ(answers.back().sum, answers.front().sum) << variant.name.text << " at " << bits << " bits";
        EXPECT_EQ(answers.back().a, answers.front().a) << variant.name.text << " at " << bits << " bits";
        EXPECT_EQ(answers.back().b, answers.front().b) << variant.name.text << " at " << bits << " bits";
        EXPECT_EQ(answers.back().c, answers.front().c) << variant.name.text << " at " << bits << " bits";
      }
    }
  });
}

TEST(AbPlusCBatch, RefusesAnAnswerOfAnotherSize) {
  for (const BatchVariant& variant : batch_variants) {
    BatchAnswer answer;
    answer.resize(3);
    EXPECT_THROW(variant.run({1, 2, 3, 4}, answer, {}), std::invalid_argument) << variant.name.text;
    answer.resize(4);
    answer.c.pop_back();
    EXPECT_THROW(variant.run({1, 2, 3, 4}, answer, {}), std::invalid_argument) << variant.name.text;
  }
}

}  // namespace
}  // namespace tandem::ab_plus_c
