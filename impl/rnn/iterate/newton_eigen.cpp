// Newton's scheme as a user of Eigen would first write it: all pre-activations in one product, the Jacobians as
// matrices in the recurrence. See impl/skeleton/eigen.cpp for the rule of files with this name.
#include <Eigen/Core>

#include "impl/rnn/rnn.hpp"
#include "impl/support/levels.hpp"

namespace tandem::rnn {

/// Returns whether it has converged. `work` holds (T + 1) d numbers.
template <class Level>
bool newton_eigen_at(const Problem<Tanh>& problem, Eigen::Index length, Answer<>& answer, float* work,
                     double* residual);

template <>
bool newton_eigen_at<level::TANDEM_LEVEL>(const Problem<Tanh>& problem, Eigen::Index length, Answer<>& answer,
                                          float* work, double* residual) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto d = static_cast<Eigen::Index>(problem.hidden_size);
  const float tolerance = problem.stopping.tolerance == 0 ? 1e-6F : static_cast<float>(problem.stopping.tolerance);
  const Eigen::Map<const Matrix> a(problem.weights.data(), d, d);
  const Eigen::Map<const Matrix> u(problem.input.data(), length, d);
  // Row t is x_t: the states with the initial one before them.
  Eigen::Map<Matrix> x(work, length + 1, d);
  x.setZero();
  x.row(0) = Eigen::Map<const Eigen::RowVectorXf>(problem.initial_state.data(), d);
  Matrix f(length, d);
  Eigen::VectorXf correction(d);
  for (;;) {
    f.noalias() = x.topRows(length) * a.transpose();
    f = (f + u).array().tanh();
    const auto differences = (f - x.bottomRows(length)).array().abs();
    *residual = static_cast<double>(differences.maxCoeff());
    const float sum = differences.sum();
    const bool has_nan = sum != sum;
    const bool converged = !has_nan && *residual <= static_cast<double>(tolerance);
    if (converged || has_nan || answer.iterations == problem.stopping.max_iterations) {
      Eigen::Map<Matrix>(answer.states.data(), length, d) = x.bottomRows(length);
      return converged;
    }
    ++answer.iterations;
    correction.setZero();
    for (Eigen::Index t = 0; t < length; ++t) {
      const Matrix jacobian = (1 - f.row(t).array().square()).matrix().transpose().asDiagonal() * a;
      const Eigen::VectorXf through = jacobian * correction;
      correction = through + (f.row(t) - x.row(t + 1)).transpose();
      x.row(t + 1) = f.row(t) + through.transpose();
    }
    if (problem.stopping.clamp) x.bottomRows(length) = x.bottomRows(length).cwiseMax(-1).cwiseMin(1);
  }
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
void newton_eigen(const Problem<Tanh>& problem, Answer<>& answer, const Execution&) {
  require_shapes(problem, answer);
  answer.iterations = 0;
  answer.repeated_steps = 0;
  if (problem.length() == 0) return;
  std::vector<float> work((problem.length() + 1) * problem.hidden_size);
  const auto length = static_cast<Eigen::Index>(problem.length());
  double residual = 0;
  const bool converged = at_chosen_level(
      [&](auto level) { return newton_eigen_at<decltype(level)>(problem, length, answer, work.data(), &residual); });
  if (!converged) throw NotConverged(answer.iterations, residual);
}
#endif

}  // namespace tandem::rnn
