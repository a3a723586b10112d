#include "impl/nbce/row/selection.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace tandem::nbce {
namespace {

struct Item {
  std::uint32_t key;  ///< in the order of the logits
  float logit;
  float mass;
};

std::uint32_t key_of(float logit) {
  const auto bits = std::bit_cast<std::uint32_t>(logit + 0.0F);  // -0 is 0
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

/// The bin, from the last on, in which the cumulative mass reaches what is needed, or else the last that is not empty.
/// `above` grows by the bins before it.
template <std::size_t bins>
std::size_t reach(const std::array<double, bins>& sums, double& above, double needed) {
  std::size_t found = bins;
  for (std::size_t bin = bins; bin-- > 0;) {
    if (sums[bin] == 0) continue;  // no mass is 0, so the bin is empty
    if (found < bins) above += sums[found];
    found = bin;
    if (above + sums[bin] >= needed) break;
  }
  return found;
}

/// The cut among a few items, which are sorted.
Cut walk(std::span<Item> items, double above, double needed) {
  std::ranges::sort(items, std::greater<>(), &Item::key);
  Cut cut{.threshold = 0, .ties = 0, .ties_kept = 0, .before = above, .after = above};
  for (std::size_t begin = 0, end = 0; begin < items.size(); begin = end) {
    while (end < items.size() && items[end].key == items[begin].key) ++end;
    cut.threshold = items[begin].logit;
    cut.ties = end - begin;
    cut.ties_kept = 0;
    do {
      cut.before = cut.after;
      cut.after += items[begin].mass;
      ++cut.ties_kept;
    } while (cut.after < needed && cut.ties_kept < cut.ties);
    if (cut.after >= needed) break;
  }
  return cut;
}

}  // namespace

Cut select_by_mass(const Weighted& candidates, double above, double needed) {
  constexpr std::size_t few = 48;
  constexpr int bin_bits = 8;
  thread_local std::vector<Item> items;
  items.resize(candidates.logits.size());
  std::uint32_t low = ~0U;
  std::uint32_t high = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::uint32_t key = key_of(candidates.logits[i]);
    items[i] = {key, candidates.logits[i], candidates.masses[i]};
    low = std::min(low, key);
    high = std::max(high, key);
  }
  while (items.size() > few && low < high) {
    const int shift = std::max(static_cast<int>(std::bit_width(high - low)) - bin_bits, 0);
    std::array<double, 1 << bin_bits> sums{};
    for (const Item& item : items) sums[(item.key - low) >> shift] += item.mass;
    const std::size_t bin = reach(sums, above, needed);
    const std::uint32_t bin_low = low + (static_cast<std::uint32_t>(bin) << shift);
    const std::uint32_t bin_high = std::min(high, bin_low + ((1U << shift) - 1));
    std::erase_if(items, [=](const Item& item) { return item.key < bin_low || item.key > bin_high; });
    low = bin_low;
    high = bin_high;
  }
  return walk(items, above, needed);
}

}  // namespace tandem::nbce
