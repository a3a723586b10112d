// The largest difference of a sweep. Included by foreach_target files, once per target.
#if defined(TANDEM_RNN_ITERATE_WORST_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_RNN_ITERATE_WORST_INL_HPP
#undef TANDEM_RNN_ITERATE_WORST_INL_HPP
#else
#define TANDEM_RNN_ITERATE_WORST_INL_HPP
#endif

#include <hwy/highway.h>

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace tandem::rnn::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The largest |difference| so far, and a sum that is not finite once a difference was not.
template <class D, class V = hn::Vec<D>>
struct Worst {
  explicit Worst(D d) : largest(hn::Zero(d)), sum(hn::Zero(d)) {}
  HWY_INLINE void add(V difference) {
    const V magnitude = hn::Abs(difference);
    largest = hn::Max(largest, magnitude);
    sum = hn::Add(sum, magnitude);
  }
  HWY_INLINE double get(D d) const {
    const double total = hn::GetLane(hn::SumOfLanes(d, sum));
    return std::isnan(total) ? total : hn::GetLane(hn::MaxOfLanes(d, largest));
  }
  V largest;
  V sum;
};

}  // namespace tandem::rnn::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
