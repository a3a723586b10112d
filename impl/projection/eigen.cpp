#include <Eigen/Core>

#include "impl/projection/projection.hpp"
#include "impl/support/levels.hpp"

#ifdef TANDEM_DISPATCHER
#include <bit>
#include <vector>
#endif

namespace tandem::projection {

/// out = vectors matrix^T.
template <class Level>
void multiply_at(const float* vectors, const float* matrix, std::size_t count, std::size_t width,
                 std::size_t dimensions, float* out);

template <>
void multiply_at<level::TANDEM_LEVEL>(const float* vectors, const float* matrix, std::size_t count, std::size_t width,
                                      std::size_t dimensions, float* out) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto n = static_cast<Eigen::Index>(count);
  const auto d = static_cast<Eigen::Index>(width);
  const auto k = static_cast<Eigen::Index>(dimensions);
  Eigen::Map<Matrix>(out, n, k).noalias() =
      Eigen::Map<const Matrix>(vectors, n, d) * Eigen::Map<const Matrix>(matrix, k, d).transpose();
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
void eigen(const Problem& problem, Answer& answer, const Execution&) {
  require_valid(problem, answer);
  if (problem.count == 0) return;
  const double factor =
      __builtin_sqrt((problem.kind == Kind::sparse ? 3.0 : 1.0) / static_cast<double>(problem.dimensions));
  std::vector<float> matrix(problem.dimensions * problem.width);
  for (std::size_t k = 0; k < problem.dimensions; ++k) {
    for (std::size_t i = 0; i < problem.width; ++i) {
      const std::size_t at = k * problem.width + i;
      double entry = problem.kind == Kind::gaussian ? static_cast<double>(problem.matrix[at]) : 0;
      if (problem.kind == Kind::sparse) entry = problem.signs[at];
      if (problem.kind == Kind::hadamard) {
        entry = std::popcount(problem.rows[k] & i) % 2 == 1 ? -problem.signs[i] : problem.signs[i];
      }
      matrix[at] = static_cast<float>(factor * entry);
    }
  }
  at_chosen_level([&](auto level) {
    multiply_at<decltype(level)>(problem.vectors.data(), matrix.data(), problem.count, problem.width,
                                 problem.dimensions, answer.data());
  });
}
#endif

}  // namespace tandem::projection
