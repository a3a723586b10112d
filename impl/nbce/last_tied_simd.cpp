// Where the last kept token of those that tie is.
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "impl/nbce/row.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/nbce/last_tied_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/nbce/logits-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

template <class Logit>
std::size_t last_of_first(std::span<const Logit> logits, float threshold, std::size_t kept) {
  const AtLeast<Logit> at_least(threshold);
  const AtLeast<Logit> above(std::nextafter(threshold, std::numeric_limits<float>::infinity()));
  const std::size_t group = 4 * hn::Lanes(hn::ScalableTag<float>());
  std::size_t id = 0;
  for (; id + group <= logits.size(); id += group) {
    prefetch(logits.data() + id, group);
    if (!at_least.any(logits.data() + id)) continue;
    std::uint64_t tied = at_least.bits(logits.data() + id) & ~above.bits(logits.data() + id);
    for (; tied != 0; tied &= tied - 1) {
      if (--kept == 0) return id + static_cast<std::size_t>(std::countr_zero(tied));
    }
  }
  for (; id < logits.size(); ++id) {
    if (static_cast<float>(logits[id]) == threshold && --kept == 0) return id;
  }
  return logits.size() - 1;
}
std::size_t last_tied_float(std::span<const float> logits, float threshold, std::size_t kept) {
  return last_of_first(logits, threshold, kept);
}
std::size_t last_tied_bfloat16(std::span<const Bfloat16> logits, float threshold, std::size_t kept) {
  return last_of_first(logits, threshold, kept);
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::nbce {

HWY_EXPORT(last_tied_float);
HWY_EXPORT(last_tied_bfloat16);

template <>
std::size_t last_tied(std::span<const float> logits, float threshold, std::size_t kept) {
  return HWY_DYNAMIC_DISPATCH(last_tied_float)(logits, threshold, kept);
}
template <>
std::size_t last_tied(std::span<const Bfloat16> logits, float threshold, std::size_t kept) {
  return HWY_DYNAMIC_DISPATCH(last_tied_bfloat16)(logits, threshold, kept);
}

}  // namespace tandem::nbce
#endif  // HWY_ONCE
