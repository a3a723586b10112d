#include "reference/skeleton/skeleton.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>

namespace tandem::skeleton {

// Plain on purpose: if this and a fast variant disagree, this is right until the formula says otherwise.
void reference(const Problem& problem, Answer& answer) {
  require_shapes(problem, answer);
  for (std::size_t i = 0; i < answer.size(); ++i) {
    const double product = static_cast<double>(problem.alpha) * problem.x[i];  // exact: 24 + 24 bits fit in 53
    answer[i] = static_cast<float>(product + problem.y[i]);
  }
}

void require_shapes(const Problem& problem, const Answer& answer) {
  if (problem.x.size() != problem.y.size()) {
    throw std::invalid_argument("x has " + std::to_string(problem.x.size()) + " numbers and y has " +
                                std::to_string(problem.y.size()) + ": they must have the same length");
  }
  if (answer.size() != problem.x.size()) {
    throw std::invalid_argument("the answer has room for " + std::to_string(answer.size()) + " numbers, not " +
                                std::to_string(problem.x.size()));
  }
}

}  // namespace tandem::skeleton
