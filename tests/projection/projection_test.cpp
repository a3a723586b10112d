// Random projections: known values, every target, what is refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>

#include "benchmarks/suite/registry.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "impl/projection/projection.hpp"
#include "problems/projection/problems.hpp"

namespace tandem::projection {
namespace {

/// Every row of the table, the reference's too: all projections have the same.
class EveryVariant : public testing::TestWithParam<suite::Variant<Problem, Answer>> {
 protected:
  Answer answer_of(const Problem& problem, int threads = 1) const {
    Answer answer(problem.count * problem.dimensions, std::nanf(""));
    GetParam().run(problem, answer, {.threads = threads});
    return answer;
  }
};

TEST_P(EveryVariant, GivesKnownValues) {
  Problem problem{Kind::gaussian, 1, 2, 4, {3, 5}, {1, 0, 0, 1, 1, 1, 2, -1}, {}, {}};
  EXPECT_THAT(answer_of(problem), testing::ElementsAre(1.5, 2.5, 4, 0.5));
  problem = {Kind::sparse, 1, 2, 3, {3, 5}, {}, {1, 0, 0, -1, 1, 1}, {}};
  EXPECT_THAT(answer_of(problem), testing::ElementsAre(3, -5, 8));
  // Signs make (1, -2, 3), a fourth number is 0; H's rows: ++++, +-+-, ++--, +--+.
  problem = {Kind::hadamard, 1, 3, 4, {1, 2, 3}, {}, {1, -1, 1}, {0, 1, 2, 3}};
  EXPECT_THAT(answer_of(problem), testing::ElementsAre(1, 3, -2, 0));
}

TEST_P(EveryVariant, AgreesOnEveryTargetAtAwkwardSizes) {
  for (const suite::SimdTarget& target : suite::simd_targets()) {
    const suite::PinnedSimdTarget pinned(target.id);
    for (const Kind kind : {Kind::gaussian, Kind::sparse, Kind::hadamard}) {
      for (const std::size_t count : {0, 1, 2, 15, 16, 17, 47, 48, 49, 100}) {
        for (const std::size_t width : {1, 2, 31, 64, 65}) {
          const Problem problem = random_problem(kind, count, width, 1 + count % 20, width);
          Answer expected(count * problem.dimensions);
          reference(problem, expected);
          const Answer answer = answer_of(problem, 3);
          for (std::size_t i = 0; i < answer.size(); ++i) {
            ASSERT_NEAR(answer[i], expected[i], 2e-5) << target.name << ", " << count << " vectors of " << width;
          }
        }
      }
    }
  }
}

TEST_P(EveryVariant, HadamardWithAllRowsKeepsLengths) {
  Problem problem = random_problem(Kind::hadamard, 50, 64, 64, 3);
  for (std::uint32_t row = 0; row < 64; ++row) problem.rows[row] = row;
  const Answer answer = answer_of(problem);
  for (std::size_t vector = 0; vector < 50; ++vector) {
    double before = 0;
    double after = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      before += std::pow(problem.vectors[vector * 64 + i], 2);
      after += std::pow(answer[vector * 64 + i], 2);
    }
    EXPECT_NEAR(after, before, 1e-4 * before);
  }
}

TEST_P(EveryVariant, Refuses) {
  const auto refusal = [&](const Problem& problem, std::size_t numbers) -> std::string {
    Answer answer(numbers);
    try {
      GetParam().run(problem, answer, {});
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refusal({Kind::gaussian, 1, 2, 1, {3, 5}, {1, 1}, {}, {}}, 1), "accepted");
  EXPECT_EQ(refusal({Kind::gaussian, 1, 2, 1, {3}, {1, 1}, {}, {}}, 1),
            "the matrix of vectors has 1 numbers, not 1 x 2");
  EXPECT_EQ(refusal({Kind::gaussian, 1, 2, 1, {3, 5}, {1, 1}, {}, {}}, 2), "the answer has 2 numbers, not 1 x 1");
  EXPECT_EQ(refusal({Kind::gaussian, 1, 2, 1, {3, 5}, {1}, {}, {}}, 1), "the Gaussian matrix has 1 numbers, not 1 x 2");
  EXPECT_EQ(refusal({Kind::sparse, 1, 2, 1, {3, 5}, {}, {1, 2}, {}}, 1), "a sign is neither -1 nor 1");
  EXPECT_EQ(refusal({Kind::hadamard, 1, 2, 1, {3, 5}, {}, {1, 0}, {0}}, 1), "a sign is neither -1 nor 1");
  EXPECT_EQ(refusal({Kind::hadamard, 1, 3, 1, {3, 5, 1}, {}, {1, 1, 1}, {4}}, 1),
            "a row of the Hadamard matrix does not exist");
  EXPECT_EQ(refusal({Kind::hadamard, 0, 0, 1, {}, {}, {}, {}}, 0), "there is no projection from or into 0 dimensions");
}

INSTANTIATE_TEST_SUITE_P(Projection, EveryVariant,
                         testing::ValuesIn(suite::typed_method<Problem, Answer>("projection_gaussian").variants),
                         [](const auto& variant) { return variant.param.name.text; });

}  // namespace
}  // namespace tandem::projection
