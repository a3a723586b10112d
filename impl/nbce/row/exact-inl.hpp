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
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "impl/nbce/kernels/logits-inl.hpp"
#include "impl/nbce/row/exact.hpp"
#include "impl/nbce/row/found-inl.hpp"
#include "impl/nbce/row/row-inl.hpp"

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

/// Sums in double.
class ExactTerms {
 public:
  HWY_INLINE explicit ExactTerms(const Summary& summary)
      : summary_(summary), all_(hn::Zero(D())), mass_(hn::Zero(D())), moment_(hn::Zero(D())) {}

  /// Adds whole vectors of logits; -inf is as good as nothing.
  HWY_INLINE void add(const float* logits, std::size_t count) {
    const D d;
    const hn::Rebind<float, D> floats;
    for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
      const auto logit = hn::PromoteTo(d, hn::LoadU(floats, logits + i));
      const auto distance = hn::Max(hn::Sub(logit, hn::Set(d, summary_.maximum)), hn::Set(d, -700.0));
      const auto e = exponential_double(d, distance);
      const auto kept = hn::IfThenElseZero(hn::Gt(logit, hn::Set(d, summary_.high)), e);
      all_ = hn::Add(all_, e);
      mass_ = hn::Add(mass_, kept);
      moment_ = hn::MulAdd(kept, distance, moment_);
    }
  }
  HWY_INLINE double all() const { return total(all_); }
  HWY_INLINE Sums above() const { return {.mass = total(mass_), .moment = total(moment_)}; }

 private:
  using D = hn::ScalableTag<double>;
  static HWY_INLINE double total(hn::Vec<D> v) { return hn::GetLane(hn::SumOfLanes(D(), v)); }

  const Summary& summary_;
  hn::Vec<D> all_;
  hn::Vec<D> mass_;
  hn::Vec<D> moment_;
};

/// The tokens from summary.low to summary.high.
template <class Logit>
std::vector<ExactSums::Token> between(std::span<const Logit> logits, const Summary& summary) {
  std::vector<ExactSums::Token> tokens;
  for_each_between(logits, summary.low, summary.high, [&](std::size_t id) {
    tokens.push_back({static_cast<float>(logits[id]), id});
    return true;
  });
  return tokens;
}

/// The tokens above summary.head in double, the rest in float: less than a pass in double takes, and where they are
/// most of the mass the little rest may be off by mass_rounding of itself.
template <class Logit>
ExactSums head_sums(std::span<const Logit> logits, const Summary& summary) {
  const Anchor anchor(summary.maximum);
  Found found = found_of(logits.size());
  Meanwhile nothing{{}};
  const double tail = sum_all<Part::tail>(logits.data(), logits.size(), anchor, summary.head, found, nothing).mass *
                      std::exp(anchor.value() - summary.maximum);
  std::fill_n(found.logits + found.count, hn::MaxLanes(hn::ScalableTag<double>()),
              -std::numeric_limits<float>::infinity());
  ExactTerms head(summary);
  head.add(found.logits, found.count);
  const double all_mass = head.all() + tail;
  return {.all_mass = all_mass,
          .above = head.above(),
          .between = between(logits, summary),
          .rounding = mass_rounding * tail + exact_rounding * all_mass};
}

/// All tokens in double.
template <class Logit>
ExactSums exact_sums(std::span<const Logit> logits, const Summary& summary) {
  ExactTerms terms(summary);
  std::array<float, 512> block;
  for (std::size_t begin = 0; begin < logits.size(); begin += block.size()) {
    for (std::size_t i = 0; i < block.size(); ++i) {
      block[i] =
          begin + i < logits.size() ? static_cast<float>(logits[begin + i]) : -std::numeric_limits<float>::infinity();
    }
    terms.add(block.data(), block.size());
  }
  return {.all_mass = terms.all(),
          .above = terms.above(),
          .between = between(logits, summary),
          .rounding = exact_rounding * terms.all()};
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
