// The whole matrix of scores in float, in the loops that come to mind first. An opponent, so it is compiled for every
// SIMD target.
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "impl/attention/attention.hpp"
#include "impl/attention/whole.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/attention/matrix.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

void products(const float* queries, const float* keys, std::size_t query_count, std::size_t key_count,
              std::size_t width, float* scores) {
  for (std::size_t i = 0; i < query_count; ++i) {
    for (std::size_t j = 0; j < key_count; ++j) {
      float sum = 0;
      for (std::size_t k = 0; k < width; ++k) sum += queries[i * width + k] * keys[j * width + k];
      scores[i * key_count + j] = sum;
    }
  }
}

/// Softmax of a row's scores [first, last) in place and the mean of the values. Returns the entropy.
float mean_of_values(float* scores, std::size_t first, std::size_t last, const float* values, std::size_t width,
                     float* mean) {
  for (std::size_t i = 0; i < width; ++i) mean[i] = 0;
  float largest = -std::numeric_limits<float>::infinity();
  for (std::size_t j = first; j < last; ++j) {
    if (scores[j] > largest) largest = scores[j];
  }
  float total = 0;
  float moment = 0;
  for (std::size_t j = first; j < last; ++j) {
    const float score = scores[j] - largest;
    scores[j] = scores[j] == -std::numeric_limits<float>::infinity() ? 0 : std::exp(score);
    total += scores[j];
    if (scores[j] != 0) moment += scores[j] * score;
  }
  if (total == 0) return 0;  // it sees nothing
  for (std::size_t j = first; j < last; ++j) {
    const float weight = scores[j] / total;
    if (weight == 0) continue;
    for (std::size_t i = 0; i < width; ++i) mean[i] += weight * values[j * width + i];
  }
  return std::log(total) - moment / total;
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::attention {

HWY_EXPORT(products);
HWY_EXPORT(mean_of_values);

void matrix(const Problem& problem, Answer& answer, const Execution&) {
  require_valid(problem, answer);
  const Shape& shape = problem.shape;
  const Preparation preparation(problem);
  std::vector<float> scores(shape.queries * shape.keys);
  std::vector<float> far_scores(problem.rotation.bends() ? scores.size() : 0);
  for (std::size_t h = 0; h < shape.heads; ++h) {
    const WholeHead head = whole_head(preparation, h, answer);
    const auto multiply = HWY_DYNAMIC_DISPATCH(products);
    multiply(head.queries.data(), head.keys.data(), shape.queries, shape.keys, shape.width, scores.data());
    if (!far_scores.empty()) {
      multiply(head.far_queries.data(), head.far_keys.data(), shape.queries, shape.keys, shape.width,
               far_scores.data());
    }
    for (std::size_t i = 0; i < shape.queries; ++i) {
      float* row = scores.data() + i * shape.keys;
      const float* far = far_scores.empty() ? nullptr : far_scores.data() + i * shape.keys;
      const Span span = finish_scores(preparation, head, i, far, row);
      head.entropy[i] =
          std::max(0.0F, HWY_DYNAMIC_DISPATCH(mean_of_values)(row, span.first, span.last, head.values, shape.width,
                                                              head.output + i * shape.width));
    }
  }
}

}  // namespace tandem::attention
#endif  // HWY_ONCE
