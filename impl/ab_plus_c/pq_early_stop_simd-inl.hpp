// The early stop with one p per lane. Included by foreach_target files, once per target.
#if defined(TANDEM_AB_PLUS_C_PQ_EARLY_STOP_SIMD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_AB_PLUS_C_PQ_EARLY_STOP_SIMD_INL_HPP
#undef TANDEM_AB_PLUS_C_PQ_EARLY_STOP_SIMD_INL_HPP
#else
#define TANDEM_AB_PLUS_C_PQ_EARLY_STOP_SIMD_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "impl/ab_plus_c/pq_start.hpp"
#include "impl/ab_plus_c/pq_key.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The early stop for one N. Mean 1.18 N^{1/6} square roots, rounded up to two vectors.
inline Minimum early_stop_simd(std::uint64_t n) {
  if (n <= largest_trivial) return trivial_minimum(n);
  const Start start = start_of(n);
  const hn::ScalableTag<double> d;
  const auto lanes = static_cast<double>(hn::Lanes(d));

  // Two vectors a round: together they hold k = 1, 2, ... and both move on by `step`, which is even for every target (even
  // where a vector has one lane), so that the parity of a lane's p never changes.
  const double step = 2 * lanes;
  const auto half = hn::Set(d, 0.5);
  const auto second_difference = hn::Set(d, 2 * step * step);
  const auto k_key_step = hn::Set(d, step * key_of(1, 0));
  const auto key_per_quarter_c = hn::Set(d, key_of(0, 1) / 4);
  struct Candidates {
    hn::Vec<hn::ScalableTag<double>> discriminant, increment, half_parity, k_key;
  };
  const auto candidates_from = [&](double first_k) {
    const auto k = hn::Iota(d, first_k);
    const auto s = hn::Set(d, static_cast<double>(start.s));
    const auto p = hn::Add(s, k);
    const auto half_p = hn::Mul(p, half);
    return Candidates{
        .discriminant = hn::MulAdd(k, hn::Add(s, p), hn::Set(d, static_cast<double>(start.difference))),
        .increment = hn::MulAdd(hn::Set(d, 2 * step), p, hn::Set(d, step * step)),
        .half_parity = hn::Sub(half_p, hn::Floor(half_p)),
        .k_key = hn::Mul(k, hn::Set(d, key_of(1, 0))),
    };
  };
  // The keys of the candidates, which then move on.
  const auto keys = [&](Candidates& at) {
    const auto root = hn::Sqrt(at.discriminant);
    const auto half_q = hn::Add(hn::Ceil(hn::MulSub(root, half, at.half_parity)), at.half_parity);
    const auto q = hn::Add(half_q, half_q);
    const auto four_c = hn::MulSub(q, q, at.discriminant);
    const auto key = hn::MulAdd(four_c, key_per_quarter_c, at.k_key);
    at.discriminant = hn::Add(at.discriminant, at.increment);
    at.increment = hn::Add(at.increment, second_difference);
    at.k_key = hn::Add(at.k_key, k_key_step);
    return key;
  };

  Candidates low = candidates_from(1);
  Candidates high = candidates_from(1 + lanes);
  auto best = hn::Set(d, key_of(0, start.first_c()));
  auto limit = hn::Set(d, first_key_above(1));
  std::uint64_t tried = 1;
  do {
    const auto low_keys = keys(low);
    best = hn::Min(best, hn::Min(low_keys, keys(high)));
    limit = hn::Add(limit, hn::Set(d, step * key_scale));
    tried += static_cast<std::uint64_t>(step);
  } while (hn::AllFalse(d, hn::Lt(best, limit)));

  const double key = hn::GetLane(hn::MinOfLanes(d, best));
  return minimum_at(start, k_of(key), c_of(key), tried);
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
