// What the passes of a sequence are made of: its matrices, norms, rotations, attention. Included by sequence_eigen.cpp
// alone, once per level: everything is that compilation's own.
#pragma once

#include <Eigen/Core>
#include <cmath>

#include "impl/language_model/training/sequence.hpp"

namespace tandem::language_model {
namespace {

using Index = Eigen::Index;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Row = Eigen::Matrix<float, 1, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<Matrix>;
using ConstMap = Eigen::Map<const Matrix>;
using RowMap = Eigen::Map<Row>;
using ConstRowMap = Eigen::Map<const Row>;
using HeadMap = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;

constexpr float norm_epsilon = 1e-5F;

struct Parts {
  const Layout& layout;
  const float* parameters;
  const SequenceWorkspace& w;
  float* gradient;
  bool added;    // something is added to the scores
  Index stride;  // of a head in score_addends
  Index window;
  Index length, dim, kv_dim, hidden, layers, heads, group, head_size, vocabulary;

  ConstMap weight(std::size_t tensor, Index layer, Index to, Index from) const {
    return {parameters + tensor + layer * to * from, to, from};
  }
  Map weight_gradient(std::size_t tensor, Index layer, Index to, Index from) const {
    return {gradient + tensor + layer * to * from, to, from};
  }
  Map of_layer(float* tensor, Index layer, Index width) const {
    return {tensor + layer * length * width, length, width};
  }
  /// One head's columns of the rows [begin, begin + count).
  HeadMap head_of(Map matrix, Index head, Index begin, Index count) const {
    return {matrix.data() + begin * matrix.cols() + head * head_size, count, head_size,
            Eigen::OuterStride<>(matrix.cols())};
  }

  void norm(std::size_t gain_tensor, Index layer, const Map& x, Map y) const {
    const ConstRowMap gain(parameters + gain_tensor + layer * dim, dim);
    for (Index t = 0; t < length; ++t) {
      const float r = 1 / std::sqrt(x.row(t).squaredNorm() / static_cast<float>(dim) + norm_epsilon);
      y.row(t) = r * x.row(t).cwiseProduct(gain);
    }
  }

  /// Adds to the gradient of x; y_gradient is used up.
  void norm_backward(std::size_t gain_tensor, Index layer, const Map& x, Map y_gradient, Map x_gradient) const {
    const ConstRowMap gain(parameters + gain_tensor + layer * dim, dim);
    RowMap gain_gradient(gradient + gain_tensor + layer * dim, dim);
    gain_gradient.setZero();
    for (Index t = 0; t < length; ++t) {
      const float r = 1 / std::sqrt(x.row(t).squaredNorm() / static_cast<float>(dim) + norm_epsilon);
      gain_gradient += r * y_gradient.row(t).cwiseProduct(x.row(t));
      y_gradient.row(t) = y_gradient.row(t).cwiseProduct(gain);
      const float mean = y_gradient.row(t).dot(x.row(t)) / static_cast<float>(dim);
      x_gradient.row(t) += r * y_gradient.row(t) - (r * r * r * mean) * x.row(t);
    }
  }

  void turn(Map x, const RotationTable& table, float direction) const {
    const Index pairs = head_size / 2;
    for (Index t = 0; t < length; ++t) {
      const float* cosine = table.cosine + t * pairs;
      const float* sine = table.sine + t * pairs;
      for (float* head = x.data() + t * x.cols(); head < x.data() + (t + 1) * x.cols(); head += head_size) {
        for (Index i = 0; i < pairs; ++i) {
          const float first = head[2 * i];
          const float second = head[2 * i + 1];
          head[2 * i] = first * cosine[i] - second * direction * sine[i];
          head[2 * i + 1] = first * direction * sine[i] + second * cosine[i];
        }
      }
    }
  }

  /// Calls visit(head, key head, first query, queries) for every block of queries; they see the keys before
  /// first + queries.
  template <class Visit>
  void for_each_block(Visit&& visit) const {
    for (Index head = 0; head < heads; ++head) {
      for (Index begin = 0; begin < length; begin += static_cast<Index>(query_block)) {
        visit(head, head / group, begin, Eigen::numext::mini(static_cast<Index>(query_block), length - begin));
      }
    }
  }

  /// The first position that t sees.
  Index first_seen(Index t) const { return window > 0 && t >= window ? t + 1 - window : 0; }

  /// Products of the queries from `begin` on with keys become weights: weigh(row, factor, t) makes them of what t sees,
  /// whose scores are row times factor. The rest is 0.
  template <class Weigh>
  void for_each_row(Map scores, Index head, Index begin, Weigh&& weigh) const {
    for (Index i = 0; i < scores.rows(); ++i) {
      const Index t = begin + i;
      const Index first = first_seen(t);
      auto row = scores.row(i).segment(first, t + 1 - first).array();
      float factor = w.score_factors[t];
      if (added) {
        row = row * factor + ConstRowMap(w.score_addends + (head + 1) * stride - (t + 1 - first), row.size()).array();
        factor = 1;
      }
      weigh(row, factor, t);
      scores.row(i).head(first).setZero();
      scores.row(i).tail(scores.cols() - t - 1).setZero();
    }
  }

  void attention(Index layer) const {
    const Map query = of_layer(w.query, layer, dim), key = of_layer(w.key, layer, kv_dim),
              value = of_layer(w.value, layer, kv_dim), mixed = of_layer(w.mixed, layer, dim);
    for_each_block([&](Index head, Index kv_head, Index begin, Index count) {
      const Index seen = begin + count;
      float* log_sums = w.log_sums + (layer * heads + head) * length;
      Map scores(w.scores, count, seen);
      scores.noalias() = head_of(query, head, begin, count) * head_of(key, kv_head, 0, seen).transpose();
      for_each_row(scores, head, begin, [&](auto row, float factor, Index t) {
        const float largest = row.maxCoeff() * factor;
        row = (row * factor - largest).exp();
        const float sum = row.sum();
        row *= 1 / sum;
        log_sums[t] = largest + std::log(sum);
      });
      head_of(mixed, head, begin, count).noalias() = scores * head_of(value, kv_head, 0, seen);
    });
  }

  void attention_backward(Index layer) const {
    const Map query = of_layer(w.query, layer, dim), key = of_layer(w.key, layer, kv_dim),
              value = of_layer(w.value, layer, kv_dim), mixed = of_layer(w.mixed, layer, dim),
              mixed_gradient(w.mixed_gradient, length, dim), query_gradient(w.query_gradient, length, dim);
    Map key_gradient(w.key_gradient, length, kv_dim), value_gradient(w.value_gradient, length, kv_dim);
    key_gradient.setZero();
    value_gradient.setZero();
    for_each_block([&](Index head, Index kv_head, Index begin, Index count) {
      const Index seen = begin + count;
      const float* log_sums = w.log_sums + (layer * heads + head) * length;
      const auto query_rows = head_of(query, head, begin, count);
      const auto mixed_rows = head_of(mixed, head, begin, count);
      const auto gradient_rows = head_of(mixed_gradient, head, begin, count);
      const auto key_rows = head_of(key, kv_head, 0, seen);
      Map scores(w.scores, count, seen);
      Map scores_gradient(w.scores_gradient, count, seen);
      scores.noalias() = query_rows * key_rows.transpose();
      for_each_row(scores, head, begin,
                   [&](auto row, float factor, Index t) { row = (row * factor - log_sums[t]).exp(); });
      head_of(value_gradient, kv_head, 0, seen).noalias() += scores.transpose() * gradient_rows;
      scores_gradient.noalias() = gradient_rows * head_of(value, kv_head, 0, seen).transpose();
      for (Index i = 0; i < count; ++i) {
        const float mean = gradient_rows.row(i).dot(mixed_rows.row(i));
        scores_gradient.row(i).array() =
            scores.row(i).array() * (scores_gradient.row(i).array() - mean) * w.score_factors[begin + i];
      }
      head_of(query_gradient, head, begin, count).noalias() = scores_gradient * key_rows;
      head_of(key_gradient, kv_head, 0, seen).noalias() += scores_gradient.transpose() * query_rows;
    });
  }
};

}  // namespace
}  // namespace tandem::language_model
