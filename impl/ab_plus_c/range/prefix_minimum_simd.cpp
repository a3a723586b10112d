// The sweep with candidates, prefix minimum and stores in SIMD lanes.
#include <hwy/aligned_allocator.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/range/window.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/range/prefix_minimum_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop_simd-inl.hpp"
#include "impl/ab_plus_c/range/candidates-inl.hpp"
#include "impl/ab_plus_c/range/sums-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

// A block of a range that is not empty. Its first S comes from the early stop, so blocks know nothing of each other.
template <class T>
void sweep_block(const Range& range, T* sums) {
  const auto numbers =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(window_numbers(range, largest_sweep), range.high - range.low));
  const auto room = static_cast<std::size_t>(whole_tiles(static_cast<std::int32_t>(numbers)));
  const auto values = hwy::AllocateAligned<std::int16_t>(room);
  std::fill_n(values.get(), room, unreached);
  walk_windows(
      range, numbers, [](std::uint64_t n) { return static_cast<std::uint64_t>(early_stop_simd(n).sum); },
      [&](const Window& window, std::int16_t first) {
        lower_to_candidates(window, whole_tiles(window.count), PrefixMinimum::Layout(), values.get());
        return write_sums(window, first, values.get(), sums + (window.low - range.low));
      },
      [](const Window&, const Swept&) {},
      [&](std::uint64_t n, std::uint64_t sum) { sums[n - range.low] = static_cast<T>(sum); });
  hwy::FlushStream();
}

void sweep_block_32(const Range& range, std::uint32_t* sums) { sweep_block(range, sums); }
void sweep_block_64(const Range& range, std::uint64_t* sums) { sweep_block(range, sums); }

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(sweep_block_32);
HWY_EXPORT(sweep_block_64);

template <class T>
void range_prefix_minimum_simd(const Range& range, std::vector<T>& sums, const Execution& execution) {
  require_sums(range, sums.size());
  require_sums_fit<T>(range);
  const std::uint64_t block = block_numbers(range, window_numbers(range, largest_sweep), execution);
  for_each_chunk(execution, sums.size(), block, [&](std::size_t begin, std::size_t end) {
    const Range part{.low = range.low + begin, .high = range.low + end};
    if constexpr (sizeof(T) == sizeof(std::uint32_t)) {
      HWY_DYNAMIC_DISPATCH(sweep_block_32)(part, sums.data() + begin);
    } else {
      HWY_DYNAMIC_DISPATCH(sweep_block_64)(part, sums.data() + begin);
    }
  });
}

template void range_prefix_minimum_simd(const Range&, std::vector<std::uint32_t>&, const Execution&);
template void range_prefix_minimum_simd(const Range&, std::vector<std::uint64_t>&, const Execution&);

}  // namespace tandem::ab_plus_c
#endif  // HWY_ONCE
