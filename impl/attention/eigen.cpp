// The whole matrix of scores by Eigen's products.
#include <Eigen/Core>

#include "impl/attention/attention.hpp"
#include "impl/support/levels.hpp"

#ifdef TANDEM_DISPATCHER
#include <algorithm>
#include <vector>

#include "impl/attention/whole.hpp"
#endif

namespace tandem::attention {

/// The level's share of the work. Matrices lie row by row.
template <class Level>
struct EigenAt {
  static void scores(const float* queries, const float* keys, std::size_t query_count, std::size_t key_count,
                     std::size_t width, float* scores);
  /// Scores to weights.
  static void softmax(float* scores, std::size_t query_count, std::size_t key_count, float* entropy);
  static void means(const float* weights, const float* values, std::size_t query_count, std::size_t key_count,
                    std::size_t width, float* out);
};

namespace {
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
Eigen::Map<const Matrix> matrix_at(const float* numbers, std::size_t rows, std::size_t columns) {
  return {numbers, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
}
Eigen::Map<Matrix> matrix_at(float* numbers, std::size_t rows, std::size_t columns) {
  return {numbers, static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(columns)};
}
}  // namespace

template <>
void EigenAt<level::TANDEM_LEVEL>::scores(const float* queries, const float* keys, std::size_t query_count,
                                          std::size_t key_count, std::size_t width, float* scores) {
  matrix_at(scores, query_count, key_count).noalias() =
      matrix_at(queries, query_count, width) * matrix_at(keys, key_count, width).transpose();
}

template <>
void EigenAt<level::TANDEM_LEVEL>::softmax(float* scores, std::size_t query_count, std::size_t key_count,
                                           float* entropy) {
  auto all = matrix_at(scores, query_count, key_count);
  for (Eigen::Index i = 0; i < all.rows(); ++i) {
    auto row = all.row(i).array();
    const float largest = row.maxCoeff<Eigen::PropagateNaN>();
    entropy[i] = 0;
    if (largest == -__builtin_inff()) {  // it sees nothing
      row = 0;
      continue;
    }
    row = row - largest;
    row = (row < -100.0F).select(-100.0F, row);  // a weight there is 0 as good as exactly, and so is its entropy
    Eigen::Array<float, 1, Eigen::Dynamic> weights = row.exp();
    weights = (row == -100.0F).select(0, weights);
    const float total = weights.sum();
    const float spread = __builtin_logf(total) - (weights * row).sum() / total;
    entropy[i] = spread < 0 ? 0 : spread;
    row = weights / total;
  }
}

template <>
void EigenAt<level::TANDEM_LEVEL>::means(const float* weights, const float* values, std::size_t query_count,
                                         std::size_t key_count, std::size_t width, float* out) {
  matrix_at(out, query_count, width).noalias() =
      matrix_at(weights, query_count, key_count) * matrix_at(values, key_count, width);
}

#ifdef TANDEM_DISPATCHER  // in one of the compilations
namespace {

template <class At>
void eigen_heads(const Problem& problem, Answer& answer) {
  const Shape& shape = problem.shape;
  const Preparation preparation(problem);
  std::vector<float> scores(shape.queries * shape.keys);
  std::vector<float> far_scores(problem.rotation.bends() ? scores.size() : 0);
  if (shape.keys == 0) {
    std::ranges::fill(answer.output, 0.0F);
    std::ranges::fill(answer.entropy, 0.0F);
    return;
  }
  for (std::size_t h = 0; h < shape.heads && shape.queries > 0; ++h) {
    const WholeHead head = whole_head(preparation, h, answer);
    At::scores(head.queries.data(), head.keys.data(), shape.queries, shape.keys, shape.width, scores.data());
    if (!far_scores.empty()) {
      At::scores(head.far_queries.data(), head.far_keys.data(), shape.queries, shape.keys, shape.width,
                 far_scores.data());
    }
    for (std::size_t i = 0; i < shape.queries; ++i) {
      const float* far = far_scores.empty() ? nullptr : far_scores.data() + i * shape.keys;
      finish_scores(preparation, head, i, far, scores.data() + i * shape.keys);
    }
    At::softmax(scores.data(), shape.queries, shape.keys, head.entropy);
    At::means(scores.data(), head.values, shape.queries, shape.keys, shape.width, head.output);
  }
}

}  // namespace

void eigen(const Problem& problem, Answer& answer, const Execution&) {
  require_valid(problem, answer);
  at_chosen_level([&](auto level) { eigen_heads<EigenAt<decltype(level)>>(problem, answer); });
}
#endif

}  // namespace tandem::attention
