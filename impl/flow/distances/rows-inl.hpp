// The passes over a row of a matrix of costs. Included by foreach_target files.
#if defined(TANDEM_FLOW_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_FLOW_ROWS_INL_HPP
#undef TANDEM_FLOW_ROWS_INL_HPP
#else
#define TANDEM_FLOW_ROWS_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <limits>

#include "impl/flow/distances/rows.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;
using One = hn::CappedTag<double, 1>;

/// least[j] = min(least[j], costs[j]), and whose it is.
inline void column_minima(const double* costs, double row, std::size_t size, double* least, double* owner) {
  const auto part = [&](auto d, std::size_t j) HWY_ATTR {
    const auto cost = hn::LoadU(d, costs + j), before = hn::LoadU(d, least + j);
    const auto less = hn::Lt(cost, before);
    hn::StoreU(hn::IfThenElse(less, cost, before), d, least + j);
    hn::StoreU(hn::IfThenElse(less, hn::Set(d, row), hn::LoadU(d, owner + j)), d, owner + j);
  };
  const D d;
  std::size_t j = 0;
  for (; j + hn::Lanes(d) <= size; j += hn::Lanes(d)) part(d, j);
  for (; j < size; ++j) part(One(), j);
}

/// Of costs[j] - price[j], size >= 2.
inline TwoLeast two_least(const double* costs, const double* price, std::size_t size) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  V first = hn::Set(d, infinity), second = first, first_at = hn::Zero(d), second_at = first_at;
  V at = hn::Iota(d, 0);
  std::size_t j = 0;
  for (; j + lanes <= size; j += lanes) {
    const V cost = hn::Sub(hn::LoadU(d, costs + j), hn::LoadU(d, price + j));
    const auto below_first = hn::Lt(cost, first), below_second = hn::Lt(cost, second);
    second_at = hn::IfThenElse(below_first, first_at, hn::IfThenElse(below_second, at, second_at));
    second = hn::IfThenElse(below_first, first, hn::Min(second, cost));
    first_at = hn::IfThenElse(below_first, at, first_at);
    first = hn::Min(first, cost);
    at = hn::Add(at, hn::Set(d, static_cast<double>(lanes)));
  }
  TwoLeast found{infinity, infinity, 0, 0};
  const auto take = [&](double cost, std::size_t column) {
    if (cost < found.first || (cost == found.first && column < found.first_column)) {
      found.second = found.first;
      found.second_column = found.first_column;
      found.first = cost;
      found.first_column = column;
    } else if (cost < found.second) {
      found.second = cost;
      found.second_column = column;
    }
  };
  HWY_ALIGN double costs_of[2][hn::MaxLanes(D())], columns_of[2][hn::MaxLanes(D())];
  hn::Store(first, d, costs_of[0]);
  hn::Store(second, d, costs_of[1]);
  hn::Store(first_at, d, columns_of[0]);
  hn::Store(second_at, d, columns_of[1]);
  for (std::size_t lane = 0; lane < lanes && lane < size; ++lane) {
    for (const std::size_t which : {0, 1}) {
      if (costs_of[which][lane] < infinity) {
        take(costs_of[which][lane], static_cast<std::size_t>(columns_of[which][lane]));
      }
    }
  }
  for (; j < size; ++j) take(costs[j] - price[j], j);
  return found;
}

/// Distances by way of `row`, at costs[j] - price[j] + offset; returns the nearest column that is not done.
inline std::size_t relax(const double* costs, double row, double offset, std::size_t size, const Search& search) {
  const D d;
  const std::size_t lanes = hn::Lanes(d);
  V nearest = hn::Set(d, std::numeric_limits<double>::infinity()), nearest_at = hn::Zero(d), at = hn::Iota(d, 0);
  const auto part = [&](auto tag, std::size_t j) HWY_ATTR {
    const auto reduced = hn::Sub(hn::LoadU(tag, costs + j), hn::LoadU(tag, search.price + j));
    const auto length = hn::Add(hn::Add(reduced, hn::Set(tag, offset)), hn::LoadU(tag, search.done + j));
    const auto before = hn::LoadU(tag, search.distance + j);
    const auto less = hn::Lt(length, before);
    const auto after = hn::IfThenElse(less, length, before);
    hn::StoreU(after, tag, search.distance + j);
    hn::StoreU(hn::IfThenElse(less, hn::Set(tag, row), hn::LoadU(tag, search.from + j)), tag, search.from + j);
    return after;
  };
  std::size_t j = 0;
  for (; j + lanes <= size; j += lanes) {
    const V distance = part(d, j);
    const auto less = hn::Lt(distance, nearest);
    nearest = hn::IfThenElse(less, distance, nearest);
    nearest_at = hn::IfThenElse(less, at, nearest_at);
    at = hn::Add(at, hn::Set(d, static_cast<double>(lanes)));
  }
  HWY_ALIGN double distances[hn::MaxLanes(D())], columns[hn::MaxLanes(D())];
  hn::Store(nearest, d, distances);
  hn::Store(nearest_at, d, columns);
  double best = std::numeric_limits<double>::infinity();
  std::size_t column = size;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (!(distances[lane] < best)) continue;
    best = distances[lane];
    column = static_cast<std::size_t>(columns[lane]);
  }
  for (; j < size; ++j) {
    const double distance = hn::GetLane(part(One(), j));
    if (!(distance < best)) continue;
    best = distance;
    column = j;
  }
  return column;
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
