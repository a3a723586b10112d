#include "reference/attention/angle_table.hpp"

#include <cmath>

#include "reference/support/require.hpp"

namespace tandem::attention {

void reference(const AngleProblem& problem, AngleAnswer& answer) {
  require_valid(problem, answer);
  const std::size_t pairs = problem.width / 2;
  for (std::size_t n = 0; n < problem.count; ++n) {
    for (std::size_t i = 0; i < pairs; ++i) {
      const double theta = std::pow(problem.base, -2.0 * static_cast<double>(i) / static_cast<double>(problem.width));
      const double angle = (problem.first + static_cast<double>(n)) * theta;
      answer.cosines[n * pairs + i] = static_cast<float>(std::cos(angle));
      answer.sines[n * pairs + i] = static_cast<float>(std::sin(angle));
    }
  }
}

void require_valid(const AngleProblem& problem, const AngleAnswer& answer) {
  require(problem.width > 0 && problem.width % 2 == 0, "the width of the angles is not an even number above 0");
  require(std::isfinite(problem.base) && problem.base > 1, "the base of the angles is not a number above 1");
  require(std::abs(problem.first) <= 0x1p40, "the first position is not a number between -2^40 and 2^40");
  const std::size_t numbers = problem.count * (problem.width / 2);
  require(answer.cosines.size() == numbers && answer.sines.size() == numbers,
          "the answer has not one cosine and one sine for every pair and position");
}

}  // namespace tandem::attention
