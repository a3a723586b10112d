#include "reference/attention/attention.hpp"

#include <algorithm>
#include <cmath>

namespace tandem::attention {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

bool hidden(const Problem& problem, std::size_t key) {
  return !problem.addend.empty() && problem.addend[key] == -std::numeric_limits<float>::infinity();
}

std::size_t count_seen(const Problem& problem, const Span& span) {
  std::size_t count = 0;
  for (std::size_t key = span.first; key < span.last; ++key) count += hidden(problem, key) ? 0 : 1;
  return count;
}

/// x^T R_D y, where pair (u, v) of x times the conjugate of that of y turns by D theta.
double turned_product(const Rotation& rotation, const std::vector<double>& x, const std::vector<double>& y,
                      double distance) {
  const std::size_t half = rotation.width / 2;
  double sum = 0;
  for (std::size_t i = 0; i < half; ++i) {
    const std::size_t u = rotation.layout == Layout::interleaved ? 2 * i : i;
    const std::size_t v = rotation.layout == Layout::interleaved ? 2 * i + 1 : i + half;
    const double theta = std::pow(rotation.base, -2.0 * static_cast<double>(i) / static_cast<double>(rotation.width));
    const double angle = distance * theta;
    sum += std::cos(angle) * (x[u] * y[u] + x[v] * y[v]) - std::sin(angle) * (x[v] * y[u] - x[u] * y[v]);
  }
  for (std::size_t i = rotation.width; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

std::vector<double> biased(const float* row, const std::vector<float>& bias, std::size_t head, std::size_t width) {
  std::vector<double> sum(row, row + width);
  if (!bias.empty()) {
    for (std::size_t i = 0; i < width; ++i) sum[i] += bias[head * width + i];
  }
  return sum;
}

/// Where the query stands among the keys.
double place(const Problem& problem, std::size_t query) {
  return static_cast<double>(query) + static_cast<double>(problem.shape.keys) -
         static_cast<double>(problem.shape.queries);
}

}  // namespace

Span visible(const Problem& problem, std::size_t query) {
  const Shape& shape = problem.shape;
  if (!problem.mask.causal) return {0, shape.keys};
  if (query + shape.keys < shape.queries) return {0, 0};  // it stands before the first key
  const std::size_t last = query + shape.keys - shape.queries + 1;
  const std::size_t window = problem.mask.window;
  return {window == 0 || window > last ? 0 : last - window, last};
}

double scale_factor(const Scaling& scaling, std::size_t seen) {
  if (scaling.policy == Scale::standard) return 1;
  if (seen == 0) return 0;
  const double log_n = std::log(static_cast<double>(seen));
  switch (scaling.policy) {
    case Scale::logarithmic:
      return log_n / std::log(scaling.base);
    case Scale::post_hoc:
      return std::max(1.0, log_n / std::log(scaling.base));
    case Scale::natural:
      return log_n;
    default:
      return scaling.slope * log_n;
  }
}

std::size_t seen_keys(const Problem& problem, std::size_t query) {
  return count_seen(problem, problem.scaling.per_row ? visible(problem, query) : Span{0, problem.shape.keys});
}

double bent(const Rotation& rotation, double distance) {
  if (!(distance >= rotation.window)) return distance;
  return rotation.window + (distance - rotation.window) / rotation.stretch;
}

double relative_bias(const RelativeBias& bias, const Shape& shape, std::size_t head, double distance) {
  distance = std::abs(distance);
  switch (bias.kind) {
    case Relative::alibi:
      return -bias.first * std::exp2(-8.0 * static_cast<double>(head + 1) / static_cast<double>(shape.heads)) *
             distance;
    case Relative::kerple_log:
      return -bias.first * std::log1p(bias.second * distance);
    case Relative::kerple_power:
      return -bias.first * std::pow(distance, bias.second);
    case Relative::sandwich: {
      double sum = 0;
      for (std::size_t i = 0; i < shape.width / 2; ++i) {
        sum += std::cos(distance *
                        std::pow(bias.second, -2.0 * static_cast<double>(i) / static_cast<double>(shape.width)));
      }
      return bias.first * sum;
    }
    default:
      return 0;
  }
}

Row exact_row(const Problem& problem, std::size_t head, std::size_t query) {
  const Shape& shape = problem.shape;
  const std::size_t d = shape.width;
  const std::size_t key_head = head / shape.group();
  Row row{.scores = std::vector<double>(shape.keys, -infinity),
          .weights = std::vector<double>(shape.keys, 0),
          .output = std::vector<double>(d, 0),
          .entropy = 0};

  const std::vector<double> q =
      biased(problem.queries.data() + (head * shape.queries + query) * d, problem.query_bias, head, d);
  const double scale = scale_factor(problem.scaling, seen_keys(problem, query)) / std::sqrt(static_cast<double>(d));
  const Span span = visible(problem, query);
  double largest = -infinity;
  for (std::size_t j = span.first; j < span.last; ++j) {
    if (hidden(problem, j)) continue;
    const std::vector<double> k =
        biased(problem.keys.data() + (key_head * shape.keys + j) * d, problem.key_bias, key_head, d);
    const double distance = place(problem, query) - static_cast<double>(j);
    row.scores[j] = scale * turned_product(problem.rotation, q, k, bent(problem.rotation, distance)) +
                    relative_bias(problem.relative, shape, head, distance);
    if (!problem.addend.empty()) row.scores[j] += problem.addend[j];
    largest = std::max(largest, row.scores[j]);
  }

  // H = log Z - sum_j p_j (s_j - largest) with Z of the shifted scores: no weight's logarithm is needed.
  double z = 0;
  double moment = 0;
  for (std::size_t j = span.first; j < span.last; ++j) {
    if (hidden(problem, j)) continue;
    row.weights[j] = std::exp(row.scores[j] - largest);
    z += row.weights[j];
    if (row.weights[j] != 0) moment += row.weights[j] * (row.scores[j] - largest);
  }
  if (z == 0) return row;  // it sees nothing
  row.entropy = std::log(z) - moment / z;
  for (std::size_t j = span.first; j < span.last; ++j) {
    if (hidden(problem, j)) continue;
    row.weights[j] /= z;
    const float* value = problem.values.data() + (key_head * shape.keys + j) * d;
    for (std::size_t i = 0; i < d; ++i) row.output[i] += row.weights[j] * value[i];
  }
  return row;
}

void reference(const Problem& problem, Answer& answer) {
  require_valid(problem, answer);
  const Shape& shape = problem.shape;
  for (std::size_t head = 0; head < shape.heads; ++head) {
    for (std::size_t query = 0; query < shape.queries; ++query) {
      const Row row = exact_row(problem, head, query);
      const std::size_t index = head * shape.queries + query;
      for (std::size_t i = 0; i < shape.width; ++i) {
        answer.output[index * shape.width + i] = static_cast<float>(row.output[i]);
      }
      answer.entropy[index] = static_cast<float>(row.entropy);
    }
  }
}

}  // namespace tandem::attention
