// Plain loops, compiled for every SIMD target.
#include "impl/attention/heads/angles.hpp"

#include <algorithm>
#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/attention/heads/angles_simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

/// cos(a + b) and sin(a + b).
void add_angles(const double* HWY_RESTRICT cos_a, const double* HWY_RESTRICT sin_a, const double* HWY_RESTRICT cos_b,
                const double* HWY_RESTRICT sin_b, std::size_t count, float* HWY_RESTRICT cosines,
                float* HWY_RESTRICT sines) {
  for (std::size_t i = 0; i < count; ++i) {
    cosines[i] = static_cast<float>(cos_a[i] * cos_b[i] - sin_a[i] * sin_b[i]);
    sines[i] = static_cast<float>(sin_a[i] * cos_b[i] + cos_a[i] * sin_b[i]);
  }
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::attention {

HWY_EXPORT(add_angles);

Angles::Angles(double base, std::size_t width, double first, double step, std::size_t count)
    : pairs_(width / 2), same_(step == 0) {
  const std::size_t distinct = same_ ? 1 : std::max<std::size_t>(count, 1);
  const std::size_t coarse = (distinct + stride - 1) / stride;
  const std::size_t fine = std::min(distinct, stride);
  for (auto* table : {&coarse_cosines_, &coarse_sines_}) table->reserve(coarse * pairs_);
  for (auto* table : {&fine_cosines_, &fine_sines_}) table->reserve(fine * pairs_);
  std::vector<double> thetas;
  for (std::size_t i = 0; i < pairs_; ++i) {
    thetas.push_back(std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(width)));
  }
  for (std::size_t n = 0; n < coarse; ++n) {
    for (const double theta : thetas) {
      const double angle = (first + static_cast<double>(n * stride) * step) * theta;
      coarse_cosines_.push_back(std::cos(angle));
      coarse_sines_.push_back(std::sin(angle));
    }
  }
  for (std::size_t n = 0; n < fine; ++n) {
    for (const double theta : thetas) {
      const double angle = static_cast<double>(n) * step * theta;
      fine_cosines_.push_back(std::cos(angle));
      fine_sines_.push_back(std::sin(angle));
    }
  }
}

void Angles::fill(std::size_t begin, std::size_t count, float* cosines, float* sines) const {
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t index = same_ ? 0 : begin + n;
    const std::size_t coarse = index / stride * pairs_;
    const std::size_t fine = index % stride * pairs_;
    HWY_DYNAMIC_DISPATCH(add_angles)
    (coarse_cosines_.data() + coarse, coarse_sines_.data() + coarse, fine_cosines_.data() + fine,
     fine_sines_.data() + fine, pairs_, cosines + n * pairs_, sines + n * pairs_);
  }
}

double Angles::sum_of_cosines(std::size_t index) const {
  if (same_) index = 0;
  const std::size_t coarse = index / stride * pairs_;
  const std::size_t fine = index % stride * pairs_;
  double sum = 0;
  for (std::size_t i = 0; i < pairs_; ++i) {
    sum += coarse_cosines_[coarse + i] * fine_cosines_[fine + i] - coarse_sines_[coarse + i] * fine_sines_[fine + i];
  }
  return sum;
}

}  // namespace tandem::attention
#endif  // HWY_ONCE
