#include "impl/flow/fields/centred.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/flow/fields/centred_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::flow::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Half as many numbers in double as a vector holds in float.
using D = hn::CappedTag<double, 8>;
using Floats = hn::Rebind<float, D>;
using V = hn::Vec<D>;

/// The sum of term(d, floats, i) over i < count by whole vectors, then one by one.
template <class Term>
HWY_INLINE double sum(std::size_t count, const Term& term) {
  const D d;
  const hn::CappedTag<double, 1> one;
  V sums[2] = {hn::Zero(d), hn::Zero(d)};
  std::size_t i = 0;
  for (; i + 2 * hn::Lanes(d) <= count; i += 2 * hn::Lanes(d)) {
    sums[0] = hn::Add(sums[0], term(d, Floats(), i));
    sums[1] = hn::Add(sums[1], term(d, Floats(), i + hn::Lanes(d)));
  }
  double total = hn::GetLane(hn::SumOfLanes(d, hn::Add(sums[0], sums[1])));
  for (; i < count; ++i) total += hn::GetLane(term(one, hn::CappedTag<float, 1>(), i));
  return total;
}

void subtract(const float* HWY_RESTRICT rows, std::size_t count, std::span<const float> centre,
              float* HWY_RESTRICT out) {
  const hn::CappedTag<float, 16> d;
  for (std::size_t row = 0; row < count; ++row, rows += centre.size(), out += centre.size()) {
    std::size_t j = 0;
    for (; j + hn::Lanes(d) <= centre.size(); j += hn::Lanes(d)) {
      hn::StoreU(hn::Sub(hn::LoadU(d, rows + j), hn::LoadU(d, centre.data() + j)), d, out + j);
    }
    for (; j < centre.size(); ++j) out[j] = rows[j] - centre[j];
  }
}

void squares(const float* rows, std::size_t count, std::span<const float> centre, double* squares) {
  for (std::size_t row = 0; row < count; ++row) {
    const float* numbers = rows + row * centre.size();
    squares[row] = sum(centre.size(), [&](auto d, auto floats, std::size_t j) HWY_ATTR {
      const auto rest = hn::Sub(hn::LoadU(floats, numbers + j), hn::LoadU(floats, centre.data() + j));
      const auto wide = hn::PromoteTo(d, rest);
      return hn::Mul(wide, wide);
    });
  }
}

double scale_difference(const float* x, std::span<const float> centre, double factor, double scale, float* out) {
  return sum(centre.size(), [&](auto d, auto floats, std::size_t j) HWY_ATTR {
    const auto place = hn::PromoteTo(d, hn::LoadU(floats, x + j));
    const auto middle = hn::PromoteTo(d, hn::LoadU(floats, centre.data() + j));
    const auto rest = hn::NegMulAdd(hn::Set(d, factor), middle, place);
    hn::StoreU(hn::DemoteTo(floats, hn::Mul(rest, hn::Set(d, scale))), floats, out + j);
    return hn::Mul(rest, rest);
  });
}

double to_velocity(const float* x, std::span<const float> centre, double t, float* mean) {
  return sum(centre.size(), [&](auto d, auto floats, std::size_t j) HWY_ATTR {
    const auto place = hn::PromoteTo(d, hn::LoadU(floats, x + j));
    const auto middle = hn::PromoteTo(d, hn::LoadU(floats, centre.data() + j));
    const auto posterior = hn::Add(middle, hn::PromoteTo(d, hn::LoadU(floats, mean + j)));
    const auto velocity = hn::Div(hn::Sub(place, posterior), hn::Set(d, t));
    hn::StoreU(hn::DemoteTo(floats, velocity), floats, mean + j);
    const auto rest = hn::NegMulAdd(hn::Set(d, 1 - t), posterior, place);
    return hn::Mul(rest, rest);
  });
}

}  // namespace tandem::flow::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::flow {

HWY_EXPORT(subtract);
HWY_EXPORT(squares);
HWY_EXPORT(scale_difference);
HWY_EXPORT(to_velocity);

void subtract_centre(const float* rows, std::size_t count, std::span<const float> centre, float* out) {
  HWY_DYNAMIC_DISPATCH(subtract)(rows, count, centre, out);
}

void squared_lengths(const float* rows, std::size_t count, std::span<const float> centre, double* squares) {
  HWY_DYNAMIC_DISPATCH(squares)(rows, count, centre, squares);
}

double scale_difference(const float* x, std::span<const float> centre, double factor, double scale, float* out) {
  return HWY_DYNAMIC_DISPATCH(scale_difference)(x, centre, factor, scale, out);
}

double to_velocity(const float* x, std::span<const float> centre, double t, float* mean) {
  return HWY_DYNAMIC_DISPATCH(to_velocity)(x, centre, t, mean);
}

}  // namespace tandem::flow
#endif  // HWY_ONCE
