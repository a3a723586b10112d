#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/batch/pq_early_stop.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop-inl.hpp"
// clang-format on

#include "impl/ab_plus_c/batch/run.hpp"
#include "impl/support/parallel.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

inline std::uint64_t solve_one_by_one(const std::uint64_t* numbers, std::size_t count, BatchSlice slice) {
  std::uint64_t iterations = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const Minimum minimum = early_stop(numbers[i]);
    slice.store(i, minimum);
    iterations += minimum.iterations;
  }
  return iterations;
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(solve_one_by_one);

void batch_pq_early_stop(const Batch& batch, BatchAnswer& answer, const Execution& execution) {
  constexpr std::size_t grain = 1024;
  solve_in_chunks(HWY_DYNAMIC_DISPATCH(solve_one_by_one), grain, batch, answer, execution);
}

}  // namespace tandem::ab_plus_c
#endif
