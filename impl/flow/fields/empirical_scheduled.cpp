// The Eigen variants of the empirical field: all queries at once, or a share for each thread.
#include <algorithm>

#include "impl/flow/fields/eigen.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::flow {
void eigen(const EmpiricalProblem& problem, EmpiricalAnswer& answer, const Execution& execution) {
  require_valid(problem, answer);
  const std::size_t size = problem.data.dimension, queries = problem.queries.size();
  const EigenField field{problem.data.values.data(), problem.data.size(), size, problem.time};
  const auto threads = static_cast<std::size_t>(execution.team());
  const std::size_t share = std::max<std::size_t>(1, (queries + threads - 1) / threads);
  for_each_chunk(execution, queries, share, [&](std::size_t begin, std::size_t end) {
    eigen_velocities(field, problem.queries.values.data() + begin * size, end - begin, answer.data() + begin * size);
  });
}

}  // namespace tandem::flow
