// Highway's SIMD targets: which there are, and holding one for a while.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::suite {

/// A SIMD target that was compiled and that this processor supports.
struct SimdTarget {
  std::int64_t id = 0;    ///< Highway's bit, for instance HWY_AVX2
  std::string name;       ///< Highway's name
  bool portable = false;  ///< EMU128 or SCALAR: plain C++ for the compiler's baseline
};

/// All of them, widest first, whatever is pinned at the moment.
std::vector<SimdTarget> simd_targets();

/// The one that run-time dispatch takes now.
SimdTarget chosen_simd_target();

/// The target of that name in any case, as --simd takes it; "scalar" is the last, which asks nothing of the processor
/// that the compiler's baseline does not: plain C++, or SSE2 where Highway has that target.
/// Throws std::invalid_argument that lists the names for one this processor does not have.
SimdTarget simd_target_named(std::string_view name);

/// Makes run-time dispatch take one target for as long as the object lives, then what it took before. Process-wide: no
/// SIMD code may run on other threads meanwhile.
class PinnedSimdTarget {
 public:
  /// Throws std::invalid_argument for a target that is not among simd_targets().
  explicit PinnedSimdTarget(std::int64_t target);
  ~PinnedSimdTarget();
  PinnedSimdTarget(const PinnedSimdTarget&) = delete;
  PinnedSimdTarget& operator=(const PinnedSimdTarget&) = delete;

 private:
  std::int64_t before_;
};

}  // namespace tandem::suite
