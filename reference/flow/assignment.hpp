// Exact optimal transport between two sets of n points: the assignment with the least sum of squared distances.
//
// Every point has weight 1 / n, and the least mean squared distance over all couplings is W_2^2; among its minima is a
// permutation (Birkhoff). Source: Kuhn, Naval Research Logistics 2 (1955); shortest augmenting paths after Tomizawa,
// Networks 1 (1971).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "reference/flow/flow.hpp"

namespace tandem::flow {

/// n rows and columns, n >= 0; entry (i, j) is costs[i n + j]. All finite.
struct Costs {
  std::size_t size = 0;
  std::vector<double> values;
};

/// |x_i - y_j|^2 in double. Throws for malformed points, or sets of different dimensions or numbers of points.
Costs squared_distances(const Points<float>& x, const Points<float>& y);

struct AssignmentAnswer {
  std::vector<std::uint32_t> columns;  ///< a permutation: row i goes with columns[i]. The caller gives it its size
  double cost = 0;                     ///< the sum of its entries
  /// What proves it: row_price[i] + column_price[j] <= cost(i, j) everywhere, with equality on the assignment. Then no
  /// permutation costs less than the sum of all prices, and this one costs that.
  std::vector<double> row_price;
  std::vector<double> column_price;
};

void require_valid(const Costs& costs, const AssignmentAnswer& answer);

/// Row by row, the shortest path to a free column by reduced costs. O(n^3). The cost is optimal to within n^2 epsilon
/// of the largest entry; where several assignments are optimal, it is one of them.
void reference(const Costs& costs, AssignmentAnswer& answer);

/// By how much an answer may be off: the most by which a price rises above an entry, or an assigned entry above its
/// prices. Infinite where `columns` is no permutation or the cost is not its own. O(n^2).
double violation(const Costs& costs, const AssignmentAnswer& answer);

}  // namespace tandem::flow
