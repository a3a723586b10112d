// Sum and maximum over a range from its blocks: what the totals that sweep have in common.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>

#include "impl/ab_plus_c/range/window.hpp"
#include "impl/support/parallel.hpp"

namespace tandem::ab_plus_c {

/// Totals of a block that is not empty, window by window. `engine` has numbers(), the most that a window may hold, and
/// sweep(window, first), whose result has the window's relative sum beside what `Swept` holds. The block's first S
/// comes from `sum_of`, so blocks know nothing of each other.
template <class Engine, class SumOf>
RangeTotal total_of_windows(const Range& block, Engine& engine, SumOf&& sum_of) {
  RangeTotal total;
  const auto add = [&](Natural sum, std::uint64_t largest) {
    total.sum += sum;
    total.maximum = std::max(total.maximum, largest);
  };
  walk_windows(
      block, engine.numbers(), sum_of,
      [&](const Window& window, std::int16_t first) { return engine.sweep(window, first); },
      [&](const Window& window, const auto& swept) {
        const auto relative = static_cast<Natural>(swept.sum) - static_cast<Natural>(window.count);  // base = s - 1
        add(Natural{window.start.s} * static_cast<Natural>(window.count) + relative,
            window.base() + static_cast<std::uint64_t>(swept.largest));
      },
      [&](std::uint64_t, std::uint64_t sum) { add(sum, sum); });
  return total;
}

/// Adds up what `total_of_block` gives for blocks of windows of the range. Throws std::invalid_argument for a reversed
/// range.
template <class TotalOfBlock>
RangeTotal total_of_blocks(const Range& range, const Execution& execution, std::uint32_t window_numbers,
                           TotalOfBlock&& total_of_block) {
  const std::uint64_t block = block_numbers(range, window_numbers, execution);
  const std::uint64_t numbers = range.high - range.low;
  const std::uint64_t blocks = numbers / block + (numbers % block != 0);
  RangeTotal total;
  std::mutex mutex;
  for_each_chunk(execution, blocks, 1, [&](std::size_t begin, std::size_t) {
    const std::uint64_t low = range.low + begin * block;
    const RangeTotal part = total_of_block(Range{.low = low, .high = low + std::min(block, range.high - low)});
    const std::scoped_lock lock(mutex);
    total.sum += part.sum;
    total.maximum = std::max(total.maximum, part.maximum);
  });
  return total;
}

}  // namespace tandem::ab_plus_c
