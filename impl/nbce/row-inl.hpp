// The passes over a row of logits. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_ROW_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_ROW_INL_HPP
#undef TANDEM_NBCE_ROW_INL_HPP
#else
#define TANDEM_NBCE_ROW_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "impl/nbce/compress-inl.hpp"
#include "impl/nbce/exponential-inl.hpp"
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

/// Calls use(vector) for the two vectors of logits that begin here: of two bytes each first the even ones, then the odd
/// ones, since half a word at its place needs no widening.
template <class D, class Logit, class Use>
HWY_INLINE void for_both(D d, const Logit* from, Use use) {
  if constexpr (std::is_same_v<Logit, float>) {
    use(load(d, from));
    use(load(d, from + hn::Lanes(d)));
  } else {
    const hn::RebindToUnsigned<D> words;
    const auto pairs = hn::LoadU(words, reinterpret_cast<const std::uint32_t*>(from));
    use(hn::BitCast(d, hn::ShiftLeft<16>(pairs)));
    use(hn::BitCast(d, hn::And(pairs, hn::Set(words, 0xffff0000U))));
  }
}

/// Whether four vectors of numbers have one of at least `bound`; of NaN either is said. Numbers of two bytes are
/// compared as the words they are: where the bound is positive as signed ones, among which the negative numbers are
/// below it; else as unsigned ones, whose order is the opposite and has the positive numbers first.
template <class Number>
class AnyAtLeast {
 public:
  explicit AnyAtLeast(float bound) : bound_(bound) {
    const auto bits = std::bit_cast<std::uint32_t>(bound);
    // Of two bytes the greatest number below the bound. 0 counts as negative, since -0 is as much.
    positive_ = bound > 0;
    below_ = static_cast<std::uint16_t>(positive_ ? (bits - 1) >> 16 : bound == 0 ? 0x8001 : (bits >> 16) + 1);
  }

  HWY_INLINE bool operator()(const Number* numbers) const {
    const hn::ScalableTag<float> d;
    const std::size_t count = 4 * hn::Lanes(d);
    if constexpr (std::is_same_v<Number, float>) {
      const auto at = [&](std::size_t part) HWY_ATTR { return hn::LoadU(d, numbers + part * hn::Lanes(d)); };
      const auto greatest = hn::Max(hn::Max(at(0), at(1)), hn::Max(at(2), at(3)));
      return !hn::AllFalse(d, hn::Ge(greatest, hn::Set(d, bound_)));
    } else {
      const hn::ScalableTag<std::uint16_t> words;
      const hn::RebindToSigned<decltype(words)> whole;
      const auto at = [&](std::size_t i)
                          HWY_ATTR { return hn::LoadU(words, reinterpret_cast<const std::uint16_t*>(numbers) + i); };
      auto extreme = at(0);
      if (positive_) {
        for (std::size_t i = hn::Lanes(words); i < count; i += hn::Lanes(words)) {
          extreme = hn::BitCast(words, hn::Max(hn::BitCast(whole, extreme), hn::BitCast(whole, at(i))));
        }
        return !hn::AllFalse(whole, hn::Gt(hn::BitCast(whole, extreme), hn::BitCast(whole, hn::Set(words, below_))));
      }
      for (std::size_t i = hn::Lanes(words); i < count; i += hn::Lanes(words)) extreme = hn::Min(extreme, at(i));
      return !hn::AllFalse(words, hn::Lt(extreme, hn::Set(words, below_)));
    }
  }

 private:
  float bound_;
  std::uint16_t below_;
  bool positive_;
};

/// Calls body(d, i) for every vector of [0, count), then for the last numbers one by one.
template <class Body>
HWY_INLINE void for_each_vector(std::size_t count, Body body) {
  const hn::ScalableTag<float> full;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(full);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) body(full, i);
  for (; i < count; ++i) body(single, i);
}

/// The same for [0, count), but groups of vectors without a number of at least `least` are passed over: pass(first).
/// Tokens that are kept are few as a rule, and far between.
template <class Number, class Body, class Pass>
HWY_INLINE void for_each_kept(const Number* numbers, std::size_t count, float least, Body body, Pass pass) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const AnyAtLeast<Number> any_kept(least);
  std::size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    if (any_kept(numbers + i)) {
      for (std::size_t part = 0; part < 4; ++part) body(d, i + part * lanes);
    } else {
      pass(i);
    }
  }
  for_each_vector(count - i, [&](auto tag, std::size_t offset) HWY_ATTR { body(tag, i + offset); });
}

/// Asks for the numbers half a page after these: what the processor fetches by itself ends where a page ends. The last
/// ones of a row ask for what follows it, as a rule the next row.
template <class Logit>
HWY_INLINE void prefetch(const Logit* from, std::size_t count) {
  const char* const ahead = reinterpret_cast<const char*>(from) + 2048;
  for (std::size_t offset = 0; offset < count * sizeof(Logit); offset += 64) hwy::Prefetch(ahead + offset);
}

/// How many masses a lane adds up in float before the sum goes on in double: what mass_rounding counts on.
constexpr std::size_t float_additions = 16;

template <class V>
HWY_INLINE double sum_of_lanes(V v) {
  return static_cast<double>(hn::GetLane(hn::SumOfLanes(hn::ScalableTag<float>(), v)));
}

/// Appends the logits of a vector above `least`; returns the new number of them.
template <class D, class Logit>
HWY_INLINE std::size_t append(D d, const Logit* logits, float least, float* found, std::size_t found_count) {
  const auto logit = load(d, logits);
  return found_count + compress_store(logit, hn::Gt(logit, hn::Set(d, least)), d, found + found_count);
}

/// Mass, with the moment if asked for, of all tokens; and those above `head` to found.logits, in order. The mass is NaN
/// if a logit is NaN or +inf, and anything at all if one found is so far above the anchor that its mass overflows.
template <bool with_moment, class Logit>
Sums sum_all(const Logit* logits, std::size_t count, Anchor anchor, float head, Found& found) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(d);
  const AnyAtLeast<Logit> any_above(std::nextafter(head, std::numeric_limits<float>::infinity()));
  Sums sums;
  std::size_t place_count = 0;
  std::size_t i = 0;
  for (std::size_t end = 0; end < count;) {
    end = std::min(end + 4 * float_additions * lanes, count);
    auto block_mass = hn::Zero(d);
    auto block_moment = hn::Zero(d);
    for (; i + 4 * lanes <= end; i += 4 * lanes) {
      prefetch(logits + i, 4 * lanes);
      auto mass = hn::Zero(d);
      const auto add = [&](auto logit) HWY_ATTR {
        const Exponential<decltype(d)> e(d, logit, anchor);
        mass = hn::MulAdd(e.fraction, e.power, mass);
        if constexpr (with_moment) {
          block_moment = hn::MulAdd(e.value(), bounded_distance(d, logit, anchor), block_moment);
        }
      };
      for_both(d, logits + i, add);
      for_both(d, logits + i + 2 * lanes, add);
      block_mass = hn::Add(block_mass, mass);
      // Without a branch: guessed wrong it would wait for all of the arithmetic above.
      found.places[place_count] = static_cast<std::uint32_t>(i);
      place_count += any_above(logits + i) ? 1 : 0;
    }
    sums.mass += sum_of_lanes(block_mass);
    sums.moment += sum_of_lanes(block_moment);
  }
  found.count = 0;
  for (std::size_t place = 0; place < place_count; ++place) {
    for (std::size_t part = 0; part < 4; ++part) {
      found.count = append(d, logits + found.places[place] + part * lanes, head, found.logits, found.count);
    }
  }
  for (; i < count; ++i) {
    const auto logit = load(single, logits + i);
    const auto e = static_cast<double>(hn::GetLane(exponential(single, logit, anchor)));
    sums.mass += e;
    sums.moment += e * static_cast<double>(hn::GetLane(bounded_distance(single, logit, anchor)));
    found.count = append(single, logits + i, head, found.logits, found.count);
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
  Sums sums;
  std::size_t found_here = 0;
  std::size_t i = 0;
  for (std::size_t end = 0; end < count;) {
    end = std::min(end + float_additions * lanes, count);
    auto block_mass = hn::Zero(d);
    auto block_moment = hn::Zero(d);
    for (; i + lanes <= end; i += lanes) {
      const auto logit = load(d, logits + i);
      const auto x = binary_distance(d, logit, anchor);
      const auto above = hn::Gt(logit, hn::Set(d, high));
      const auto e = hn::IfThenElseZero(above, exponential(d, logit, anchor));
      block_mass = hn::Add(block_mass, e);
      block_moment = hn::MulAdd(e, hn::IfThenElseZero(above, x), block_moment);
      const auto between = hn::AndNot(above, hn::Ge(logit, hn::Set(d, low)));
      found_here += compress_store(logit, between, d, found.logits + found_here);
    }
    sums.mass += sum_of_lanes(block_mass);
    sums.moment += sum_of_lanes(block_moment);
  }
  for (; i < count; ++i) {
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

/// The masses of what was found. Returns their sum.
inline double weigh(Found& found, Anchor anchor) {
  const hn::ScalableTag<float> full;
  const std::size_t block = float_additions * hn::Lanes(full);
  double total = 0;
  for (std::size_t begin = 0; begin < found.count; begin += block) {
    auto sum = hn::Zero(full);
    for_each_vector(std::min(block, found.count - begin), [&](auto d, std::size_t offset) HWY_ATTR {
      const std::size_t i = begin + offset;
      const auto e = exponential(d, hn::LoadU(d, found.logits + i), anchor);
      hn::StoreU(e, d, found.masses + i);
      if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
        sum = hn::Add(sum, e);
      } else {
        total += static_cast<double>(hn::GetLane(e));
      }
    });
    total += sum_of_lanes(sum);
  }
  return total;
}

/// Mass and moment of what was found, and weighed, above the threshold.
inline Sums sum_found(const Found& found, Anchor anchor, float threshold) {
  const hn::ScalableTag<float> full;
  const std::size_t block = float_additions * hn::Lanes(full);
  Sums sums;
  for (std::size_t begin = 0; begin < found.count; begin += block) {
    auto mass = hn::Zero(full);
    auto moment = hn::Zero(full);
    for_each_vector(std::min(block, found.count - begin), [&](auto d, std::size_t offset) HWY_ATTR {
      const std::size_t i = begin + offset;
      const auto logit = hn::LoadU(d, found.logits + i);
      const auto above = hn::Gt(logit, hn::Set(d, threshold));
      const auto e = hn::IfThenElseZero(above, hn::LoadU(d, found.masses + i));
      const auto x = hn::IfThenElseZero(above, binary_distance(d, logit, anchor));
      if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
        mass = hn::Add(mass, e);
        moment = hn::MulAdd(e, x, moment);
      } else {
        sums.mass += static_cast<double>(hn::GetLane(e));
        sums.moment += static_cast<double>(hn::GetLane(e)) * static_cast<double>(hn::GetLane(x));
      }
    });
    sums.mass += sum_of_lanes(mass);
    sums.moment += sum_of_lanes(moment);
  }
  sums.moment /= static_cast<double>(Anchor::log2e);
  return sums;
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
