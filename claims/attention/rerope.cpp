// Claims about ReRoPE (kexue.fm 9708), and about angles in single precision.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "claims/attention/support.hpp"
#include "claims/suite/claim.hpp"
#include "claims/suite/timing.hpp"
#include "impl/attention/angle_table.hpp"

namespace tandem::claims {
namespace {

constexpr std::size_t rerope_width = 128;

attention::Problem rotated_problem(std::size_t n, std::uint64_t seed) {
  attention::Problem problem = attention::random_problem({1, 1, n, n, rerope_width}, seed);
  problem.mask.causal = true;
  problem.rotation.width = rerope_width;
  problem.query_bias = attention::normal_numbers(rerope_width, 1, seed, 3);
  problem.key_bias = attention::normal_numbers(rerope_width, 1, seed, 4);
  return problem;
}

Outcome rerope_of_two_matrices(bool) {
  double worst = 0;
  double plain = 0;
  std::size_t cases = 0;
  for (const double window : {1.0, 16.0, 100.0, 300.0}) {
    for (const double stretch : {1e300, 8.0}) {
      attention::Problem problem = rotated_problem(300, 7);
      problem.rotation.window = window;
      problem.rotation.stretch = stretch;
      const attention::Answer answer = streamed(problem);
      for (const std::size_t row : {0, 1, 17, 150, 299}) {
        const std::vector<double> exact = exact_row(problem, 0, row).output;
        for (std::size_t i = 0; i < rerope_width; ++i) {
          worst = std::max(worst, std::abs(answer.output[row * rerope_width + i] - exact[i]));
        }
        ++cases;
      }
      if (window < 300) continue;
      problem.rotation.window = std::numeric_limits<double>::infinity();
      const attention::Answer rope = streamed(problem);
      for (std::size_t i = 0; i < answer.output.size(); ++i) {
        plain = std::max<double>(plain, std::abs(answer.output[i] - rope.output[i]));
      }
    }
  }
  return {
      fmt::format("two products within {:.1e} of the bent positions; with w = n within {:.1e} of RoPE", worst, plain),
      confirmed_if(worst <= 5e-5 && plain <= 1e-6), cases};
}

Outcome rerope_cost(bool full) {
  attention::Problem problem = attention::random_problem({1, 1, 2048, 2048, 64}, 1);
  problem.mask.causal = true;
  problem.rotation.width = 64;
  attention::Problem bent = problem;
  bent.rotation.window = 512;
  attention::Answer answer = attention::room_for(problem);
  const Figure more =
      ratio([&] { attention::simd(bent, answer, {}); }, [&] { attention::simd(problem, answer, {}); }, full ? 6 : 2);
  return {"time of ReRoPE / RoPE, n = 2048, w = 512, where two whole matrices of scores would be 1.5: " + text_of(more),
          decide(more, at_most(1.25)), 1};
}

Outcome float_angles(bool) {
  std::string figures;
  double before = 0;
  bool grows = true;
  double last = 0;
  std::size_t cases = 0;
  for (const double position : {512.0, 4096.0, 32768.0, 131072.0, 1048576.0}) {
    double worst = 0;
    const attention::AngleProblem angles{.base = 10000, .width = 128, .first = position - 64, .count = 64};
    attention::AngleAnswer right{std::vector<float>(64 * 64), std::vector<float>(64 * 64)};
    attention::AngleAnswer single = right;
    attention::reference(angles, right);
    attention::angles_float(angles, single, {});
    for (std::size_t i = 0; i < right.cosines.size(); ++i, ++cases) {
      worst = std::max<double>(worst, std::abs(single.cosines[i] - right.cosines[i]));
    }
    figures += fmt::format("{}{:.0f}: {:.1e}", figures.empty() ? "" : ", ", position, worst);
    grows &= worst > before;
    before = last = worst;
  }
  return {"error of the cosine of a float angle before position " + figures, confirmed_if(grows && last > 1e-2), cases};
}

const RegisteredClaims attention_rerope_registered{{
    {.id = "B10a",
     .method = "attention",
     .statement =
         "ReRoPE's two products are attention with bent positions, and RoPE where nothing is beyond the window",
     .source = "kexue.fm 9708",
     .threshold = "5e-5, plain and leaky; 1e-6",
     .experiment = rerope_of_two_matrices},
    {.id = "B10b",
     .method = "attention",
     .statement = "By tiles ReRoPE costs little more than RoPE, since only those on the band are computed twice",
     .source = of_this_project,
     .threshold = "at most 25 % more time at n = 2048, w = 512",
     .quick_seconds = 3,
     .full_seconds = 8,
     .experiment = rerope_cost},
    {.id = "B14",
     .method = "attention",
     .statement = "Angles computed in float lose RoPE at long range",
     .source = of_this_project,
     .threshold = "the error rises with the position, above 0.01 at 2^20",
     .experiment = float_angles},
}};

}  // namespace
}  // namespace tandem::claims
