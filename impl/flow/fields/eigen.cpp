// The empirical field with Eigen, as one would first write it: scores by one product, their exponentials, means by
// another. See impl/skeleton/eigen.cpp for the rule that a file compiled once per level has to keep.
#include <Eigen/Core>

#include "impl/flow/fields/eigen.hpp"
#include "impl/support/levels.hpp"

namespace tandem::flow {

template <class Level>
struct EigenAt {
  static void velocities(const EigenField& field, const float* queries, std::size_t count, float* out);
};

template <>
void EigenAt<level::TANDEM_LEVEL>::velocities(const EigenField& field, const float* queries, std::size_t count,
                                              float* out) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<Eigen::Index>(count), data_rows = static_cast<Eigen::Index>(field.count);
  const auto dimension = static_cast<Eigen::Index>(field.dimension);
  const Eigen::Map<const Matrix> x(queries, rows, dimension);
  const Eigen::Map<const Matrix> data(field.data, data_rows, dimension);
  const auto t = static_cast<float>(field.time);
  // -|x - (1 - t) y|^2 / (2 t^2) but for the part of |x|^2, which is the same for all data.
  const Eigen::RowVectorXf addend = data.rowwise().squaredNorm().transpose() * (-(1 - t) * (1 - t) / (2 * t * t));
  Matrix weights = x * data.transpose() * ((1 - t) / (t * t));
  weights.rowwise() += addend;
  const Eigen::VectorXf largest = weights.rowwise().maxCoeff();
  weights.colwise() -= largest;
  weights = weights.array().exp().matrix();
  const Eigen::VectorXf sums = weights.rowwise().sum();
  Eigen::Map<Matrix> velocity(out, rows, dimension);
  velocity.noalias() = weights * data;
  velocity = (x - (velocity.array().colwise() / sums.array()).matrix()) / t;
}

#ifdef TANDEM_DISPATCHER
void eigen_velocities(const EigenField& field, const float* queries, std::size_t count, float* out) {
  at_chosen_level([&](auto level) { EigenAt<decltype(level)>::velocities(field, queries, count, out); });
}
#endif

}  // namespace tandem::flow
