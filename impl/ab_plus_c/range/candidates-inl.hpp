// The candidates of a window in SIMD: one p per lane. Included by foreach_target files, once per target.
#if defined(TANDEM_AB_PLUS_C_RANGE_CANDIDATES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_AB_PLUS_C_RANGE_CANDIDATES_INL_HPP
#undef TANDEM_AB_PLUS_C_RANGE_CANDIDATES_INL_HPP
#else
#define TANDEM_AB_PLUS_C_RANGE_CANDIDATES_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "impl/ab_plus_c/range/window.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The p whose first candidates are found at a time: as many as stay in the first-level cache.
inline constexpr std::int32_t p_tile = 256;

/// The first candidate at or above window.low of every p = s + k, begin_k <= k < end_k (and of a few more p, to whole
/// vectors): m - low and q. D = p^2 - 4 low = q^2 + 4 (m - low) for the largest q <= sqrt D of the parity of p.
/// Exact: k stays below 2^14, hence D below 2^50, and the rounded root of such a D has the right integer part.
inline void first_candidates(const Window& window, std::int32_t begin_k, std::int32_t end_k, std::int32_t* offsets,
                             std::int32_t* qs) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<std::int32_t, decltype(d)> d32;
  const auto s = hn::Set(d, static_cast<double>(window.start.s));
  const auto difference = hn::Set(d, static_cast<double>(window.start.difference));
  const auto half = hn::Set(d, 0.5);
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  for (std::int32_t i = 0; begin_k + i < end_k; i += lanes) {
    const auto k = hn::Iota(d, static_cast<double>(begin_k + i));
    const auto p = hn::Add(s, k);
    const auto discriminant = hn::MulAdd(k, hn::Add(s, p), difference);
    const auto half_p = hn::Mul(p, half);
    const auto half_parity = hn::Sub(half_p, hn::Floor(half_p));
    const auto half_q = hn::Add(hn::Floor(hn::MulSub(hn::Sqrt(discriminant), half, half_parity)), half_parity);
    const auto offset = hn::Sub(hn::Mul(discriminant, hn::Set(d, 0.25)), hn::Mul(half_q, half_q));
    hn::StoreU(hn::DemoteTo(d32, offset), d32, offsets + i);
    hn::StoreU(hn::DemoteTo(d32, hn::Add(half_q, half_q)), d32, qs + i);
  }
}

/// Calls `take(place, value)` for every candidate with m - low < count, which may exceed the window's own count.
/// `layout` says, for a vector of m - low and one of relative sums, what the place and the value are. There are about
/// 2.7 N^{-1/6} candidates for each number; they come in no order.
template <class Layout, class Take>
void for_each_candidate(const Window& window, std::int32_t count, const Layout& layout, Take&& take) {
  const hn::ScalableTag<std::int32_t> d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  constexpr std::size_t list_end = 1024;
  constexpr std::size_t most_lanes = hn::MaxLanes(d);
  HWY_ALIGN std::int32_t offsets[p_tile + most_lanes];
  HWY_ALIGN std::int32_t qs[p_tile + most_lanes];
  // Candidates wait in a list: vectors find them, and the branch that ends a run of stores is taken once a list.
  HWY_ALIGN std::int32_t places[list_end + most_lanes];
  HWY_ALIGN std::int32_t values[list_end + most_lanes];
  std::size_t listed = 0;
  const auto empty_list = [&] {
    for (std::size_t i = 0; i < listed; ++i) take(places[i], values[i]);
    listed = 0;
  };

  const auto end = hn::Set(d, count);
  const auto before_zero = hn::Set(d, -1);
  const auto one = hn::Set(d, 1);
  const auto two = hn::Set(d, 2);
  for (std::int32_t tile = window.first_k; tile < window.end_k; tile += p_tile) {
    const std::int32_t tile_end = std::min(tile + p_tile, window.end_k);
    // Lanes beyond the last p of the window hold further p: needless candidates, and right ones.
    const std::int32_t whole = (tile_end - tile + lanes - 1) / lanes * lanes;
    first_candidates(window, tile, tile + whole, offsets, qs);
    for (std::int32_t i = 0; i < whole; i += lanes) {
      auto offset = hn::Load(d, offsets + i);
      auto q = hn::Load(d, qs + i);
      const auto sum = hn::Iota(d, tile + i + 1);
      while (true) {
        const auto inside = hn::And(hn::Lt(offset, end), hn::Gt(q, before_zero));
        const std::size_t found = hn::CountTrue(d, inside);
        if (found == 0) break;
        hn::StoreU(hn::Compress(layout.place(d, offset), inside), d, places + listed);
        hn::StoreU(hn::Compress(layout.value(d, offset, sum), inside), d, values + listed);
        listed += found;
        if (listed >= list_end) empty_list();
        offset = hn::Add(offset, hn::Sub(q, one));  // (q^2 - (q - 2)^2) / 4 = q - 1
        q = hn::Sub(q, two);
      }
    }
  }
  empty_list();
}

/// Lowers values[layout.place(m - low)] to the value of every candidate with m - low < count.
template <class Layout>
void lower_to_candidates(const Window& window, std::int32_t count, const Layout& layout, std::int16_t* values) {
  for_each_candidate(window, count, layout, [values](std::int32_t place, std::int32_t sum) {
    values[place] = std::min(values[place], static_cast<std::int16_t>(sum));
  });
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
