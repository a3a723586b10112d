// The passes over a row of logits. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_ROW_ROW_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_ROW_ROW_INL_HPP
#undef TANDEM_NBCE_ROW_ROW_INL_HPP
#else
#define TANDEM_NBCE_ROW_ROW_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

#include "impl/nbce/kernels/compress-inl.hpp"
#include "impl/nbce/kernels/exponential-inl.hpp"
#include "impl/nbce/kernels/logits-inl.hpp"
#include "impl/nbce/row/found-inl.hpp"
#include "impl/nbce/row/row.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// What a pass adds up: the masses of any logits;
template <class Logit>
struct Bounded {
  Anchor anchor;
  AtLeast<Logit> above;

  template <class V>
  HWY_INLINE V add(V logit, V sum) const {
    const Exponential<hn::ScalableTag<float>> e(hn::ScalableTag<float>(), logit, anchor);
    return hn::MulAdd(e.fraction, e.power, sum);
  }
  template <class V>
  HWY_INLINE bool any_above(const Logit* logits, V) const {
    return above.any(logits);
  }
};

/// or of the logits that are not above the head alone.
template <class Terms, class Logit>
struct Tail {
  const Terms& terms;
  float head;
  AtLeast<Logit> above;

  template <class V>
  HWY_INLINE V add(V logit, V sum) const {
    return hn::IfThenElse(hn::Gt(logit, hn::Set(hn::ScalableTag<float>(), head)), sum, terms.add(logit, sum));
  }
  template <class V>
  HWY_INLINE bool any_above(const Logit* logits, V) const {
    return above.any(logits);
  }
};

struct BlockSums {
  hn::Vec<hn::ScalableTag<float>> mass;
  hn::Vec<hn::ScalableTag<float>> moment;
};

/// Mass, with the moment if asked for, of the whole groups of four vectors in [begin, end).
template <bool with_moment, class Terms, class Logit>
HWY_INLINE BlockSums sum_block(const Logit* logits, std::size_t begin, std::size_t end, const Anchor& anchor,
                               const Terms& terms, Places& places) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  BlockSums sums{hn::Zero(d), hn::Zero(d)};
  for (std::size_t i = begin; i < end; i += 4 * lanes) {
    prefetch(logits + i, 4 * lanes);
    auto mass = hn::Zero(d);
    const auto add = [&](auto logit) HWY_ATTR {
      mass = terms.add(logit, mass);
      if constexpr (with_moment) {
        sums.moment = hn::MulAdd(exponential(d, logit, anchor), bounded_distance(d, logit, anchor), sums.moment);
      }
    };
    for_both(d, logits + i, add);
    for_both(d, logits + i + 2 * lanes, add);
    sums.mass = hn::Add(sums.mass, mass);
    places.add(i, terms.any_above(logits + i, mass));
  }
  return sums;
}

/// Fills whole vectors with -inf.
HWY_INLINE void set_impossible(std::span<float> merged) {
  const hn::ScalableTag<float> d;
  const auto impossible = hn::Set(d, -std::numeric_limits<float>::infinity());
  for (std::size_t i = 0; i < merged.size(); i += hn::Lanes(d)) hn::StoreU(impossible, d, merged.data() + i);
}

/// Of which tokens sum_all is to give the sums.
enum class Part {
  all,              ///< the mass
  all_with_moment,  ///< the moment, too
  tail              ///< the mass of those not above the head
};

/// Mass, with the moment if asked for, of the tokens; and those above `head` to found.logits, in order. The mass is NaN
/// if a logit is NaN or +inf, and anything at all if one found is so far above the anchor that its mass overflows.
template <Part part, class Logit>
Sums sum_all(const Logit* logits, std::size_t count, Anchor anchor, float head, Found& found, Meanwhile& meanwhile) {
  constexpr bool with_moment = part == Part::all_with_moment;
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  const std::size_t group = 4 * hn::Lanes(d);
  const std::size_t grouped = count - count % group;
  const AtLeast<Logit> above(std::nextafter(head, std::numeric_limits<float>::infinity()));
  const auto part_of = [&](const auto& terms) HWY_ATTR {
    if constexpr (part == Part::tail) {
      return Tail<std::remove_cvref_t<decltype(terms)>, Logit>{terms, head, above};
    } else {
      return terms;
    }
  };
  const Bounded<Logit> bounded{anchor, above};
  const auto terms = part_of(bounded);
#if HWY_TARGET <= HWY_AVX3
  const Scaled scaled(anchor, head);
  const auto scaled_terms = part_of(scaled);
  bool scaling = !with_moment && Scaled::reaches(anchor);
#endif
  DoubleSum mass;
  DoubleSum moment;
  Places places{.groups = found.places};
  meanwhile.divide(grouped / (float_additions * group) + 1);
  for (std::size_t begin = 0, end = 0; begin < grouped; begin = end) {
    end = std::min(begin + float_additions * group, grouped);
    set_impossible(meanwhile.next());
#if HWY_TARGET <= HWY_AVX3
    if (scaling) {
      const std::size_t place_count = places.count;
      const auto block = sum_block<false>(logits, begin, end, anchor, scaled_terms, places);
      scaling = hn::AllFalse(d, hn::IsNaN(block.mass));
      if (scaling) {
        mass.add_block(block.mass);
        continue;
      }
      places.count = place_count;
    }
#endif
    const auto block = sum_block<with_moment>(logits, begin, end, anchor, terms, places);
    mass.add_block(block.mass);
    if constexpr (with_moment) moment.add_block(block.moment);
  }
  found.count = collect(logits, std::span(places.groups, places.count), above, found.logits);
  Sums sums{.mass = mass.total(), .moment = moment.total()};
  for (std::size_t i = grouped; i < count; ++i) {
    const auto logit = static_cast<float>(logits[i]);
    if (logit > head) found.logits[found.count++] = logit;
    if (part == Part::tail && logit > head) continue;
    const auto e = static_cast<double>(hn::GetLane(exponential(single, hn::Set(single, logit), anchor)));
    sums.mass += e;
    sums.moment += e * static_cast<double>(hn::GetLane(bounded_distance(single, hn::Set(single, logit), anchor)));
  }
  sums.moment /= static_cast<double>(Anchor::log2e);
  return sums;
}

/// Mass and moment of the tokens above `high`; and those from `low` to `high` to found.logits.
template <class Logit>
Sums sum_above(const Logit* logits, std::size_t count, Anchor anchor, float low, float high, Found& found) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(d);
  const AtLeast<Logit> reached(low);
  DoubleSum mass;
  DoubleSum moment;
  std::size_t found_here = 0;
  const std::size_t grouped = count - count % (4 * lanes);
  std::array<std::uint32_t, 32> groups;  // few enough for the first cache to keep them
  for (std::size_t begin = 0, end = 0; begin < grouped; begin = end) {
    end = std::min(begin + groups.size() * 4 * lanes, grouped);
    Places places{.groups = groups.data()};
    for (std::size_t i = begin; i < end; i += 4 * lanes) {
      prefetch(logits + i, 4 * lanes);
      places.add(i, reached.any(logits + i));
    }
    for (std::size_t place = 0; place < places.count; ++place) {
      auto group_mass = hn::Zero(d);
      auto group_moment = hn::Zero(d);
      for (std::size_t part = 0; part < 4; ++part) {
        const auto logit = load(d, logits + groups[place] + part * lanes);
        const auto x = binary_distance(d, logit, anchor);
        const auto above = hn::Gt(logit, hn::Set(d, high));
        const auto e = hn::IfThenElseZero(above, exponential(d, logit, anchor));
        group_mass = hn::Add(group_mass, e);
        group_moment = hn::MulAdd(e, hn::IfThenElseZero(above, x), group_moment);
        const auto between = hn::AndNot(above, hn::Ge(logit, hn::Set(d, low)));
        found_here += compress_store(logit, between, d, found.logits + found_here);
      }
      mass.add(group_mass);
      moment.add(group_moment);
    }
  }
  Sums sums{.mass = mass.total(), .moment = moment.total()};
  for (std::size_t i = grouped; i < count; ++i) {
    const auto logit = static_cast<float>(logits[i]);
    if (logit > high) {
      const auto e = static_cast<double>(hn::GetLane(exponential(single, hn::Set(single, logit), anchor)));
      sums.mass += e;
      sums.moment += e * static_cast<double>(hn::GetLane(binary_distance(single, hn::Set(single, logit), anchor)));
    } else if (logit >= low) {
      found.logits[found_here++] = logit;
    }
  }
  found.count = found_here;
  sums.moment /= static_cast<double>(Anchor::log2e);
  return sums;
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
