// The assignment problem after Jonker and Volgenant: cheap reductions that leave few rows free, then a shortest path
// for each of them. What scans a row of the matrix is Highway's.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "impl/flow/distances/rows.hpp"
#include "impl/flow/flow.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/distances/assignment_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/flow/distances/rows-inl.hpp"

#if HWY_ONCE
namespace tandem::flow {

HWY_EXPORT(column_minima);
HWY_EXPORT(two_least);
HWY_EXPORT(relax);

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

class Solver {
 public:
  Solver(const Costs& costs, AssignmentAnswer& answer)
      : size_(costs.size),
        costs_(costs.values.data()),
        price_(answer.column_price),
        none_(costs.size),
        column_of_(size_, none_),
        row_of_(size_, none_) {}

  void solve() {
    reduce_columns();
    if (size_ > 1) {
      for (int pass = 0; pass < 2; ++pass) reduce_rows();
    }
    for (const std::size_t row : free_) augment(row);
  }

  std::size_t column_of(std::size_t row) const { return column_of_[row]; }

 private:
  const double* row_at(std::size_t row) const { return costs_ + row * size_; }

  /// A column's price is its least cost, and the row with that cost takes it where it is free. Then the price of a
  /// row's only column comes down to what the row would have to pay elsewhere.
  void reduce_columns() {
    std::vector<double> owner(size_, 0);
    std::fill(price_.begin(), price_.end(), infinity);
    for (std::size_t row = 0; row < size_; ++row) {
      HWY_DYNAMIC_DISPATCH(column_minima)
      (row_at(row), static_cast<double>(row), size_, price_.data(), owner.data());
    }
    std::vector<bool> several(size_, false);
    for (std::size_t column = size_; column-- > 0;) {
      const auto row = static_cast<std::size_t>(owner[column]);
      if (column_of_[row] != none_) {
        several[row] = true;
        continue;
      }
      column_of_[row] = column;
      row_of_[column] = row;
    }
    for (std::size_t row = 0; row < size_; ++row) {
      const std::size_t column = column_of_[row];
      if (column == none_) free_.push_back(row);
      if (column == none_ || several[row] || size_ < 2) continue;
      const TwoLeast least = HWY_DYNAMIC_DISPATCH(two_least)(row_at(row), price_.data(), size_);
      const double elsewhere = least.first_column == column ? least.second : least.first;
      price_[column] -= std::max(0.0, elsewhere - (row_at(row)[column] - price_[column]));
    }
  }

  /// Each free row takes its cheapest column, at a price that makes the second cheapest as good, and whoever had it is
  /// free in turn. Where nothing is gained that way the row stays for later.
  void reduce_rows() {
    std::vector<std::size_t> todo;
    std::swap(todo, free_);
    std::reverse(todo.begin(), todo.end());
    // Prices that differ by less than they are rounded may send rows round and round.
    for (std::size_t turns = 0; !todo.empty(); ++turns) {
      const std::size_t row = todo.back();
      todo.pop_back();
      TwoLeast least = HWY_DYNAMIC_DISPATCH(two_least)(row_at(row), price_.data(), size_);
      std::size_t column = least.first_column;
      const double before = price_[column];
      price_[column] -= least.second - least.first;
      const bool gains = price_[column] < before;
      if (!gains && row_of_[column] != none_) column = least.second_column;
      const std::size_t ousted = row_of_[column];
      column_of_[row] = column;
      row_of_[column] = row;
      if (ousted == none_) continue;
      column_of_[ousted] = none_;
      if (gains && turns < 8 * size_) {
        todo.push_back(ousted);
      } else {
        free_.push_back(ousted);
      }
    }
  }

  void augment(std::size_t start) {
    distance_.assign(size_, infinity);
    done_.assign(size_, 0);
    from_.assign(size_, static_cast<double>(start));
    order_.clear();
    const Search search{distance_.data(), done_.data(), from_.data(), price_.data()};
    std::size_t row = start;
    double offset = 0;
    std::size_t column = none_;
    double reached = 0;
    std::vector<double>& lengths = lengths_;
    lengths.clear();
    while (true) {
      column = HWY_DYNAMIC_DISPATCH(relax)(row_at(row), static_cast<double>(row), offset, size_, search);
      reached = distance_[column];
      if (row_of_[column] == none_) break;
      done_[column] = infinity;
      distance_[column] = infinity;
      order_.push_back(column);
      lengths.push_back(reached);
      row = row_of_[column];
      offset = reached - (row_at(row)[column] - price_[column]);
    }
    for (std::size_t i = 0; i < order_.size(); ++i) price_[order_[i]] += lengths[i] - reached;
    while (column != none_) {
      const auto before = static_cast<std::size_t>(from_[column]);
      row_of_[column] = before;
      std::swap(column, column_of_[before]);
      if (before == start) break;
    }
  }

  std::size_t size_;
  const double* costs_;
  std::vector<double>& price_;
  std::size_t none_;
  std::vector<std::size_t> column_of_;
  std::vector<std::size_t> row_of_;
  std::vector<std::size_t> free_;
  std::vector<double> distance_, done_, from_, lengths_;
  std::vector<std::size_t> order_;
};

}  // namespace

void simd(const Costs& costs, AssignmentAnswer& answer, const Execution&) {
  require_valid(costs, answer);
  answer.row_price.resize(costs.size);
  answer.column_price.resize(costs.size);
  Solver solver(costs, answer);
  solver.solve();
  answer.cost = 0;
  for (std::size_t row = 0; row < costs.size; ++row) {
    const std::size_t column = solver.column_of(row);
    const double cost = costs.values[row * costs.size + column];
    answer.columns[row] = static_cast<std::uint32_t>(column);
    answer.row_price[row] = cost - answer.column_price[column];
    answer.cost += cost;
  }
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
