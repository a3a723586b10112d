// Loops over the channels of a state. Included by foreach_target files, once per target.
#if defined(TANDEM_RNN_KERNELS_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_KERNELS_LANES_INL_HPP
#undef TANDEM_RNN_KERNELS_LANES_INL_HPP
#else
#define TANDEM_RNN_KERNELS_LANES_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Calls `body(tag, i)` for all of 0, ..., d - 1, a register or a single number at a time.
template <class Real, class Body>
HWY_INLINE void for_lanes(std::size_t d, Body&& body) {
  const hn::ScalableTag<Real> full;
  const hn::CappedTag<Real, 1> single;
  std::size_t i = 0;
  for (; i + hn::Lanes(full) <= d; i += hn::Lanes(full)) body(full, i);
  for (; i < d; ++i) body(single, i);
}

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
