// The early stop with one p per lane. Included by foreach_target files, once per target.
#if defined(TANDEM_AB_PLUS_C_KERNELS_PQ_EARLY_STOP_SIMD_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_AB_PLUS_C_KERNELS_PQ_EARLY_STOP_SIMD_INL_HPP
#undef TANDEM_AB_PLUS_C_KERNELS_PQ_EARLY_STOP_SIMD_INL_HPP
#else
#define TANDEM_AB_PLUS_C_KERNELS_PQ_EARLY_STOP_SIMD_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "impl/ab_plus_c/kernels/pq_key.hpp"
#include "impl/ab_plus_c/kernels/pq_start.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// The keys of consecutive candidates, two vectors at a time.
///
/// Together the two vectors hold k = first, first + 1, ... and both move on by `step`, which is even for every target
/// (even where a vector has one lane), so that the parity of a lane's p never changes.
class KeyScan {
 public:
  using Reals = hn::ScalableTag<double>;
  using Real = hn::Vec<Reals>;

  static std::size_t step() { return 2 * hn::Lanes(Reals()); }

  HWY_INLINE KeyScan(const Start& start, std::uint64_t first)
      : low_(start, static_cast<double>(first)), high_(start, static_cast<double>(first + hn::Lanes(Reals()))) {}

  /// The least of `best` and the keys of the next `step` candidates, lane by lane. (One vector after the other: where
  /// Min is a branch, as for HWY_SCALAR, it is well predicted against the best and not between two candidates.)
  HWY_INLINE Real lower(Real best) {
    best = hn::Min(best, low_.next());
    return hn::Min(best, high_.next());
  }

 private:
  struct Candidates {
    HWY_INLINE Candidates(const Start& start, double first_k) {
      const Reals d;
      const auto step_size = static_cast<double>(step());
      const auto k = hn::Iota(d, first_k);
      const auto s = hn::Set(d, static_cast<double>(start.s));
      const auto p = hn::Add(s, k);
      const auto half_p = hn::Mul(p, hn::Set(d, 0.5));
      discriminant = hn::MulAdd(k, hn::Add(s, p), hn::Set(d, static_cast<double>(start.difference)));
      increment = hn::MulAdd(hn::Set(d, 2 * step_size), p, hn::Set(d, step_size * step_size));
      half_parity = hn::Sub(half_p, hn::Floor(half_p));
      k_key = hn::Mul(k, hn::Set(d, key_of(1, 0)));
    }

    HWY_INLINE Real next() {
      const Reals d;
      const auto step_size = static_cast<double>(step());
      const auto root = hn::Sqrt(discriminant);
      const auto half_q = hn::Add(hn::Ceil(hn::MulSub(root, hn::Set(d, 0.5), half_parity)), half_parity);
      const auto q = hn::Add(half_q, half_q);
      const auto four_c = hn::MulSub(q, q, discriminant);
      const auto key = hn::MulAdd(four_c, hn::Set(d, key_of(0, 1) / 4), k_key);
      discriminant = hn::Add(discriminant, increment);
      increment = hn::Add(increment, hn::Set(d, 2 * step_size * step_size));
      k_key = hn::Add(k_key, hn::Set(d, step_size * key_of(1, 0)));
      return key;
    }

    Real discriminant, increment, half_parity, k_key;
  };

  Candidates low_, high_;
};

/// The best key among k = 0, 1, ..., and how many were tried: the scan stops at the best sum, or after the first step
/// that reaches `end`.
struct Scanned {
  KeyScan::Real best;
  std::uint64_t tried;
};

inline Scanned scan_keys(const Start& start, std::uint64_t end) {
  const KeyScan::Reals d;
  KeyScan scan(start, 1);
  auto best = hn::Set(d, key_of(0, start.first_c()));
  auto limit = hn::Set(d, first_key_above(1));
  std::uint64_t tried = 1;
  do {
    best = scan.lower(best);
    limit = hn::Add(limit, hn::Set(d, static_cast<double>(KeyScan::step()) * key_scale));
    tried += KeyScan::step();
  } while (tried < end && hn::AllFalse(d, hn::Lt(best, limit)));
  return {best, tried};
}

/// The early stop for one N. Mean 1.18 N^{1/6} square roots, rounded up to two vectors.
inline Minimum early_stop_simd(std::uint64_t n) {
  if (n <= largest_trivial) return trivial_minimum(n);
  const Start start = start_of(n);
  const Scanned scanned = scan_keys(start, ~std::uint64_t{0});
  const double key = hn::GetLane(hn::MinOfLanes(KeyScan::Reals(), scanned.best));
  return minimum_at(start, k_of(key), c_of(key), scanned.tried);
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
