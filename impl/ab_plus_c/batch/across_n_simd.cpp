#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/batch/across_n_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/batch/across_n-inl.hpp"
// clang-format on

#include "impl/ab_plus_c/batch/run.hpp"
#include "impl/support/parallel.hpp"

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(solve_across_n);

void batch_across_n_simd(const Batch& batch, BatchAnswer& answer, const Execution& execution) {
  solve_in_chunks(HWY_DYNAMIC_DISPATCH(solve_across_n), across_n_block, batch, answer, execution);
}

}  // namespace tandem::ab_plus_c
#endif
