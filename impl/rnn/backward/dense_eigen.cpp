// The backward pass of the dense cells as a user of Eigen would first write it. One rule: impl/skeleton/eigen.cpp.
#include <Eigen/Core>

#include "impl/rnn/backward/backward.hpp"
#include "impl/support/levels.hpp"

namespace tandem::rnn {

// One definition per level, called for d > 0; TANDEM_LEVEL is the level of the compilation at hand.
template <class Level>
void backward_eigen_at(const BackwardProblem<Tanh>& problem, Gradient<>& gradient);
template <class Level>
void backward_eigen_at(const BackwardProblem<Gru>& problem, Gradient<>& gradient);

namespace {

using Index = Eigen::Index;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXf;
using ConstMatrix = Eigen::Map<const Matrix>;
using ConstVector = Eigen::Map<const Vector>;

}  // namespace

template <>
void backward_eigen_at<level::TANDEM_LEVEL>(const BackwardProblem<Tanh>& problem, Gradient<>& gradient) {
  const auto d = static_cast<Index>(problem.forward.hidden_size);
  const ConstMatrix a(problem.forward.weights.data(), d, d);
  Eigen::Map<Matrix> a_gradient(gradient.weights.data(), d, d);
  a_gradient.setZero();
  Eigen::Map<Vector> lambda(gradient.initial_state.data(), d);
  lambda.setZero();
  for (Index t = static_cast<Index>(problem.states.size()) / d; t-- > 0;) {
    const ConstVector next(problem.states.data() + t * d, d);
    const ConstVector x(t == 0 ? problem.forward.initial_state.data() : problem.states.data() + (t - 1) * d, d);
    lambda += ConstVector(problem.state_gradient.data() + t * d, d);
    Eigen::Map<Vector> delta(gradient.input.data() + t * d, d);
    delta = lambda.array() * (1.0F - next.array().square());
    a_gradient.noalias() += delta * x.transpose();
    lambda.noalias() = a.transpose() * delta;
  }
}

template <>
void backward_eigen_at<level::TANDEM_LEVEL>(const BackwardProblem<Gru>& problem, Gradient<>& gradient) {
  const auto d = static_cast<Index>(problem.forward.hidden_size);
  const ConstMatrix w_zr(problem.forward.weights.data(), 2 * d, d);
  const ConstMatrix w_c(problem.forward.weights.data() + 2 * d * d, d, d);
  Eigen::Map<Matrix> zr_gradient(gradient.weights.data(), 2 * d, d);
  Eigen::Map<Matrix> c_gradient(gradient.weights.data() + 2 * d * d, d, d);
  zr_gradient.setZero();
  c_gradient.setZero();
  Eigen::Map<Vector> lambda(gradient.initial_state.data(), d);
  lambda.setZero();
  Vector zr(2 * d);
  Vector c(d);
  Vector reset_state(d);
  Vector reset_gradient(d);
  for (Index t = static_cast<Index>(problem.states.size()) / d; t-- > 0;) {
    const ConstVector x(t == 0 ? problem.forward.initial_state.data() : problem.states.data() + (t - 1) * d, d);
    const float* u = problem.forward.input.data() + t * 3 * d;
    lambda += ConstVector(problem.state_gradient.data() + t * d, d);

    zr.noalias() = w_zr * x;
    zr = ((zr + ConstVector(u, 2 * d)).array() * 0.5F).tanh() * 0.5F + 0.5F;  // the logistic function
    const auto z = zr.head(d).array();
    const auto r = zr.tail(d).array();
    reset_state = r * x.array();
    c.noalias() = w_c * reset_state;
    c = (c + ConstVector(u + 2 * d, d)).array().tanh();

    Eigen::Map<Vector> delta_zr(gradient.input.data() + t * 3 * d, 2 * d);
    Eigen::Map<Vector> delta_c(gradient.input.data() + t * 3 * d + 2 * d, d);
    delta_c = lambda.array() * z * (1.0F - c.array().square());
    reset_gradient.noalias() = w_c.transpose() * delta_c;
    delta_zr.head(d) = lambda.array() * (c - x).array() * z * (1.0F - z);
    delta_zr.tail(d) = reset_gradient.array() * x.array() * r * (1.0F - r);
    zr_gradient.noalias() += delta_zr * x.transpose();
    c_gradient.noalias() += delta_c * reset_state.transpose();
    lambda = lambda.array() * (1.0F - z) + reset_gradient.array() * r;
    lambda.noalias() += w_zr.transpose() * delta_zr;
  }
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
namespace {

template <class Cell>
void run(const BackwardProblem<Cell>& problem, Gradient<>& gradient) {
  require_shapes(problem, gradient);
  if (problem.forward.hidden_size == 0) return;
  at_chosen_level([&](auto level) { backward_eigen_at<decltype(level)>(problem, gradient); });
}

}  // namespace

template <>
void backward_eigen(const BackwardProblem<Tanh>& problem, Gradient<>& gradient, const Execution&) {
  run(problem, gradient);
}

template <>
void backward_eigen(const BackwardProblem<Gru>& problem, Gradient<>& gradient, const Execution&) {
  run(problem, gradient);
}
#endif

}  // namespace tandem::rnn
