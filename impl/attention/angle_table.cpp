#include "impl/attention/angle_table.hpp"

#include <cmath>

#include "impl/attention/heads/angles.hpp"

namespace tandem::attention {

void angles_float(const AngleProblem& problem, AngleAnswer& answer, const Execution&) {
  require_valid(problem, answer);
  const std::size_t pairs = problem.width / 2;
  std::vector<float> thetas;
  for (std::size_t i = 0; i < pairs; ++i) {
    thetas.push_back(
        1 / std::pow(static_cast<float>(problem.base), 2 * static_cast<float>(i) / static_cast<float>(problem.width)));
  }
  for (std::size_t n = 0; n < problem.count; ++n) {
    const auto position = static_cast<float>(problem.first + static_cast<double>(n));
    for (std::size_t i = 0; i < pairs; ++i) {
      answer.cosines[n * pairs + i] = std::cos(position * thetas[i]);
      answer.sines[n * pairs + i] = std::sin(position * thetas[i]);
    }
  }
}

void angles_simd(const AngleProblem& problem, AngleAnswer& answer, const Execution&) {
  require_valid(problem, answer);
  const Angles angles(problem.base, problem.width, problem.first, 1, problem.count);
  angles.fill(0, problem.count, answer.cosines.data(), answer.sines.data());
}

}  // namespace tandem::attention
