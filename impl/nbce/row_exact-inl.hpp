// The sums of a row in double. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_ROW_EXACT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_ROW_EXACT_INL_HPP
#undef TANDEM_NBCE_ROW_EXACT_INL_HPP
#else
#define TANDEM_NBCE_ROW_EXACT_INL_HPP
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <span>

#include "impl/nbce/row_exact.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class Logit>
ExactSums exact_sums(std::span<const Logit> logits, const Summary& summary) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> floats;
  const std::size_t lanes = hn::Lanes(d);
  ExactSums sums;
  auto all = hn::Zero(d), mass = hn::Zero(d), moment = hn::Zero(d);
  std::array<float, 512> block;
  for (std::size_t begin = 0; begin < logits.size(); begin += block.size()) {
    const std::size_t count = std::min(block.size(), logits.size() - begin);
    bool doubt = false;
    for (std::size_t i = 0; i < count; ++i) block[i] = logits[begin + i];
    std::fill(block.begin() + static_cast<std::ptrdiff_t>(count), block.end(), -std::numeric_limits<float>::infinity());
    for (std::size_t i = 0; i < count; i += lanes) {
      const auto logit = hn::PromoteTo(d, hn::LoadU(floats, block.data() + i));
      const auto distance = hn::Max(hn::Sub(logit, hn::Set(d, summary.maximum)), hn::Set(d, -700.0));
      const auto e = hn::Exp(d, distance);
      const auto above = hn::Gt(logit, hn::Set(d, summary.high));
      const auto kept = hn::IfThenElseZero(above, e);
      all = hn::Add(all, e);
      mass = hn::Add(mass, kept);
      moment = hn::MulAdd(kept, distance, moment);
      doubt |= !hn::AllFalse(d, hn::AndNot(above, hn::Ge(logit, hn::Set(d, summary.low))));
    }
    for (std::size_t i = 0; doubt && i < count; ++i) {
      if (block[i] >= summary.low && block[i] <= summary.high) sums.between.push_back({block[i], begin + i});
    }
  }
  sums.all_mass = hn::GetLane(hn::SumOfLanes(d, all));
  sums.above = {hn::GetLane(hn::SumOfLanes(d, mass)), hn::GetLane(hn::SumOfLanes(d, moment))};
  return sums;
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
