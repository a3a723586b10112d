// S(N) for every N of a range, one after the other.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/range/window.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/range/early_stop_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop_simd-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

template <class T>
void sums_one_by_one(const Range& range, T* sums) {
  for (std::uint64_t n = range.low; n < range.high; ++n) sums[n - range.low] = static_cast<T>(early_stop_simd(n).sum);
}

void sums_one_by_one_32(const Range& range, std::uint32_t* sums) { sums_one_by_one(range, sums); }
void sums_one_by_one_64(const Range& range, std::uint64_t* sums) { sums_one_by_one(range, sums); }

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(sums_one_by_one_32);
HWY_EXPORT(sums_one_by_one_64);

template <class T>
void range_early_stop_simd(const Range& range, std::vector<T>& sums, const Execution&) {
  require_sums(range, sums.size());
  require_sums_fit<T>(range);
  if constexpr (sizeof(T) == sizeof(std::uint32_t)) {
    HWY_DYNAMIC_DISPATCH(sums_one_by_one_32)(range, sums.data());
  } else {
    HWY_DYNAMIC_DISPATCH(sums_one_by_one_64)(range, sums.data());
  }
}

template void range_early_stop_simd(const Range&, std::vector<std::uint32_t>&, const Execution&);
template void range_early_stop_simd(const Range&, std::vector<std::uint64_t>&, const Execution&);

}  // namespace tandem::ab_plus_c
#endif  // HWY_ONCE
