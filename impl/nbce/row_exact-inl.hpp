// The sums of a row, more exact than in float. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_ROW_EXACT_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_ROW_EXACT_INL_HPP
#undef TANDEM_NBCE_ROW_EXACT_INL_HPP
#else
#define TANDEM_NBCE_ROW_EXACT_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "impl/nbce/row-inl.hpp"
#include "impl/nbce/row_exact.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// e^x for -700 <= x <= 0 to within 2e-12, as 2^k 2^r: a polynomial of degree 8 through the Chebyshev nodes of
/// [-1/2, 1/2] for 2^r. What Highway offers is exact to the last place and takes twice as long.
template <class D>
HWY_INLINE hn::Vec<D> exponential_double(D d, hn::Vec<D> x) {
  const hn::RebindToSigned<D> integers;
  const auto log2e = hn::Set(d, 1.4426950408889634);
  const auto magic = hn::Set(d, 0x1.8p52);
  const auto shifted = hn::MulAdd(x, log2e, magic);
  const auto rest = hn::MulSub(x, log2e, hn::Sub(shifted, magic));
  auto y = hn::Set(d, 1.3255224878668817e-06);
  for (const double coefficient :
       {1.5310079402249296e-05, 0.00015403455852453838, 0.0013333450568000645, 0.009618129159402558,
        0.05550410941205933, 0.2402265069581299, 0.6931471805459335, 1.0}) {
    y = hn::MulAdd(y, rest, hn::Set(d, coefficient));
  }
  return hn::BitCast(d, hn::Add(hn::BitCast(integers, y), hn::ShiftLeft<52>(hn::BitCast(integers, shifted))));
}

/// Which logits of four vectors are above the bound: a bit for each.
template <class Logit>
HWY_INLINE std::uint64_t above_in_four(const Logit* logits, float bound) {
  const hn::ScalableTag<float> d;
  std::uint64_t above = 0;
  static_assert(hn::MaxLanes(d) <= 16);
  for (std::size_t part = 0; part < 4; ++part) {
    std::conditional_t<(hn::MaxLanes(d) > 8), std::uint16_t, std::uint8_t> bits = 0;
    hn::StoreMaskBits(d, hn::Gt(load(d, logits + part * hn::Lanes(d)), hn::Set(d, bound)),
                      reinterpret_cast<std::uint8_t*>(&bits));
    above |= std::uint64_t{bits} << (part * hn::Lanes(d));
  }
  return above;
}

/// The tokens above summary.head in double, the rest in float: less than a pass in double takes, and where they are
/// most of the mass the little rest may be off by mass_rounding of itself.
template <class Logit>
ExactSums head_sums(std::span<const Logit> logits, const Summary& summary) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const Anchor anchor(summary.maximum);
  const auto head = hn::Set(d, summary.head);
  const AnyAtLeast<Logit> any_above(std::nextafter(summary.head, std::numeric_limits<float>::infinity()));
  ExactSums sums;
  double tail = 0;
  const auto take = [&](std::size_t id) {
    const auto logit = static_cast<float>(logits[id]);
    if (!(logit > summary.head)) return;
    const double distance = static_cast<double>(logit) - summary.maximum;
    const double e = std::exp(distance);
    sums.all_mass += e;
    if (logit > summary.high) {
      sums.above.mass += e;
      sums.above.moment += e * distance;
    } else if (logit >= summary.low) {
      sums.between.push_back({logit, id});
    }
  };
  std::size_t i = 0;
  for (std::size_t end = 0; end < logits.size();) {
    end = std::min(end + float_additions / 2 * 4 * lanes, logits.size());
    auto block_mass = hn::Zero(d);
    for (; i + 4 * lanes <= end; i += 4 * lanes) {
      auto mass = hn::Zero(d);
      const auto add = [&](auto logit) HWY_ATTR {
        mass = hn::Add(mass, hn::IfThenZeroElse(hn::Gt(logit, head), exponential(d, logit, anchor)));
      };
      for_both(d, logits.data() + i, add);
      for_both(d, logits.data() + i + 2 * lanes, add);
      block_mass = hn::Add(block_mass, mass);
      if (!any_above(logits.data() + i)) continue;
      for (std::uint64_t above = above_in_four(logits.data() + i, summary.head); above != 0; above &= above - 1) {
        take(i + std::countr_zero(above));
      }
    }
    tail += sum_of_lanes(block_mass);
  }
  const hn::CappedTag<float, 1> single;
  for (; i < logits.size(); ++i) {
    const auto logit = load(single, logits.data() + i);
    take(i);
    if (!(hn::GetLane(logit) > summary.head))
      tail += static_cast<double>(hn::GetLane(exponential(single, logit, anchor)));
  }
  tail *= std::exp(anchor.value() - summary.maximum);
  sums.all_mass += tail;
  sums.rounding = mass_rounding * tail + exact_rounding * sums.all_mass;
  return sums;
}

/// All tokens in double.
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
    for (std::size_t i = 0; i < block.size(); ++i) {
      block[i] = i < count ? static_cast<float>(logits[begin + i]) : -std::numeric_limits<float>::infinity();
    }
    for (std::size_t i = 0; i < count; i += lanes) {
      const auto logit = hn::PromoteTo(d, hn::LoadU(floats, block.data() + i));
      const auto distance = hn::Max(hn::Sub(logit, hn::Set(d, summary.maximum)), hn::Set(d, -700.0));
      const auto e = exponential_double(d, distance);
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
  sums.rounding = exact_rounding * sums.all_mass;
  return sums;
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
