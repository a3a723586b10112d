#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/single/pq_early_stop_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop_simd-inl.hpp"
// clang-format on

#include "impl/ab_plus_c/ab_plus_c.hpp"

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(early_stop_simd);

void pq_early_stop_simd(const Natural& n, Minimum& answer, const Execution&) {
  answer = HWY_DYNAMIC_DISPATCH(early_stop_simd)(require_64_bits(n));
}

}  // namespace tandem::ab_plus_c
#endif
