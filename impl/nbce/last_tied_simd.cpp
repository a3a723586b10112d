// Where the last kept token of those that tie is.
#include <cstddef>
#include <span>

#include "impl/nbce/row.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/nbce/last_tied_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/nbce/row-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

template <class Logit>
std::size_t last_of_first(std::span<const Logit> logits, float threshold, std::size_t kept) {
  const hn::ScalableTag<float> d;
  const std::size_t block = 64 * hn::Lanes(d);
  std::size_t seen = 0;
  std::size_t id = 0;
  for (; id + block <= logits.size(); id += block) {
    auto count = hn::Zero(d);
    const auto add = [&](auto logit) HWY_ATTR {
      count = hn::Add(count, hn::IfThenElseZero(hn::Eq(logit, hn::Set(d, threshold)), hn::Set(d, 1.0F)));
    };
    for (std::size_t i = 0; i < block; i += 2 * hn::Lanes(d)) for_both(d, logits.data() + id + i, add);
    const auto here = static_cast<std::size_t>(sum_of_lanes(count));
    if (seen + here >= kept) break;
    seen += here;
  }
  for (; id < logits.size(); ++id) {
    seen += static_cast<float>(logits[id]) == threshold ? 1 : 0;
    if (seen == kept) return id;
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
