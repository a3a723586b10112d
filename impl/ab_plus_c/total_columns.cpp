// Sum and maximum of S over a range without writing S(N) anywhere.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/range_window.hpp"
#include "impl/support/parallel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/total_columns.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/pq_early_stop_simd-inl.hpp"
#include "impl/ab_plus_c/range_candidates-inl.hpp"
#include "impl/ab_plus_c/total_columns-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

// A block of a range that is not empty. Its first S comes from the early stop, so blocks know nothing of each other.
RangeTotal total_of_block(const Range& range) {
  Columns columns(range);
  RangeTotal total;
  const auto add = [&](Natural sum, std::uint64_t largest) {
    total.sum += sum;
    total.maximum = std::max(total.maximum, largest);
  };
  walk_windows(
      range, columns.numbers(), [](std::uint64_t n) { return static_cast<std::uint64_t>(early_stop_simd(n).sum); },
      [&](const Window& window, std::int16_t first) { return columns.sweep(window, first); },
      [&](const Window& window, const Columns::Result& swept) {
        const auto relative = static_cast<Natural>(swept.sum) - static_cast<Natural>(window.count);  // base = s - 1
        add(Natural{window.start.s} * static_cast<Natural>(window.count) + relative,
            window.base() + static_cast<std::uint64_t>(swept.largest));
      },
      [&](std::uint64_t, std::uint64_t sum) { add(sum, sum); });
  return total;
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(total_of_block);

namespace {

template <class Scheduler>
void run(const Range& range, RangeTotal& total, const Execution& execution) {
  require_ordered(range);
  RangeTotal all;
  std::mutex mutex;
  const std::uint64_t block = block_numbers(range, window_numbers(range, largest_columns), execution);
  const std::uint64_t numbers = range.high - range.low;
  const std::uint64_t blocks = numbers / block + (numbers % block != 0);
  Scheduler::for_each_chunk(execution, blocks, 1, [&](std::size_t begin, std::size_t) {
    const std::uint64_t low = range.low + begin * block;
    const RangeTotal part = HWY_DYNAMIC_DISPATCH(total_of_block)({low, low + std::min(block, range.high - low)});
    const std::scoped_lock lock(mutex);
    all.sum += part.sum;
    all.maximum = std::max(all.maximum, part.maximum);
  });
  total = all;
}

}  // namespace

void total_columns(const Range& range, RangeTotal& total, const Execution& execution) {
  run<Sequential>(range, total, execution);
}

void total_columns_omp(const Range& range, RangeTotal& total, const Execution& execution) {
  run<OpenMp>(range, total, execution);
}

void total_columns_tbb(const Range& range, RangeTotal& total, const Execution& execution) {
  run<OneTbb>(range, total, execution);
}

}  // namespace tandem::ab_plus_c
#endif  // HWY_ONCE
