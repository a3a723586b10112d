// Energy distance and maximum mean discrepancy: all pairs of points, points of one side in the lanes.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "impl/flow/distances/columns.hpp"
#include "impl/flow/flow.hpp"
#include "impl/support/denormals.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/distances/discrepancy_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/attention/kernels/exponential-inl.hpp"

#ifndef TANDEM_FLOW_DISCREPANCY_SUMS
#define TANDEM_FLOW_DISCREPANCY_SUMS
namespace tandem::flow {

/// Over pairs.
struct PairSums {
  double distance = 0;
  double kernel = 0;
};

}  // namespace tandem::flow
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using attention::HWY_NAMESPACE::D;
using attention::HWY_NAMESPACE::exp2;
using attention::HWY_NAMESPACE::lanes;
using attention::HWY_NAMESPACE::V;

/// Points of y that are looked at together: that many terms are summed in float, then the sums in double.
constexpr std::size_t together = 4;
constexpr std::size_t float_terms = 64;

/// Sums over the points [begin, begin + Columns::multiple) of x, of which `valid` count, and the points of y in
/// [y_begin, y_end). `rate` is -log2(e) / (2 bandwidth^2).
void block_sums(const Columns& x, std::size_t begin, std::size_t valid, const float* y, std::size_t y_begin,
                std::size_t y_end, float rate, PairSums& sums) {
  const D d;
  HWY_ALIGN float distances[lanes];
  HWY_ALIGN float kernels[lanes];
  for (std::size_t part = 0; part < Columns::multiple && part < valid; part += lanes) {
    const float* column = x.values.data() + begin + part;
    const std::size_t counted = std::min(lanes, valid - part);
    for (std::size_t from = y_begin; from < y_end; from += float_terms) {
      const std::size_t to = std::min(from + float_terms, y_end);
      V distance = hn::Zero(d), kernel = hn::Zero(d);
      const auto pairs = [&](auto count, std::size_t i) HWY_ATTR {
        constexpr std::size_t points = decltype(count)::value;
        V squares[points];
        for (std::size_t p = 0; p < points; ++p) squares[p] = hn::Zero(d);
        for (std::size_t j = 0; j < x.dimension; ++j) {
          const V coordinate = hn::LoadU(d, column + j * x.stride);
          for (std::size_t p = 0; p < points; ++p) {
            const V difference = hn::Sub(coordinate, hn::Set(d, y[(i + p) * x.dimension + j]));
            squares[p] = hn::MulAdd(difference, difference, squares[p]);
          }
        }
        for (std::size_t p = 0; p < points; ++p) {
          distance = hn::Add(distance, hn::Sqrt(squares[p]));
          kernel = hn::Add(kernel, exp2(hn::Mul(squares[p], hn::Set(d, rate))).value);
        }
      };
      std::size_t i = from;
      for (; i + together <= to; i += together) pairs(std::integral_constant<std::size_t, together>{}, i);
      for (; i < to; ++i) pairs(std::integral_constant<std::size_t, 1>{}, i);
      hn::Store(distance, d, distances);
      hn::Store(kernel, d, kernels);
      for (std::size_t lane = 0; lane < counted; ++lane) {
        sums.distance += distances[lane];
        sums.kernel += kernels[lane];
      }
    }
  }
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::flow {

HWY_EXPORT(block_sums);

namespace {

/// Blocks of Columns::multiple points that are one task.
constexpr std::size_t grain = 4 * Columns::multiple;

/// Means over all pairs. Of a set with itself every pair is looked at once, and counts twice off the blocks on the
/// diagonal. The blocks' sums are added in their order, whoever computed them.
PairSums mean_over_pairs(const Columns& x, const Points<float>& y, bool same, float rate, const Execution& execution) {
  std::vector<PairSums> blocks(x.stride / Columns::multiple);
  for_each_chunk(execution, x.stride, grain, [&](std::size_t begin, std::size_t end) {
    const DenormalsAreZero quick;
    for (std::size_t at = begin; at < end; at += Columns::multiple) {
      const std::size_t valid = std::min(Columns::multiple, x.count - at);
      PairSums& sums = blocks[at / Columns::multiple];
      const float* points = y.values.data();
      HWY_DYNAMIC_DISPATCH(block_sums)(x, at, valid, points, same ? at + valid : 0, y.size(), rate, sums);
      if (!same) continue;
      PairSums diagonal;
      HWY_DYNAMIC_DISPATCH(block_sums)(x, at, valid, points, at, at + valid, rate, diagonal);
      sums = {2 * sums.distance + diagonal.distance, 2 * sums.kernel + diagonal.kernel};
    }
  });
  PairSums all;
  for (const PairSums& block : blocks) {
    all.distance += block.distance;
    all.kernel += block.kernel;
  }
  const double pairs = static_cast<double>(x.count) * static_cast<double>(y.size());
  return {all.distance / pairs, all.kernel / pairs};
}

}  // namespace

void simd(const DiscrepancyProblem& problem, DiscrepancyAnswer& answer, const Execution& execution) {
  require_valid(problem);
  constexpr double log2e = 1.4426950408889634;
  const auto rate = static_cast<float>(-log2e / (2 * problem.bandwidth * problem.bandwidth));
  const Columns x(problem.x), y(problem.y);
  const PairSums across = mean_over_pairs(x, problem.y, false, rate, execution);
  const PairSums in_x = mean_over_pairs(x, problem.x, true, rate, execution);
  const PairSums in_y = mean_over_pairs(y, problem.y, true, rate, execution);
  answer.energy = 2 * across.distance - in_x.distance - in_y.distance;
  answer.mean_distance = across.distance;
  answer.mmd_squared = in_x.kernel + in_y.kernel - 2 * across.kernel;
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
