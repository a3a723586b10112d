#include "benchmarks/suite/simd_target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "hwy/highway.h"
#include "hwy/targets.h"

namespace tandem::suite {
namespace {

SimdTarget described(std::int64_t target) {
  return {target, hwy::TargetName(target), target == HWY_EMU128 || target == HWY_SCALAR};
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return lower;
}

/// Restricts Highway to a mask of targets; 0 lifts the restriction.
void restrict_to(std::int64_t targets) {
  hwy::SetSupportedTargetsForTest(targets);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace

std::vector<SimdTarget> simd_targets() {
  const std::int64_t before = hwy::SupportedTargets();
  restrict_to(0);
  std::vector<SimdTarget> targets;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) targets.push_back(described(target));
  restrict_to(before);
  return targets;
}

SimdTarget chosen_simd_target() { return described(hwy::SupportedAndGeneratedTargets().front()); }

SimdTarget simd_target_named(std::string_view name) {
  const std::vector<SimdTarget> targets = simd_targets();
  if (lower_case(name) == "scalar") return targets.back();
  std::string names;
  for (const SimdTarget& target : targets) {
    const std::string own = lower_case(target.name);
    if (lower_case(name) == own) return target;
    names += (names.empty() ? "" : ", ") + own;
  }
  throw std::invalid_argument(
      fmt::format("this processor has no SIMD target '{}'; it has: {} (the last is also called scalar)", name, names));
}

PinnedSimdTarget::PinnedSimdTarget(std::int64_t target) : before_(hwy::SupportedTargets()) {
  if (std::ranges::none_of(simd_targets(), [target](const SimdTarget& known) { return known.id == target; })) {
    throw std::invalid_argument(fmt::format("This machine has no SIMD target {}.", hwy::TargetName(target)));
  }
  restrict_to(target);
}

PinnedSimdTarget::~PinnedSimdTarget() { restrict_to(before_); }

}  // namespace tandem::suite
