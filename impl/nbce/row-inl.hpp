// The passes over a row of logits. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_ROW_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_ROW_INL_HPP
#undef TANDEM_NBCE_ROW_INL_HPP
#else
#define TANDEM_NBCE_ROW_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "impl/nbce/row.hpp"
#include "reference/nbce.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D, class Logit>
HWY_INLINE hn::Vec<D> load(D d, const Logit* from) {
  if constexpr (std::is_same_v<Logit, float>) {
    return hn::LoadU(d, from);
  } else {
    const hn::RebindToUnsigned<D> words;
    const hn::Rebind<std::uint16_t, D> halves;
    const auto bits = hn::LoadU(halves, reinterpret_cast<const std::uint16_t*>(from));
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(words, bits)));
  }
}

/// e^x for x <= 80, as 2^k 2^r: k the nearest whole number to x log2 e by a magic addition, 2^r by a minimax polynomial
/// of degree 5. What is below -87 counts as -87, 1e-38; no mass is 0.
template <class D>
HWY_INLINE hn::Vec<D> exponential(D d, hn::Vec<D> x) {
  const hn::RebindToSigned<D> integers;
  const auto log2e = hn::Set(d, 1.44269504F);
  const auto magic = hn::Set(d, 0x1.8p23F);
  const auto bounded = hn::Max(x, hn::Set(d, -87.0F));
  const auto shifted = hn::MulAdd(bounded, log2e, magic);
  const auto rest = hn::MulSub(bounded, log2e, hn::Sub(shifted, magic));
  auto y = hn::Set(d, 0.0013276472F);
  y = hn::MulAdd(y, rest, hn::Set(d, 0.0096755413F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.0555071327F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.2402211972F));
  y = hn::MulAdd(y, rest, hn::Set(d, 0.6931469671F));
  y = hn::MulAdd(y, rest, hn::Set(d, 1.0000000717F));
  return hn::BitCast(d, hn::Add(hn::BitCast(integers, y), hn::ShiftLeft<23>(hn::BitCast(integers, shifted))));
}

/// Calls body(d, i, accumulator) for every vector of [0, count), the last numbers one by one: four accumulators in
/// turn.
template <class Body>
HWY_INLINE void for_each_vector(std::size_t count, Body body) {
  const hn::ScalableTag<float> full;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(full);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) body(full, i);
  for (; i < count; ++i) body(single, i);
}

/// Tokens whose masses are added up in float before the sum goes on in double.
constexpr std::size_t sum_block = 512;

/// Appends the logits above `head`, and NaN.
template <class D>
HWY_INLINE void collect(D d, hn::Vec<D> logit, float head, float* found, std::size_t& found_count) {
  found_count += hn::CompressStore(logit, hn::Not(hn::Le(logit, hn::Set(d, head))), d, found + found_count);
}

/// Mass, with the moment if asked for, of all tokens; and those above `head` (NaN, too) to `found`, in order. Room for
/// count + 64 numbers.
template <bool with_moment, class Logit>
Sums sum_all(const Logit* logits, std::size_t count, float anchor, float head, float* found, std::size_t& found_count) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(d);
  Sums sums;
  found_count = 0;
  for (std::size_t begin = 0; begin < count; begin += sum_block) {
    const std::size_t end = std::min(begin + sum_block, count);
    auto mass0 = hn::Zero(d), mass1 = hn::Zero(d), mass2 = hn::Zero(d), mass3 = hn::Zero(d);
    auto moment0 = hn::Zero(d), moment1 = hn::Zero(d), moment2 = hn::Zero(d), moment3 = hn::Zero(d);
    const auto vanchor = hn::Set(d, anchor);
    const auto vhead = hn::Set(d, head);
    const auto add = [&](auto logit, auto& mass, auto& moment) HWY_ATTR {
      const auto distance = hn::Sub(logit, vanchor);
      const auto e = exponential(d, distance);
      mass = hn::Add(mass, e);
      if constexpr (with_moment) moment = hn::MulAdd(e, hn::Max(distance, hn::Set(d, -87.0F)), moment);
    };
    std::size_t i = begin;
    for (; i + 4 * lanes <= end; i += 4 * lanes) {
      const auto l0 = load(d, logits + i), l1 = load(d, logits + i + lanes);
      const auto l2 = load(d, logits + i + 2 * lanes), l3 = load(d, logits + i + 3 * lanes);
      add(l0, mass0, moment0), add(l1, mass1, moment1), add(l2, mass2, moment2), add(l3, mass3, moment3);
      const auto low = hn::And(hn::Le(l0, vhead), hn::Le(l1, vhead));
      if (HWY_UNLIKELY(!hn::AllTrue(d, hn::And(low, hn::And(hn::Le(l2, vhead), hn::Le(l3, vhead)))))) {
        collect(d, l0, head, found, found_count), collect(d, l1, head, found, found_count);
        collect(d, l2, head, found, found_count), collect(d, l3, head, found, found_count);
      }
    }
    for (; i + lanes <= end; i += lanes) {
      const auto logit = load(d, logits + i);
      add(logit, mass0, moment0);
      collect(d, logit, head, found, found_count);
    }
    const auto mass = hn::Add(hn::Add(mass0, mass1), hn::Add(mass2, mass3));
    const auto moment = hn::Add(hn::Add(moment0, moment1), hn::Add(moment2, moment3));
    sums.mass += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, mass)));
    sums.moment += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, moment)));
    for (; i < end; ++i) {
      const auto logit = load(single, logits + i);
      const auto distance = hn::Max(hn::Sub(logit, hn::Set(single, anchor)), hn::Set(single, -87.0F));
      const auto e = exponential(single, distance);
      sums.mass += static_cast<double>(hn::GetLane(e));
      sums.moment += static_cast<double>(hn::GetLane(e)) * static_cast<double>(hn::GetLane(distance));
      collect(single, logit, head, found, found_count);
    }
  }
  return sums;
}

/// Mass and moment of the tokens above `high`; and those from `low` to `high` to `found`.
template <class Logit>
Sums sum_above(const Logit* logits, std::size_t count, float anchor, float low, float high, float* found,
               std::size_t& found_count) {
  const hn::ScalableTag<float> full;
  Sums sums;
  found_count = 0;
  for (std::size_t begin = 0; begin < count; begin += sum_block) {
    auto mass = hn::Zero(full);
    auto moment = hn::Zero(full);
    for_each_vector(std::min(sum_block, count - begin), [&](auto d, std::size_t i) HWY_ATTR {
      const auto logit = load(d, logits + begin + i);
      const auto distance = hn::Sub(logit, hn::Set(d, anchor));
      const auto above = hn::Gt(logit, hn::Set(d, high));
      const auto e = hn::IfThenElseZero(above, exponential(d, distance));
      if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
        mass = hn::Add(mass, e);
        moment = hn::MulAdd(e, hn::IfThenElseZero(above, distance), moment);
      } else if (hn::AllTrue(d, above)) {
        sums.mass += static_cast<double>(hn::GetLane(e));
        sums.moment += static_cast<double>(hn::GetLane(e)) * static_cast<double>(hn::GetLane(distance));
      }
      const auto between = hn::AndNot(above, hn::Ge(logit, hn::Set(d, low)));
      found_count += hn::CompressStore(logit, between, d, found + found_count);
    });
    sums.mass += static_cast<double>(hn::GetLane(hn::SumOfLanes(full, mass)));
    sums.moment += static_cast<double>(hn::GetLane(hn::SumOfLanes(full, moment)));
  }
  return sums;
}

/// masses[i] = e^(logits[i] - anchor).
inline void masses_of(const float* logits, std::size_t count, float anchor, float* masses) {
  for_each_vector(count, [&](auto d, std::size_t i) HWY_ATTR {
    hn::StoreU(exponential(d, hn::Sub(hn::LoadU(d, logits + i), hn::Set(d, anchor))), d, masses + i);
  });
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
