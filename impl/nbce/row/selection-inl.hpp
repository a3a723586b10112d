// Selection by mass among many candidates. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_ROW_SELECTION_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_ROW_SELECTION_INL_HPP
#undef TANDEM_NBCE_ROW_SELECTION_INL_HPP
#else
#define TANDEM_NBCE_ROW_SELECTION_INL_HPP
#endif

#include <hwy/highway.h>

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "impl/nbce/kernels/compress-inl.hpp"
#include "impl/nbce/kernels/logits-inl.hpp"
#include "impl/nbce/row/selection.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// select_by_mass, but first a histogram of evenly spaced bins narrows many candidates down to those of one bin. The
/// bin of a logit does not grow as the logit falls, whatever the rounding, so that nothing is lost.
inline Cut cut_by_mass(const Weighted& candidates, double above, double needed) {
  constexpr int bins = 256;
  const std::size_t count = candidates.logits.size();
  if (count < bins / 2) return select_by_mass(candidates, above, needed);
  const hn::ScalableTag<float> d;
  const float* logits = candidates.logits.data();
  const float* masses = candidates.masses.data();
  float low = std::numeric_limits<float>::infinity();
  float high = -low;
  auto vlow = hn::Set(d, low);
  auto vhigh = hn::Set(d, high);
  for_each_vector(count, [&](auto tag, std::size_t i) HWY_ATTR {
    if constexpr (std::is_same_v<decltype(tag), hn::ScalableTag<float>>) {
      vlow = hn::Min(vlow, hn::LoadU(tag, logits + i));
      vhigh = hn::Max(vhigh, hn::LoadU(tag, logits + i));
    } else {
      low = std::min(low, logits[i]);
      high = std::max(high, logits[i]);
    }
  });
  low = std::min(low, hn::GetLane(hn::MinOfLanes(d, vlow)));
  high = std::max(high, hn::GetLane(hn::MaxOfLanes(d, vhigh)));
  const float scale = (static_cast<float>(bins) - 0.5F) / (high - low);
  if (!(scale > 0 && scale < 1e30F)) return select_by_mass(candidates, above, needed);

  struct Buffers {
    std::vector<std::int32_t> bin_of;
    std::vector<float> logits;
    std::vector<float> masses;
  };
  thread_local Buffers buffers;
  if (buffers.bin_of.size() < count + 64) {
    buffers.bin_of.resize(count + 64);
    buffers.logits.resize(count + 64);
    buffers.masses.resize(count + 64);
  }
  std::int32_t* const bin_of = buffers.bin_of.data();
  for_each_vector(count, [&](auto tag, std::size_t i) HWY_ATTR {
    const hn::RebindToSigned<decltype(tag)> integers;
    const auto place = hn::Mul(hn::Sub(hn::Set(tag, high), hn::LoadU(tag, logits + i)), hn::Set(tag, scale));
    hn::StoreU(hn::Min(hn::ConvertTo(integers, place), hn::Set(integers, bins - 1)), integers, bin_of + i);
  });
  std::array<double, bins> sums{};
  for (std::size_t i = 0; i < count; ++i) sums[static_cast<std::size_t>(bin_of[i])] += static_cast<double>(masses[i]);
  std::int32_t found = 0;  // the bin of the greatest logit is not empty
  for (std::int32_t bin = 1; bin < bins && above + sums[static_cast<std::size_t>(found)] < needed; ++bin) {
    if (sums[static_cast<std::size_t>(bin)] == 0) continue;
    above += sums[static_cast<std::size_t>(found)];
    found = bin;
  }
  std::size_t kept = 0;
  for_each_vector(count, [&](auto tag, std::size_t i) HWY_ATTR {
    const hn::RebindToSigned<decltype(tag)> integers;
    const auto inside = hn::RebindMask(tag, hn::Eq(hn::LoadU(integers, bin_of + i), hn::Set(integers, found)));
    if (hn::AllFalse(tag, inside)) return;
    compress_store(hn::LoadU(tag, masses + i), inside, tag, buffers.masses.data() + kept);
    kept += compress_store(hn::LoadU(tag, logits + i), inside, tag, buffers.logits.data() + kept);
  });
  return select_by_mass({{buffers.logits.data(), kept}, {buffers.masses.data(), kept}}, above, needed);
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
