// Where the last kept token of those that tie is.
#include <cstddef>
#include <span>

#include "impl/nbce/row/row.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/nbce/row/last_tied_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/nbce/kernels/logits-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

template <class Logit>
std::size_t last_of_first(std::span<const Logit> logits, float threshold, std::size_t kept) {
  std::size_t last = logits.size() - 1;
  for_each_between(logits, threshold, threshold, [&](std::size_t id) {
    last = id;
    return --kept > 0;
  });
  return last;
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
