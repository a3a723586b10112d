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

#include "impl/nbce/compress-inl.hpp"
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
  found_count += compress_store(logit, hn::Not(hn::Le(logit, hn::Set(d, head))), d, found + found_count);
}

template <class V>
HWY_INLINE void add_lanes(V mass, V moment, Sums& sums) {
  const hn::ScalableTag<float> d;
  sums.mass += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, mass)));
  sums.moment += static_cast<double>(hn::GetLane(hn::SumOfLanes(d, moment)));
}

/// Mass, with the moment if asked for, of all tokens; and those above `head` (NaN, too) to `found`, in order. Room for
/// count + 64 numbers.
template <bool with_moment, class Logit>
Sums sum_all(const Logit* logits, std::size_t count, float anchor, float head, float* found, std::size_t& found_count) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(d);
  const auto lowest = hn::Set(d, -87.0F);
  Sums sums;
  std::size_t found_here = 0;
  for (std::size_t begin = 0; begin < count; begin += sum_block) {
    const std::size_t end = std::min(begin + sum_block, count);
    auto block_mass = hn::Zero(d);
    auto block_moment = hn::Zero(d);
    std::size_t i = begin;
    // Four at a time, but one accumulator: the registers are needed for the polynomial.
    for (; i + 4 * lanes <= end; i += 4 * lanes) {
      auto few = hn::Le(load(d, logits + i), hn::Set(d, head));
      auto mass = hn::Zero(d);
      for (std::size_t part = 0; part < 4; ++part) {
        const auto logit = load(d, logits + i + part * lanes);
        const auto distance = hn::Sub(logit, hn::Set(d, anchor));
        const auto e = exponential(d, distance);
        mass = part == 0 ? e : hn::Add(mass, e);
        if constexpr (with_moment) block_moment = hn::MulAdd(e, hn::Max(distance, lowest), block_moment);
        few = hn::And(few, hn::Le(logit, hn::Set(d, head)));
      }
      block_mass = hn::Add(block_mass, mass);
      if (HWY_UNLIKELY(!hn::AllTrue(d, few))) {
        for (std::size_t part = 0; part < 4; ++part) {
          collect(d, load(d, logits + i + part * lanes), head, found, found_here);
        }
      }
    }
    for (; i + lanes <= end; i += lanes) {
      const auto logit = load(d, logits + i);
      const auto distance = hn::Sub(logit, hn::Set(d, anchor));
      const auto e = exponential(d, distance);
      block_mass = hn::Add(block_mass, e);
      block_moment = hn::MulAdd(e, hn::Max(distance, lowest), block_moment);
      collect(d, logit, head, found, found_here);
    }
    add_lanes(block_mass, block_moment, sums);
    for (; i < end; ++i) {
      const auto logit = load(single, logits + i);
      const auto distance = hn::Max(hn::Sub(logit, hn::Set(single, anchor)), hn::Set(single, -87.0F));
      const auto e = static_cast<double>(hn::GetLane(exponential(single, distance)));
      sums.mass += e;
      sums.moment += e * static_cast<double>(hn::GetLane(distance));
      collect(single, logit, head, found, found_here);
    }
  }
  found_count = found_here;
  return sums;
}

/// Mass and moment of the tokens above `high`; and those from `low` to `high` to `found`.
template <class Logit>
Sums sum_above(const Logit* logits, std::size_t count, float anchor, float low, float high, float* found,
               std::size_t& found_count) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(d);
  Sums sums;
  std::size_t found_here = 0;
  for (std::size_t begin = 0; begin < count; begin += sum_block) {
    const std::size_t end = std::min(begin + sum_block, count);
    auto block_mass = hn::Zero(d);
    auto block_moment = hn::Zero(d);
    std::size_t i = begin;
    for (; i + lanes <= end; i += lanes) {
      const auto logit = load(d, logits + i);
      const auto distance = hn::Sub(logit, hn::Set(d, anchor));
      const auto above = hn::Gt(logit, hn::Set(d, high));
      const auto e = hn::IfThenElseZero(above, exponential(d, distance));
      block_mass = hn::Add(block_mass, e);
      block_moment = hn::MulAdd(e, hn::IfThenElseZero(above, distance), block_moment);
      const auto between = hn::AndNot(above, hn::Ge(logit, hn::Set(d, low)));
      found_here += compress_store(logit, between, d, found + found_here);
    }
    add_lanes(block_mass, block_moment, sums);
    for (; i < end; ++i) {
      const auto logit = static_cast<float>(logits[i]);
      if (logit > high) {
        const auto e = static_cast<double>(hn::GetLane(exponential(single, hn::Set(single, logit - anchor))));
        sums.mass += e;
        sums.moment += e * static_cast<double>(logit - anchor);
      } else if (logit >= low) {
        found[found_here++] = logit;
      }
    }
  }
  found_count = found_here;
  return sums;
}

/// masses[i] = e^(logits[i] - anchor). Returns their sum.
inline double masses_of(const float* logits, std::size_t count, float anchor, float* masses) {
  const hn::ScalableTag<float> full;
  Sums sums;
  for (std::size_t begin = 0; begin < count; begin += sum_block) {
    auto sum = hn::Zero(full);
    for_each_vector(std::min(sum_block, count - begin), [&](auto d, std::size_t offset) HWY_ATTR {
      const std::size_t i = begin + offset;
      const auto e = exponential(d, hn::Sub(hn::LoadU(d, logits + i), hn::Set(d, anchor)));
      hn::StoreU(e, d, masses + i);
      if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
        sum = hn::Add(sum, e);
      } else {
        sums.mass += static_cast<double>(hn::GetLane(e));
      }
    });
    add_lanes(sum, hn::Zero(full), sums);
  }
  return sums.mass;
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
