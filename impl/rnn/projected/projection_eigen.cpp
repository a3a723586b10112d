// Compiled once per instruction-set level: see impl/skeleton/eigen.cpp for the rule that this brings.
#include <Eigen/Core>

#include "impl/rnn/projected/projection.hpp"
#include "impl/support/levels.hpp"

namespace tandem::rnn {

template <class Level>
void project_at(const float* weights, const float* bias, std::size_t inputs, std::size_t outputs, const float* x,
                std::size_t rows, float* out);

template <>
void project_at<level::TANDEM_LEVEL>(const float* weights, const float* bias, std::size_t inputs, std::size_t outputs,
                                     const float* x, std::size_t rows, float* out) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Index = Eigen::Index;
  const Eigen::Map<const Matrix> w(weights, static_cast<Index>(inputs), static_cast<Index>(outputs));
  const Eigen::Map<const Matrix> features(x, static_cast<Index>(rows), static_cast<Index>(inputs));
  const Eigen::Map<const Eigen::RowVectorXf> b(bias, static_cast<Index>(outputs));
  Eigen::Map<Matrix> y(out, static_cast<Index>(rows), static_cast<Index>(outputs));
  y.rowwise() = b;
  y.noalias() += features * w;
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
void project_eigen(const Projection& projection, const float* x, std::size_t rows, float* out) {
  if (rows == 0 || projection.outputs == 0) return;
  at_chosen_level([&](auto level) {
    project_at<decltype(level)>(projection.weights.data(), projection.bias.data(), projection.inputs,
                                projection.outputs, x, rows, out);
  });
}
#endif

}  // namespace tandem::rnn
