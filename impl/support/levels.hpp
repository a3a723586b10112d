// Instruction-set levels for code that has no run-time dispatch of its own (Eigen).
//
// Every file of impl/ with `eigen` in its name is compiled once per level, with that level's -march flag, TANDEM_LEVEL
// naming the level, and Eigen's namespace renamed after it (Eigen_x86_64_v3), so that the linker cannot take an inline
// function of one level for that of another. The first level's compilation also has TANDEM_DISPATCHER and holds the
// function that users call. See impl/skeleton/eigen.cpp.
#pragma once

#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tandem {

/// One type per level that the build system compiles, lowest first.
namespace level {
#if HWY_ARCH_X86_64
struct x86_64_v2 {
  static constexpr std::string_view name = "x86-64-v2";
};
struct x86_64_v3 {
  static constexpr std::string_view name = "x86-64-v3";
};
struct x86_64_v4 {
  static constexpr std::string_view name = "x86-64-v4";
};
#else
struct plain {
  static constexpr std::string_view name = "plain";
};
#endif
}  // namespace level

/// Whether Highway's dispatch stands at `target` (HWY_AVX2, ...) or a better one, on this processor and with whatever
/// target the user has pinned; never for a target of another architecture. Reads Highway's cached choice: asking the
/// processor again can take microseconds.
inline bool chosen_target_reaches(std::int64_t target) {
  hwy::ChosenTarget& chosen = hwy::GetChosenTarget();
  if (!chosen.IsInitialized()) chosen.Update(hwy::SupportedTargets());
  const auto place = static_cast<std::uint64_t>(HWY_CHOSEN_TARGET_SHIFT(target));
  return place != 0 && chosen.GetIndex() <= static_cast<std::size_t>(std::countr_zero(place));  // the best comes first
}

/// Calls `function(level::...{})` for the level that goes with the SIMD target in use, and returns its result.
template <class Function>
decltype(auto) at_chosen_level(Function&& function) {
#if HWY_ARCH_X86_64
  if (chosen_target_reaches(HWY_AVX3)) return function(level::x86_64_v4{});
  if (chosen_target_reaches(HWY_AVX2)) return function(level::x86_64_v3{});
  return function(level::x86_64_v2{});
#else
  return function(level::plain{});
#endif
}

}  // namespace tandem
