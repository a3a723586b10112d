#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/ab_plus_c/single/pq_early_stop_filter_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/ab_plus_c/kernels/pq_early_stop_simd-inl.hpp"
// clang-format on

#include <algorithm>
#include <bit>

#include "impl/ab_plus_c/ab_plus_c.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

// One square root for 2h + 1 candidates.
//
// With t = (sqrt D - p mod 2) / 2 and f = ceil(t) - t, a candidate has q = 2 ceil(t) + p mod 2 and c = f (sqrt D + f).
// It can only beat a best sum B (less s) if c < B - k, and so only if f < (B - k) / sqrt D: about one p in a thousand.
// So t need not be exact, only bounded. Each lane takes 2h + 1 consecutive p and expands sqrt D in powers of j about
// the middle one.
//
// Coefficients. From (sum b_n j^n)^2 = D + 2pj + j^2: b_1 = p / b_0, 2 b_0 b_2 = 1 - b_1^2, b_0 b_3 = -b_1 b_2 and
// 2 b_0 b_4 = -2 b_1 b_3 - b_2^2.
// Remainder. D is a product of (p - 2 sqrt N) and (p + 2 sqrt N); with x = h / (p - 2 sqrt N) and the second factor all
// but constant, the terms from j^5 on sum to at most sqrt D (7/256) x^5 / (1 - x) < sqrt D x^5 / 32 for x <= 1/8, half
// of it in t. Rounding. All terms are below sqrt D / 2 and none cancels: less than sqrt D 2^-51 in all. With e = sqrt D
// (x^5 / 64 + 2^-50) taken off, the computed t is below the true one by at most 2e: either no integer lies between and
// f has grown by at most 2e, or the computed f is below 2e. So a candidate that can win shows f < (B - k) / sqrt D +
// 2e.
template <int h>
HWY_INLINE hn::Mask<KeyScan::Reals> may_win(const Start& start, std::uint64_t first, std::uint64_t best_sum) {
  const KeyScan::Reals d;
  using Real = KeyScan::Real;
  constexpr int width = 2 * h + 1;
  const auto half = hn::Set(d, 0.5);
  const auto k = hn::MulAdd(hn::Iota(d, 0.0), hn::Set(d, double{width}), hn::Set(d, static_cast<double>(first + h)));
  const auto s = hn::Set(d, static_cast<double>(start.s));
  const auto p = hn::Add(s, k);
  const auto root = hn::Sqrt(hn::MulAdd(k, hn::Add(s, p), hn::Set(d, static_cast<double>(start.difference))));
  const auto inverse = hn::Div(hn::Set(d, 1.0), root);

  // The expansion of sqrt D / 2.
  const auto b1 = hn::Mul(p, inverse);
  const auto b2 = hn::Mul(hn::NegMulAdd(b1, b1, hn::Set(d, 1.0)), hn::Mul(inverse, half));
  const auto b3 = hn::Neg(hn::Mul(hn::Mul(b1, b2), inverse));
  const auto b4 = hn::Neg(hn::Mul(hn::MulAdd(b1, b3, hn::Mul(hn::Mul(b2, b2), half)), inverse));
  const auto c1 = hn::Mul(b1, half);
  const auto c2 = hn::Mul(b2, half);
  const auto c3 = hn::Mul(b3, half);
  const auto c4 = hn::Mul(b4, half);

  const double x = h / static_cast<double>(first + h - 1);
  const double error = x * x * x * x * x / 64 + 0x1p-50;
  const auto half_p = hn::Mul(p, half);
  const auto half_parity = hn::Sub(half_p, hn::Floor(half_p));
  const auto lowered = hn::Mul(root, hn::Set(d, 0.5 - error));
  const Real centre[2] = {hn::Sub(lowered, half_parity), hn::Sub(lowered, hn::Sub(half, half_parity))};

  // Two running minima: short chains, and well-predicted branches where Min is a branch (HWY_SCALAR).
  Real least_above = hn::Sub(hn::Ceil(centre[0]), centre[0]);
  Real least_below = least_above;
  for (int j = 1; j <= h; ++j) {
    const auto square = hn::Set(d, static_cast<double>(j * j));
    const auto distance = hn::Set(d, static_cast<double>(j));
    const auto even = hn::MulAdd(square, hn::MulAdd(square, c4, c2), centre[j % 2]);
    const auto odd = hn::MulAdd(square, c3, c1);
    const auto above = hn::MulAdd(distance, odd, even);
    const auto below = hn::NegMulAdd(distance, odd, even);
    least_above = hn::Min(least_above, hn::Sub(hn::Ceil(above), above));
    least_below = hn::Min(least_below, hn::Sub(hn::Ceil(below), below));
  }
  // B - k is largest and sqrt D smallest at the lane's first p, where sqrt D is within a factor 1.07 of its middle (x
  // <= 1/8).
  const auto reach = hn::Sub(hn::Set(d, static_cast<double>(best_sum + h)), k);
  const auto threshold = hn::MulAdd(hn::Mul(reach, inverse), hn::Set(d, 1.08), hn::Mul(root, hn::Set(d, 2 * error)));
  return hn::Lt(hn::Min(least_above, least_below), threshold);
}

class FilterScan {
 public:
  FilterScan(const Start& start, const Scanned& scanned)
      : start_(start), best_(scanned.best), best_sum_(sum_of_best()), tried_(scanned.tried) {}

  // Windows of 2h + 1 candidates a lane, until k reaches `end` or the best sum. A lane that may hold a winner is tried
  // exactly.
  template <int h>
  void run(std::uint64_t end) {
    constexpr int width = 2 * h + 1;
    const KeyScan::Reals d;
    for (; tried_ < std::min(end, best_sum_); tried_ += width * hn::Lanes(d)) {
      const auto mask = may_win<h>(start_, tried_, best_sum_);
      if (hn::AllFalse(d, mask)) continue;
      std::uint8_t bits[8] = {};
      hn::StoreMaskBits(d, mask, bits);
      for (unsigned set = bits[0]; set != 0; set &= set - 1) {
        KeyScan scan(start_, tried_ + width * static_cast<unsigned>(std::countr_zero(set)));
        for (std::size_t i = 0; i < width; i += KeyScan::step()) best_ = scan.lower(best_);
      }
      best_sum_ = sum_of_best();
    }
  }

  Minimum minimum() const {
    const double key = least_key();
    return minimum_at(start_, k_of(key), c_of(key), tried_);
  }

 private:
  double least_key() const { return hn::GetLane(hn::MinOfLanes(KeyScan::Reals(), best_)); }
  std::uint64_t sum_of_best() const { return k_of(least_key()) + c_of(least_key()); }

  Start start_;
  KeyScan::Real best_;
  std::uint64_t best_sum_;
  std::uint64_t tried_;
};

// Exact candidates while the root still bends, then windows that widen with k: x = h / k stays below 1/22.
inline Minimum early_stop_filter_simd(std::uint64_t n) {
  if (n <= largest_trivial) return trivial_minimum(n);
  constexpr std::uint64_t first_window = 160;
  constexpr std::uint64_t first_wide_window = 600;
  const Start start = start_of(n);
  FilterScan scan(start, scan_keys(start, first_window));
  scan.run<7>(first_wide_window);
  scan.run<15>(~std::uint64_t{0});
  return scan.minimum();
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::ab_plus_c {

HWY_EXPORT(early_stop_filter_simd);

void pq_early_stop_filter_simd(const Natural& n, Minimum& answer, const Execution&) {
  answer = HWY_DYNAMIC_DISPATCH(early_stop_filter_simd)(require_64_bits(n));
}

}  // namespace tandem::ab_plus_c
#endif
