// What attention's kernels are meant to cost, and how exact they are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "claims/attention/support.hpp"
#include "claims/suite/claim.hpp"
#include "claims/suite/timing.hpp"

namespace tandem::claims {
namespace {

Outcome bias_costs_nothing(bool full) {
  attention::Problem rotated = attention::random_problem({1, 1, 1024, 1024, 64}, 1);
  rotated.mask.causal = true;
  rotated.rotation.width = 64;
  attention::Problem biased = rotated;
  biased.query_bias = attention::normal_numbers(64, 1, 1, 3);
  biased.key_bias = attention::normal_numbers(64, 1, 1, 4);
  attention::Answer answer = attention::room_for(rotated);
  const Figure more =
      ratio([&] { attention::simd(biased, answer, {}); }, [&] { attention::simd(rotated, answer, {}); }, full ? 5 : 1);
  return {"time of RoPE with biases / without, n = 1024, d = 64: " + text_of(more), decide(more, at_most(1.02)), 1};
}

Outcome never_slower_than_a_matrix(bool full) {
  std::string figures;
  std::vector<Verdict> verdicts;
  for (std::size_t n = 16; n <= (full ? 8192 : 1024); n *= 2) {
    const attention::Problem problem = attention::random_problem({1, 1, n, n, 64}, 1);
    attention::Answer answer = attention::room_for(problem);
    const auto by = [&](auto variant) { return [&, variant] { variant(problem, answer, {}); }; };
    const Turns turns =
        take_turns({by(attention::simd), by(attention::matrix), by(attention::eigen)}, full ? 2.0 : 0.2);
    const Figure faster =
        turns.figure([](std::span<const double> seconds) { return std::min(seconds[1], seconds[2]) / seconds[0]; });
    verdicts.push_back(decide(faster, at_least(0.95)));
    figures += fmt::format("{}{}: {:.2f} [{:.2f}, {:.2f}]", figures.empty() ? "" : ", ", n, faster.estimate, faster.low,
                           faster.high);
  }
  return {"times as fast as the better of matrix and matrix_eigen at n = " + figures, together(verdicts),
          verdicts.size()};
}

/// The largest error of an output against the definition in double, and the number of rows that it is the largest of:
/// all of the first, whose means of few values leave the errors of weights as they are, and every 61st.
struct Error {
  double largest = 0;
  std::size_t rows = 0;
};

Error error_of(const attention::Problem& problem) {
  const attention::Shape& shape = problem.shape;
  const attention::Answer answer = streamed(problem);
  Error error;
  for (std::size_t row = 0; row < shape.queries; row += row < 256 ? 1 : 61, ++error.rows) {
    const std::vector<double> exact = exact_row(problem, 0, row).output;
    for (std::size_t i = 0; i < shape.width; ++i) {
      error.largest = std::max(error.largest, std::abs(answer.output[row * shape.width + i] - exact[i]));
    }
  }
  return error;
}

/// The threshold is for unit amplitude, which is that of attention::unit_problem: every number of queries, keys and
/// values is uniform in [-1, 1). Normal numbers are shown beside it: their values are up to five times as large, and so
/// is the rounding of their scores, from which nearly all of the error comes.
Outcome error_in_float(bool) {
  const attention::Shape shape{1, 1, 4096, 4096, 64};
  double worst = 0;
  std::size_t cases = 0;
  const auto figures = [&](attention::Problem problem, bool counts) {
    std::string text;
    for (const bool causal : {false, true}) {
      problem.mask.causal = causal;
      const Error error = error_of(problem);
      text += fmt::format("{}{:.1e}", causal ? " full, " : "", error.largest);
      if (!counts) continue;
      worst = std::max(worst, error.largest);
      cases += error.rows;
    }
    return text + " causal";
  };
  const std::string unit = figures(attention::unit_problem(shape, 1), true);
  const std::string normal = figures(attention::random_problem(shape, 1), false);
  return {unit + "; of normal numbers " + normal, confirmed_if(worst <= 2e-7), cases};
}

const RegisteredClaims attention_speed_registered{{
    {.id = "S1",
     .method = "attention",
     .statement = "Biases before the rotation are folded into it and cost nothing",
     .source = of_this_project,
     .threshold = "at most 2 % more time at n = 1024",
     .quick_seconds = 2,
     .full_seconds = 6,
     .experiment = bias_costs_nothing},
    {.id = "S2",
     .method = "attention",
     .statement = "Streaming is at no length slower than a whole matrix of scores",
     .source = of_this_project,
     .threshold = "at least 0.95 times as fast as the better of matrix and matrix_eigen, n = 16 to 1024 (full: 8192)",
     .quick_seconds = 3,
     .full_seconds = 60,
     .experiment = never_slower_than_a_matrix},
    {.id = "S3",
     .method = "attention",
     .statement = "Of queries, keys and values between -1 and 1 the output is right to two units of float's last place",
     .source = of_this_project,
     .threshold = "an error of at most 2e-7 at n = 4096, full and causal",
     .quick_seconds = 2,
     .full_seconds = 2,
     .experiment = error_in_float},
}};

}  // namespace
}  // namespace tandem::claims
