// Sliced W_2: projections by Highway over points in the lanes, sorted by Highway's vectorised quicksort.
#include <hwy/contrib/sort/vqsort.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "impl/flow/distances/columns.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/distances/sliced_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// out: columns.stride numbers, those beyond the points without a meaning.
void project(const Columns& columns, const float* direction, float* out) {
  const hn::CappedTag<float, Columns::multiple> d;
  for (std::size_t i = 0; i < columns.stride; i += hn::Lanes(d)) {
    auto sum = hn::Zero(d);
    for (std::size_t j = 0; j < columns.dimension; ++j) {
      sum = hn::MulAdd(hn::Set(d, direction[j]), hn::LoadU(d, columns.values.data() + j * columns.stride + i), sum);
    }
    hn::StoreU(sum, d, out + i);
  }
}

/// The sum of squared differences, in double.
double squared_differences(const float* x, const float* y, std::size_t count) {
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> half;
  const std::size_t lanes = hn::Lanes(d);
  auto even = hn::Zero(d), odd = hn::Zero(d);
  std::size_t i = 0;
  const auto add = [&](std::size_t at, auto sum) HWY_ATTR {
    const auto difference =
        hn::Sub(hn::PromoteTo(d, hn::LoadU(half, x + at)), hn::PromoteTo(d, hn::LoadU(half, y + at)));
    return hn::MulAdd(difference, difference, sum);
  };
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    even = add(i, even);
    odd = add(i + lanes, odd);
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(even, odd)));
  for (; i < count; ++i) sum += (static_cast<double>(x[i]) - y[i]) * (static_cast<double>(x[i]) - y[i]);
  return sum;
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::flow {

HWY_EXPORT(project);
HWY_EXPORT(squared_differences);

namespace {

/// As the reference has it, for numbers of points that differ.
double quantile_distance(const float* x, std::size_t n, const float* y, std::size_t m) {
  double sum = 0;
  std::size_t i = 0, j = 0, place = 0;
  while (i < n && j < m) {
    const std::size_t next = std::min((i + 1) * m, (j + 1) * n);
    const double difference = static_cast<double>(x[i]) - y[j];
    sum += static_cast<double>(next - place) * difference * difference;
    if (next == (i + 1) * m) ++i;
    if (next == (j + 1) * n) ++j;
    place = next;
  }
  return sum / (static_cast<double>(n) * static_cast<double>(m));
}

}  // namespace

void simd(const SlicedProblem& problem, SlicedAnswer& answer, const Execution& execution) {
  require_valid(problem, answer);
  const std::size_t n = problem.x.size(), m = problem.y.size();
  const Columns x(problem.x), y(problem.y);
  for_each_chunk(execution, problem.directions.size(), 1, [&](std::size_t direction, std::size_t) {
    std::vector<float> of_x(x.stride), of_y(y.stride);
    const float* along = problem.directions[direction].data();
    HWY_DYNAMIC_DISPATCH(project)(x, along, of_x.data());
    HWY_DYNAMIC_DISPATCH(project)(y, along, of_y.data());
    hwy::Sorter sorter;
    sorter(of_x.data(), n, hwy::SortAscending());
    sorter(of_y.data(), m, hwy::SortAscending());
    answer.squares[direction] =
        n == m ? HWY_DYNAMIC_DISPATCH(squared_differences)(of_x.data(), of_y.data(), n) / static_cast<double>(n)
               : quantile_distance(of_x.data(), n, of_y.data(), m);
  });
  double sum = 0;
  for (const double square : answer.squares) sum += square;
  answer.distance = std::sqrt(sum / static_cast<double>(answer.squares.size()));
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
