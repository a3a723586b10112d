// What the tests of the merge step share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "impl/nbce/nbce.hpp"

namespace tandem::nbce {

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

/// Rows of probabilities as logits.
inline Problem<float> problem_of(const std::vector<std::vector<double>>& rows, const Settings& settings) {
  Problem<float> problem{.vocabulary = rows[0].size(), .logits = {}, .settings = settings};
  for (const auto& row : rows) {
    for (const double p : row) problem.logits.push_back(static_cast<float>(std::log(p)));
  }
  return problem;
}

inline const std::vector<Pool> pools = {Pool::minimum_entropy, Pool::average, Pool::maximum};

using Variant = suite::Variant<Problem<float>, Answer<float>>;

class EveryVariant : public testing::TestWithParam<Variant> {
 protected:
  Answer<float> solve(const Problem<float>& problem) const {
    Answer<float> answer;
    answer.merged.assign(problem.vocabulary, nan);
    answer.entropies.assign(problem.rows(), nan);
    GetParam().run(problem, answer, {});
    return answer;
  }
  std::string refusal(const Problem<float>& problem) const {
    try {
      solve(problem);
    } catch (const std::invalid_argument& refused) {
      return refused.what();
    }
    return "accepted";
  }
};

INSTANTIATE_TEST_SUITE_P(Nbce, EveryVariant,
                         testing::ValuesIn(suite::typed_method<Problem<float>, Answer<float>>("nbce_merge").variants),
                         [](const auto& variant) { return variant.param.name.text; });

}  // namespace tandem::nbce
