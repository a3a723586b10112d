#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/batch/across_p_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop_simd-inl.hpp"
// clang-format on

#include "impl/ab_plus_c/batch/run.hpp"
#include "impl/support/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

inline std::uint64_t solve_across_p(const std::uint64_t* numbers, std::size_t count, BatchSlice slice) {
  std::uint64_t iterations = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Minimum minimum = early_stop_simd(numbers[i]);
    slice.store(i, minimum);
    iterations += minimum.iterations;
  }
  return iterations;
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(solve_across_p);

// A few microseconds of work at any size of N, and enough chunks to balance N of very different cost.
static constexpr std::size_t across_p_grain = 64;

void batch_across_p_simd(const Batch& batch, BatchAnswer& answer, const Execution& execution) {
  solve_in_chunks(HWY_DYNAMIC_DISPATCH(solve_across_p), across_p_grain, batch, answer, execution);
}

}  // namespace tandem::ab_plus_c
#endif
