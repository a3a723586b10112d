// Logits of either type as vectors, and compared with a bound. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_KERNELS_LOGITS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_KERNELS_LOGITS_INL_HPP
#undef TANDEM_NBCE_KERNELS_LOGITS_INL_HPP
#else
#define TANDEM_NBCE_KERNELS_LOGITS_INL_HPP
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>

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

/// The lanes of a mask, a bit for each.
template <class D, class M>
HWY_INLINE std::uint64_t bits_of(D d, M mask) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  static_assert(lanes <= 32);
  // As many bytes as are written: to read more would wait for them.
  std::conditional_t<(lanes > 16), std::uint32_t, std::conditional_t<(lanes > 8), std::uint16_t, std::uint8_t>> bits =
      0;
  hn::StoreMaskBits(d, mask, reinterpret_cast<std::uint8_t*>(&bits));
#if defined(__GNUC__) && !defined(__clang__)
  // Out of the mask's register: where GCC 12 saves one of 32 bits across a call it reads 64 bits back.
  asm("" : "+r"(bits));
#endif
  return bits;
}

/// Which of four vectors of numbers are at least `bound`; of NaN either is said. Numbers of two bytes are compared as
/// the words they are: where the bound is positive as signed ones, among which the negative numbers are below it; else
/// as unsigned ones, whose order is the opposite and has the positive numbers first.
template <class Number>
class AtLeast {
 public:
  explicit AtLeast(float bound) : bound_(bound) {
    const auto bits = std::bit_cast<std::uint32_t>(bound);
    // Of two bytes the greatest number below the bound. 0 counts as negative, since -0 is as much.
    positive_ = bound > 0;
    below_ = static_cast<std::uint16_t>(positive_ ? (bits - 1) >> 16 : bound == 0 ? 0x8001 : (bits >> 16) + 1);
  }

  /// Whether there is one.
  HWY_INLINE bool any(const Number* numbers) const {
    if constexpr (std::is_same_v<Number, float>) {
      const hn::ScalableTag<float> d;
      const auto at = [&](std::size_t part) HWY_ATTR { return hn::LoadU(d, numbers + part * hn::Lanes(d)); };
      const auto greatest = hn::Max(hn::Max(at(0), at(1)), hn::Max(at(2), at(3)));
      return !hn::AllFalse(d, hn::Ge(greatest, hn::Set(d, bound_)));
    } else {
      auto extreme = word(numbers);
      if (positive_) {
        for (std::size_t i = word_lanes(); i < count(); i += word_lanes()) {
          extreme = hn::BitCast(words, hn::Max(hn::BitCast(whole, extreme), hn::BitCast(whole, word(numbers + i))));
        }
        return !hn::AllFalse(whole, above(extreme));
      }
      for (std::size_t i = word_lanes(); i < count(); i += word_lanes()) extreme = hn::Min(extreme, word(numbers + i));
      return !hn::AllFalse(words, before(extreme));
    }
  }

  /// A bit for each that is.
  HWY_INLINE std::uint64_t bits(const Number* numbers) const {
    std::uint64_t bits = 0;
    if constexpr (std::is_same_v<Number, float>) {
      const hn::ScalableTag<float> d;
      for (std::size_t i = 0; i < count(); i += hn::Lanes(d)) {
        bits |= bits_of(d, hn::Ge(hn::LoadU(d, numbers + i), hn::Set(d, bound_))) << i;
      }
    } else {
      for (std::size_t i = 0; i < count(); i += word_lanes()) {
        const auto these = word(numbers + i);
        bits |= (positive_ ? bits_of(whole, above(these)) : bits_of(words, before(these))) << i;
      }
    }
    return bits;
  }

 private:
  static constexpr hn::ScalableTag<std::uint16_t> words{};
  static constexpr hn::ScalableTag<std::int16_t> whole{};
  using Words = hn::Vec<hn::ScalableTag<std::uint16_t>>;

  static std::size_t count() { return 4 * hn::Lanes(hn::ScalableTag<float>()); }
  static std::size_t word_lanes() { return hn::Lanes(words); }
  static HWY_INLINE Words word(const Number* from) {
    return hn::LoadU(words, reinterpret_cast<const std::uint16_t*>(from));
  }
  HWY_INLINE auto above(Words these) const {
    return hn::Gt(hn::BitCast(whole, these), hn::BitCast(whole, hn::Set(words, below_)));
  }
  HWY_INLINE auto before(Words these) const { return hn::Lt(these, hn::Set(words, below_)); }

  float bound_;
  std::uint16_t below_;
  bool positive_;
};

/// Asks for the numbers half a page after these: what the processor fetches by itself ends where a page ends. The last
/// ones of a row ask for what follows it, as a rule the next row.
template <class Logit>
HWY_INLINE void prefetch(const Logit* from, std::size_t count) {
  const char* const ahead = reinterpret_cast<const char*>(from) + 2048;
  for (std::size_t offset = 0; offset < count * sizeof(Logit); offset += 64) hwy::Prefetch(ahead + offset);
}

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

/// The same for [0, count), but groups of vectors without a number of at least `least` are passed over.
/// Tokens that are kept are few as a rule, and far between.
template <class Number, class Body>
HWY_INLINE void for_each_kept(const Number* numbers, std::size_t count, float least, Body body) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  const AtLeast<Number> kept(least);
  std::size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    prefetch(numbers + i, 4 * lanes);
    if (!kept.any(numbers + i)) continue;
    for (std::size_t part = 0; part < 4; ++part) body(d, i + part * lanes);
  }
  for_each_vector(count - i, [&](auto tag, std::size_t offset) HWY_ATTR { body(tag, i + offset); });
}

/// Calls use(index) for the numbers from `low` to `high`, in order, as long as it says true. They are few, as a rule.
template <class Number, class Use>
HWY_INLINE void for_each_between(std::span<const Number> numbers, float low, float high, Use use) {
  const AtLeast<Number> from_low(low);
  const AtLeast<Number> above_high(std::nextafter(high, std::numeric_limits<float>::infinity()));
  const std::size_t group = 4 * hn::Lanes(hn::ScalableTag<float>());
  std::size_t i = 0;
  for (; i + group <= numbers.size(); i += group) {
    prefetch(numbers.data() + i, group);
    if (!from_low.any(numbers.data() + i)) continue;
    std::uint64_t bits = from_low.bits(numbers.data() + i) & ~above_high.bits(numbers.data() + i);
    for (; bits != 0; bits &= bits - 1) {
      if (!use(i + static_cast<std::size_t>(std::countr_zero(bits)))) return;
    }
  }
  for (; i < numbers.size(); ++i) {
    const auto number = static_cast<float>(numbers[i]);
    if (number >= low && number <= high && !use(i)) return;
  }
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
