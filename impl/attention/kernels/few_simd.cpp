#include "impl/attention/kernels/few.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>

#include "impl/attention/kernels/kept_memory.hpp"
#include "impl/support/denormals.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/attention/kernels/few_simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/highway.h>

#include "impl/attention/kernels/few-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

/// How many rows from r on see the same keys, most_together at most.
std::size_t together(const Stream& stream, const RowView* views, std::size_t r) {
  std::size_t count = 1;
  const auto same = [&](const RowView& other) {
    return other.first == views[r].first && other.last == views[r].last && other.far_last == views[r].far_last;
  };
  while (count < most_together && r + count < stream.rows && same(views[r + count])) ++count;
  return std::bit_floor(count);
}

/// Memory: most_few_rows of scores and twice as many rows, two blocks of keys.
void few_in_memory(const Stream& stream, std::size_t begin, std::size_t end, Sums* sums, float* memory) {
  const std::size_t depth = stream.depth;
  float* scores = memory;
  float* rows = scores + most_few_rows * score_stride;
  float* far_rows = rows + most_few_rows * depth;
  float* keys = far_rows + most_few_rows * depth;
  float* far_keys = keys + few_block_keys * depth;
  RowView views[most_few_rows];
  for (std::size_t r = 0; r < stream.rows; ++r) views[r] = stream.view(r);
  stream.write_rows(0, stream.rows, false, rows);
  if (stream.has_far) stream.write_rows(0, stream.rows, true, far_rows);
  for (std::size_t key = begin; key < end; key += few_block_keys) {
    const std::size_t count = std::min(few_block_keys, end - key);
    const float* near = stream.read_keys(key, count, false, keys);
    const float* far = stream.has_far ? stream.read_keys(key, count, true, far_keys) : nullptr;
    for (std::size_t r = 0, some = 0; r < stream.rows; r += some) {
      some = together(stream, views, r);
      const auto block = some == most_together ? few_block<most_together> : some == 2 ? few_block<2> : few_block<1>;
      block(stream, views + r, rows + r * depth, far_rows + r * depth, near, far, key, count, scores, sums + r);
    }
  }
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::attention {

HWY_EXPORT(few_in_memory);

void stream_few(const Stream& stream, std::size_t begin, std::size_t end, Sums* sums) {
  thread_local KeptMemory kept;
  const std::size_t floats = 2 * (most_few_rows + few_block_keys) * stream.depth + most_few_rows * score_stride;
  auto* memory = reinterpret_cast<float*>(kept.at_least(floats * sizeof(float)));
  const DenormalsAreZero quick;
  HWY_DYNAMIC_DISPATCH(few_in_memory)(stream, begin, end, sums, memory);
}

void put_together(const RowView& view, const Sums* stretches, std::size_t count, std::size_t step, std::size_t width) {
  Sums all;
  for (std::size_t s = 0; s < count; ++s) all.maximum = std::max(all.maximum, stretches[s * step].maximum);
  std::fill_n(view.mean, width, 0.0F);
  const auto add = [&](const Sums& sums, float share) {
    for (std::size_t i = 0; i < width; ++i) view.mean[i] += share * sums.mean[i];
  };
  for (std::size_t s = 0; s < count; ++s) {
    const Sums& sums = stretches[s * step];
    if (sums.total == 0) continue;
    const float shift = sums.maximum - all.maximum;
    const float factor = std::exp2(shift);
    if (factor == 0) continue;
    all.total += factor * sums.total;
    all.moment += factor * (sums.moment + shift * sums.total);
    add(sums, factor);
  }
  const float share = all.total == 0 ? 0 : 1 / all.total;
  for (std::size_t i = 0; i < width; ++i) view.mean[i] *= share;
  if (view.entropy == nullptr) return;
  constexpr float log_2 = 0.693147181F;
  const float entropy = all.total == 0 ? 0 : std::log(all.total) - log_2 * all.moment * share;
  *view.entropy = entropy < 0 ? 0 : entropy;
}

}  // namespace tandem::attention
#endif  // HWY_ONCE
