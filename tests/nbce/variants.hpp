// What the tests of the merge step share.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "impl/nbce/nbce.hpp"

namespace tandem::nbce {

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

using Run = void (*)(const Problem<float>&, Answer<float>&, const Execution&);

struct Named {
  const char* name;
  Run run;
};

inline void run_reference(const Problem<float>& problem, Answer<float>& answer, const Execution&) {
  reference(problem, answer);
}

template <class Logit, class Function>
Answer<float> answer_of(const Problem<Logit>& problem, Function run, int threads = 1) {
  Answer<float> answer;
  answer.merged.assign(problem.vocabulary, nan);
  answer.entropies.assign(problem.rows(), nan);
  run(problem, answer, {.threads = threads});
  return answer;
}

/// Rows of probabilities as logits.
inline Problem<float> problem_of(const std::vector<std::vector<double>>& rows, const Settings& settings) {
  Problem<float> problem{.vocabulary = rows[0].size(), .logits = {}, .settings = settings};
  for (const auto& row : rows) {
    for (const double p : row) problem.logits.push_back(static_cast<float>(std::log(p)));
  }
  return problem;
}

inline const std::vector<Pool> pools = {Pool::minimum_entropy, Pool::average, Pool::maximum};

class EveryVariant : public testing::TestWithParam<Named> {
 protected:
  Answer<float> solve(const Problem<float>& problem) const { return answer_of(problem, GetParam().run); }
  std::string refusal(const Problem<float>& problem) const {
    try {
      solve(problem);
    } catch (const std::invalid_argument& refused) {
      return refused.what();
    }
    return "accepted";
  }
};

inline const auto every_variant =
    testing::Values(Named{"reference", run_reference}, Named{"eigen", eigen}, Named{"simd", simd<float>},
                    Named{"simd_omp", simd_omp<float>}, Named{"simd_tbb", simd_tbb<float>});

}  // namespace tandem::nbce
