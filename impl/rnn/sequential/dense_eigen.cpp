// The dense cells as a user of Eigen would write them. One rule: impl/skeleton/eigen.cpp.
#include <Eigen/Core>

#include "impl/rnn/rnn.hpp"
#include "impl/support/levels.hpp"

namespace tandem::rnn {

// One definition per level, called for d > 0; TANDEM_LEVEL is the level of the compilation at hand.
template <class Level>
void sequential_eigen_at(const Problem<Tanh>& problem, Answer<>& answer);
template <class Level>
void sequential_eigen_at(const Problem<Gru>& problem, Answer<>& answer);

namespace {

using Index = Eigen::Index;
using Weights = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using Input = Eigen::Map<const Eigen::VectorXf>;

}  // namespace

template <>
void sequential_eigen_at<level::TANDEM_LEVEL>(const Problem<Tanh>& problem, Answer<>& answer) {
  const auto d = static_cast<Index>(problem.hidden_size);
  const auto length = static_cast<Index>(answer.states.size()) / d;
  const Weights a(problem.weights.data(), d, d);
  Eigen::VectorXf x = Input(problem.initial_state.data(), d);
  Eigen::VectorXf sum(d);
  for (Index t = 0; t < length; ++t) {
    sum.noalias() = a * x;
    x = (sum + Input(problem.input.data() + t * d, d)).array().tanh();
    Eigen::Map<Eigen::VectorXf>(answer.states.data() + t * d, d) = x;
  }
}

template <>
void sequential_eigen_at<level::TANDEM_LEVEL>(const Problem<Gru>& problem, Answer<>& answer) {
  const auto d = static_cast<Index>(problem.hidden_size);
  const auto length = static_cast<Index>(answer.states.size()) / d;
  const Weights w_zr(problem.weights.data(), 2 * d, d);
  const Weights w_c(problem.weights.data() + 2 * d * d, d, d);
  Eigen::VectorXf x = Input(problem.initial_state.data(), d);
  Eigen::VectorXf zr(2 * d);
  Eigen::VectorXf c(d);
  Eigen::VectorXf rx(d);
  for (Index t = 0; t < length; ++t) {
    const float* u = problem.input.data() + 3 * t * d;
    zr.noalias() = w_zr * x;
    zr = ((zr + Input(u, 2 * d)).array() * 0.5F).tanh() * 0.5F + 0.5F;  // the logistic function
    rx = zr.tail(d).cwiseProduct(x);
    c.noalias() = w_c * rx;
    c = (c + Input(u + 2 * d, d)).array().tanh();
    x = (1 - zr.head(d).array()) * x.array() + zr.head(d).array() * c.array();
    Eigen::Map<Eigen::VectorXf>(answer.states.data() + t * d, d) = x;
  }
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
namespace {

template <class Cell>
void run(const Problem<Cell>& problem, Answer<>& answer) {
  require_shapes(problem, answer);
  if (problem.hidden_size > 0) {
    at_chosen_level([&](auto level) { sequential_eigen_at<decltype(level)>(problem, answer); });
  }
  answer.iterations = 1;
  answer.repeated_steps = 0;
}

}  // namespace

template <>
void sequential_eigen(const Problem<Tanh>& problem, Answer<>& answer, const Execution&) {
  run(problem, answer);
}

template <>
void sequential_eigen(const Problem<Gru>& problem, Answer<>& answer, const Execution&) {
  run(problem, answer);
}
#endif

}  // namespace tandem::rnn
