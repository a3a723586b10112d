#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/single/pq_early_stop_wide_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
// clang-format on

#include <algorithm>
#include <bit>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/single/wide_search.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The first k for which the lanes are used: below, D is a small difference of large numbers.
inline constexpr std::uint64_t first_vector_k = 64;

// One p per lane, in doubles, as a filter; what passes is tried exactly.
//
// Let t = (sqrt D - p mod 2) / 2 and f = ceil(t) - t, so that q = 2 ceil(t) + p mod 2 and c = f (sqrt D + f). A
// candidate with k + c <= bound has f sqrt D <= bound - k.
//
// In units of 2^-53 of its value, the computed D is off by at most 4.1 (2s, 2s + k and D are rounded, D twice without
// FMA; for k >= 64, s^2 - 4N >= -2s is too small to lose digits), its root by 3.1, and t by 2.6 units of sqrt D. So
// with 4 of these taken off, the computed t is below the true one, by at most 6.6: either no integer lies between and f
// grows by as much, or f is itself as small. In both cases f sqrt D <= bound - k + 6.6 D 2^-53, and the test below
// grants 8.
inline std::uint64_t scan_wide_simd(const WideStart& start, std::uint64_t begin, std::uint64_t end,
                                    std::atomic<std::uint64_t>& bound, WideBest& best) {
  std::uint64_t limit = bound;
  std::uint64_t k = begin;
  for (; k < std::min({end, limit, first_vector_k}); ++k) {
    offer(start, k, bound, best);
    limit = bound;
  }

  const hn::ScalableTag<double> d;
  using Real = hn::Vec<decltype(d)>;
  const std::size_t lanes = hn::Lanes(d);
  const auto half = hn::Set(d, 0.5);
  const auto shrunk_half = hn::Set(d, 0.5 - 0x1p-51);
  const auto margin = hn::Set(d, 0x1p-50);
  const auto twice_s = hn::Set(d, 2 * static_cast<double>(start.s));
  const auto difference = hn::Set(d, static_cast<double>(start.difference));
  const auto step = hn::Set(d, 2 * static_cast<double>(lanes));
  const double odd = (start.s + k) % 2 == 0 ? 0.0 : 1.0;
  const auto half_parity_from = [&](double offset) {
    const auto p = hn::Mul(hn::Iota(d, odd + offset), half);
    return hn::Sub(p, hn::Floor(p));
  };
  const auto low_half_parity = half_parity_from(0);
  const auto high_half_parity = half_parity_from(static_cast<double>(lanes));
  auto low_k = hn::Iota(d, static_cast<double>(k));
  auto high_k = hn::Add(low_k, hn::Set(d, static_cast<double>(lanes)));

  const auto passes = [&](Real real_k, Real half_parity, Real real_limit) {
    const auto discriminant = hn::MulAdd(real_k, hn::Add(twice_s, real_k), difference);
    const auto root = hn::Sqrt(discriminant);
    const auto t = hn::MulSub(root, shrunk_half, half_parity);
    const auto f = hn::Sub(hn::Ceil(t), t);
    return hn::Lt(hn::Mul(f, root), hn::MulAdd(discriminant, margin, hn::Sub(real_limit, real_k)));
  };
  const auto try_passed = [&](hn::Mask<decltype(d)> passed, std::uint64_t first) {
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, passed, bits);
    for (unsigned set = bits[0]; set != 0; set &= set - 1) {
      offer(start, first + static_cast<std::uint64_t>(std::countr_zero(set)), bound, best);
    }
    limit = bound;
  };
  for (; k < std::min(end, limit); k += 2 * lanes) {
    const auto real_limit = hn::Set(d, static_cast<double>(limit) + 1);
    const auto low = passes(low_k, low_half_parity, real_limit);
    const auto high = passes(high_k, high_half_parity, real_limit);
    if (!hn::AllFalse(d, hn::Or(low, high))) {
      try_passed(low, k);
      try_passed(high, k + lanes);
    }
    low_k = hn::Add(low_k, step);
    high_k = hn::Add(high_k, step);
  }
  return k - begin;
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(scan_wide_simd);

void pq_early_stop_wide_simd(const Natural& n, Minimum& answer, const Execution& execution) {
  answer = search_wide(HWY_DYNAMIC_DISPATCH(scan_wide_simd), n, execution);
}

}  // namespace tandem::ab_plus_c
#endif
