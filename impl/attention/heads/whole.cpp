#include "impl/attention/heads/whole.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace tandem::attention {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// Biased, turned and scaled rows; `scale(row)` is in natural units.
template <class Angle, class ScaleOf>
std::vector<float> turned(const Problem& problem, const float* rows, std::size_t count, const float* bias,
                          const Angle& angles, const ScaleOf& scale) {
  const std::size_t d = problem.shape.width;
  const std::size_t pairs = problem.rotation.width / 2;
  const Turn turn{
      .width = d, .pairs = pairs, .interleaved = problem.rotation.layout == Layout::interleaved, .bias = bias};
  std::vector<float> out(count * d);
  std::vector<float> cosines(pairs);
  std::vector<float> sines(pairs);
  for (std::size_t row = 0; row < count; ++row) {
    if (pairs > 0) angles(row, cosines.data(), sines.data());
    turn.apply(rows + row * d, cosines.data(), sines.data(), scale(row), out.data() + row * d);
  }
  return out;
}

}  // namespace

WholeHead whole_head(const Preparation& preparation, std::size_t head, Answer& answer) {
  const Problem& problem = preparation.problem();
  const Shape& shape = problem.shape;
  const std::size_t d = shape.width;
  const std::size_t key_head = head / shape.group();
  const float* queries = problem.queries.data() + head * shape.queries * d;
  const float* keys = problem.keys.data() + key_head * shape.keys * d;
  const float* query_bias = problem.query_bias.empty() ? nullptr : problem.query_bias.data() + head * d;
  const float* key_bias = problem.key_bias.empty() ? nullptr : problem.key_bias.data() + key_head * d;
  const auto scale = [&](std::size_t query) {
    return static_cast<float>(preparation.scale(query) * std::numbers::ln2);
  };
  const auto one = [](std::size_t) { return 1.0F; };
  const auto angles_of_query = [&](bool far) {
    return [&preparation, far](std::size_t query, float* cosines, float* sines) {
      preparation.query_angles(far, query, 1, cosines, sines);
    };
  };
  const auto angles_of_key = [&](bool far) {
    return [&preparation, far](std::size_t key, float* cosines, float* sines) {
      preparation.key_angles(far, key, 1, cosines, sines);
    };
  };
  WholeHead whole{.queries = turned(problem, queries, shape.queries, query_bias, angles_of_query(false), scale),
                  .keys = turned(problem, keys, shape.keys, key_bias, angles_of_key(false), one),
                  .far_queries = {},
                  .far_keys = {},
                  .relative = preparation.relative_tables(head, 1),
                  .values = problem.values.data() + key_head * shape.keys * d,
                  .output = answer.output.data() + head * shape.queries * d,
                  .entropy = answer.entropy.data() + head * shape.queries};
  if (problem.rotation.bends()) {
    whole.far_queries = turned(problem, queries, shape.queries, query_bias, angles_of_query(true), scale);
    whole.far_keys = turned(problem, keys, shape.keys, key_bias, angles_of_key(true), one);
  }
  for (float& number : whole.relative) number = static_cast<float>(number * std::numbers::ln2);
  return whole;
}

Span finish_scores(const Preparation& preparation, const WholeHead& head, std::size_t query, const float* far,
                   float* scores) {
  const Problem& problem = preparation.problem();
  const Span span = visible(problem, query);
  const std::ptrdiff_t place = preparation.place(query);
  for (std::size_t j = 0; j < problem.shape.keys; ++j) {
    const std::ptrdiff_t distance = place - static_cast<std::ptrdiff_t>(j);
    if (far != nullptr && static_cast<double>(distance) >= problem.rotation.window) scores[j] = far[j];
    if (!head.relative.empty()) {
      scores[j] += head.relative[static_cast<std::size_t>(distance + static_cast<std::ptrdiff_t>(preparation.reach()))];
    }
    const bool hidden = !problem.addend.empty() && problem.addend[j] == -infinity;
    if (j < span.first || j >= span.last || hidden) {
      scores[j] = -infinity;
    } else if (!problem.addend.empty()) {
      scores[j] += problem.addend[j];
    }
  }
  return span;
}

}  // namespace tandem::attention
