// The sweep in plain loops.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/ab_plus_c/range/window.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/range/prefix_minimum.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop-inl.hpp"
// clang-format on

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

// Writes the relative sum of every candidate of the window at m - low. p falls, so that the smallest p wins.
inline void write_candidates(const Window& window, std::vector<std::int16_t>& values) {
  for (std::int32_t k = window.end_k - 1; k >= window.first_k; --k) {
    const auto discriminant = static_cast<std::int64_t>(window.start.discriminant(static_cast<std::uint64_t>(k)));
    auto q = static_cast<std::int64_t>(std::sqrt(static_cast<double>(discriminant)));  // exact: see first_candidates
    q -= (q ^ static_cast<std::int64_t>(window.start.s) ^ k) & 1;
    std::int64_t offset = (discriminant - q * q) / 4;
    while (offset < window.count && q >= 0) {
      values[static_cast<std::size_t>(offset)] = static_cast<std::int16_t>(k + 1);
      offset += q - 1;  // (q^2 - (q - 2)^2) / 4
      q -= 2;
    }
  }
}

template <class T>
void sweep_in_order(const Range& range, T* sums) {
  const std::uint32_t numbers = window_numbers(range, largest_sweep);
  std::vector<std::int16_t> values(numbers, unreached);
  walk_windows(
      range, numbers, [](std::uint64_t n) { return static_cast<std::uint64_t>(early_stop(n).sum); },
      [&](const Window& window, std::int16_t first) {
        write_candidates(window, values);
        T* out = sums + (window.low - range.low);
        const auto base = static_cast<T>(window.base());
        Swept swept{.last = first - 1};
        for (std::int32_t offset = 0; offset < window.count; ++offset) {
          std::int16_t& value = values[static_cast<std::size_t>(offset)];
          swept.last = std::min<std::int32_t>(swept.last + 1, value);
          swept.largest = std::max(swept.largest, swept.last);
          value = unreached;
          out[offset] = base + static_cast<T>(swept.last);
        }
        return swept;
      },
      [](const Window&, const Swept&) {},
      [&](std::uint64_t n, std::uint64_t sum) { sums[n - range.low] = static_cast<T>(sum); });
}

void sweep_in_order_32(const Range& range, std::uint32_t* sums) { sweep_in_order(range, sums); }
void sweep_in_order_64(const Range& range, std::uint64_t* sums) { sweep_in_order(range, sums); }

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(sweep_in_order_32);
HWY_EXPORT(sweep_in_order_64);

template <class T>
void range_prefix_minimum(const Range& range, std::vector<T>& sums, const Execution&) {
  require_sums(range, sums.size());
  require_sums_fit<T>(range);
  if (sums.empty()) return;
  if constexpr (sizeof(T) == sizeof(std::uint32_t)) {
    HWY_DYNAMIC_DISPATCH(sweep_in_order_32)(range, sums.data());
  } else {
    HWY_DYNAMIC_DISPATCH(sweep_in_order_64)(range, sums.data());
  }
}

template void range_prefix_minimum(const Range&, std::vector<std::uint32_t>&, const Execution&);
template void range_prefix_minimum(const Range&, std::vector<std::uint64_t>&, const Execution&);

}  // namespace tandem::ab_plus_c
#endif  // HWY_ONCE
