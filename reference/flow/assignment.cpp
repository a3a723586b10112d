#include "reference/flow/assignment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace tandem::flow {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

}  // namespace

Costs squared_distances(const Points<float>& x, const Points<float>& y) {
  require_points(x, "the first points");
  require_points(y, "the second points");
  require_same_dimension(x.dimension, y.dimension);
  if (x.size() != y.size()) {
    throw std::invalid_argument("an assignment needs as many points on both sides, not " + std::to_string(x.size()) +
                                " and " + std::to_string(y.size()));
  }
  Costs costs{x.size(), std::vector<double>(x.size() * x.size())};
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < y.size(); ++j) {
      for (std::size_t k = 0; k < x.dimension; ++k) {
        const double difference = static_cast<double>(x[i][k]) - y[j][k];
        costs.values[i * x.size() + j] += difference * difference;
      }
    }
  }
  return costs;
}

void require_valid(const Costs& costs, const AssignmentAnswer& answer) {
  if (costs.values.size() != costs.size * costs.size) {
    throw std::invalid_argument("a matrix of costs with " + std::to_string(costs.size) + " rows has " +
                                std::to_string(costs.values.size()) + " entries");
  }
  if (costs.size >= std::numeric_limits<std::uint32_t>::max()) throw std::invalid_argument("the matrix is too large");
  if (!std::ranges::all_of(costs.values, [](double cost) { return std::isfinite(cost); })) {
    throw std::invalid_argument("a cost is no finite number");
  }
  if (answer.columns.size() == costs.size) return;
  throw std::invalid_argument("the answer has room for " + std::to_string(answer.columns.size()) + " rows, not " +
                              std::to_string(costs.size));
}

void reference(const Costs& costs, AssignmentAnswer& answer) {
  require_valid(costs, answer);
  const std::size_t n = costs.size;
  std::vector<std::size_t> row_of(n, n);     // the row of a column; n: it is free
  std::vector<std::size_t> column_of(n, n);  // and the other way round
  answer.row_price.assign(n, 0.0);
  answer.column_price.assign(n, 0.0);
  for (std::size_t start = 0; start < n; ++start) {
    std::vector<double> distance(n, infinity);
    std::vector<std::size_t> from(n, start);  // the row from which a column was reached
    std::vector<bool> done(n, false);
    std::vector<std::size_t> order;  // of the columns that are done
    std::size_t row = start;
    double reached = 0;
    std::size_t column = n;
    while (true) {
      column = n;
      for (std::size_t j = 0; j < n; ++j) {
        if (done[j]) continue;
        const double length = reached + costs.values[row * n + j] - answer.row_price[row] - answer.column_price[j];
        if (length < distance[j]) {
          distance[j] = length;
          from[j] = row;
        }
        if (column == n || distance[j] < distance[column]) column = j;
      }
      reached = distance[column];
      if (row_of[column] == n) break;
      done[column] = true;
      order.push_back(column);
      row = row_of[column];
    }
    // Prices such that the path found has reduced costs 0, and no reduced cost is below 0.
    answer.row_price[start] += reached;
    for (const std::size_t j : order) {
      answer.row_price[row_of[j]] += reached - distance[j];
      answer.column_price[j] -= reached - distance[j];
    }
    // Along the path each row takes the column to which it led, and gives its own to the row before.
    while (true) {
      row_of[column] = from[column];
      std::swap(column, column_of[from[column]]);
      if (column == n) break;
    }
  }
  for (std::size_t i = 0; i < n; ++i) answer.columns[i] = static_cast<std::uint32_t>(column_of[i]);
  answer.cost = 0;
  for (std::size_t i = 0; i < n; ++i) answer.cost += costs.values[i * n + answer.columns[i]];
}

double violation(const Costs& costs, const AssignmentAnswer& answer) {
  const std::size_t n = costs.size;
  if (answer.columns.size() != n || answer.row_price.size() != n || answer.column_price.size() != n) return infinity;
  std::vector<bool> taken(n, false);
  double cost = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t column = answer.columns[i];
    if (column >= n || taken[column]) return infinity;
    taken[column] = true;
    cost += costs.values[i * n + column];
  }
  double largest = 0;
  for (const double entry : costs.values) largest = std::max(largest, std::abs(entry));
  if (!(std::abs(cost - answer.cost) <= 1e-12 * static_cast<double>(n) * largest)) return infinity;
  double worst = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double reduced = costs.values[i * n + j] - answer.row_price[i] - answer.column_price[j];
      worst = std::max(worst, std::isnan(reduced) ? infinity : -reduced);
      if (answer.columns[i] == j) worst = std::max(worst, reduced);
    }
  }
  return worst;
}

}  // namespace tandem::flow
