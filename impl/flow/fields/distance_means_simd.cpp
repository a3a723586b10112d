// Softmax-weighted means from squared distances in double: a point in each lane, two passes over the keys.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "impl/flow/fields/empirical.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/fields/distance_means_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<double, 8>;
using V = hn::Vec<D>;
inline constexpr std::size_t lanes = hn::MaxLanes(D());

/// Distances of a vector of points to `keys` neighbouring keys.
template <std::size_t keys>
HWY_INLINE void distances_to(const Distances& source, std::size_t key, const double* columns, double* distances,
                             V& least) {
  const D d;
  V squares[keys];
  for (std::size_t k = 0; k < keys; ++k) squares[k] = hn::Zero(d);
  for (std::size_t j = 0; j < source.dimension; ++j) {
    const V coordinate = hn::LoadU(d, columns + j * lanes);
    for (std::size_t k = 0; k < keys; ++k) {
      const double place = source.factor * source.keys[(key + k) * source.dimension + j];
      const V difference = hn::Sub(coordinate, hn::Set(d, place));
      squares[k] = hn::MulAdd(difference, difference, squares[k]);
    }
  }
  for (std::size_t k = 0; k < keys; ++k) {
    hn::StoreU(squares[k], d, distances + (key + k) * lanes);
    least = hn::Min(least, squares[k]);
  }
}

/// columns and sums: dimension x lanes; distances: keys x lanes.
void vector_means(const Distances& source, const double* columns, double* distances, double* sums) {
  const D d;
  V least = hn::Set(d, std::numeric_limits<double>::infinity());
  std::size_t key = 0;
  for (; key + 4 <= source.count; key += 4) distances_to<4>(source, key, columns, distances, least);
  for (; key < source.count; ++key) distances_to<1>(source, key, columns, distances, least);
  for (std::size_t j = 0; j < source.dimension; ++j) hn::StoreU(hn::Zero(d), d, sums + j * lanes);
  V total = hn::Zero(d);
  // Two divisions, for the square of a small width may be 0. Beyond e^-700 nothing is left of a weight.
  const V half = hn::Set(d, -0.5), width = hn::Set(d, source.width), lowest = hn::Set(d, -700.0);
  for (key = 0; key < source.count; ++key) {
    const V excess = hn::Sub(hn::LoadU(d, distances + key * lanes), least);
    const V exponent = hn::Mul(hn::Div(hn::Div(excess, width), width), half);
    const auto counts = hn::Gt(exponent, lowest);
    if (hn::AllFalse(d, counts)) continue;
    const V weight = hn::IfThenElseZero(counts, hn::Exp(d, hn::Max(exponent, lowest)));
    total = hn::Add(total, weight);
    for (std::size_t j = 0; j < source.dimension; ++j) {
      const V value = hn::Set(d, static_cast<double>(source.values[key * source.dimension + j]));
      hn::StoreU(hn::MulAdd(weight, value, hn::LoadU(d, sums + j * lanes)), d, sums + j * lanes);
    }
  }
  for (std::size_t j = 0; j < source.dimension; ++j) {
    hn::StoreU(hn::Div(hn::LoadU(d, sums + j * lanes), total), d, sums + j * lanes);
  }
}

void all_means(const Distances& source, const float* x, std::size_t count, double* means) {
  const std::size_t size = source.dimension;
  std::vector<double> columns(size * lanes), sums(size * lanes), distances(source.count * lanes);
  for (std::size_t begin = 0; begin < count; begin += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {  // lanes beyond the last point repeat it
      const float* point = x + std::min(begin + lane, count - 1) * size;
      for (std::size_t j = 0; j < size; ++j) columns[j * lanes + lane] = point[j];
    }
    vector_means(source, columns.data(), distances.data(), sums.data());
    for (std::size_t lane = 0; lane < lanes && begin + lane < count; ++lane) {
      for (std::size_t j = 0; j < size; ++j) means[(begin + lane) * size + j] = sums[j * lanes + lane];
    }
  }
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::flow {

HWY_EXPORT(all_means);

void distance_means(const Distances& source, const float* x, std::size_t count, double* means) {
  HWY_DYNAMIC_DISPATCH(all_means)(source, x, count, means);
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
