// The early stop with one N per lane, for a block of numbers. Included by foreach_target files, once per target.
//
// All numbers of a block are at the same k. A round tries the next few k for every number that is left; then the lanes
// that have finished are squeezed out, so that the vectors stay full without a branch per number. What is left is kept
// as a structure of arrays: D, 2s, the best key (see pq_key.hpp) and the position in the block.
#if defined(TANDEM_AB_PLUS_C_BATCH_ACROSS_N_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_AB_PLUS_C_BATCH_ACROSS_N_INL_HPP
#undef TANDEM_AB_PLUS_C_BATCH_ACROSS_N_INL_HPP
#else
#define TANDEM_AB_PLUS_C_BATCH_ACROSS_N_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "impl/ab_plus_c/batch/run.hpp"
#include "impl/ab_plus_c/kernels/pq_key.hpp"
#include "impl/ab_plus_c/kernels/pq_start.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::ab_plus_c::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Reals = hn::ScalableTag<double>;
using Real = hn::Vec<Reals>;
using Words = hn::RebindToUnsigned<Reals>;
using Word = hn::Vec<Words>;

inline constexpr std::size_t padded_block = across_n_block + hn::MaxLanes(Reals());

/// The state of the numbers of a block.
struct alignas(hn::MaxLanes(Reals()) * sizeof(double)) Block {
  // By position.
  std::uint64_t n[padded_block];
  double s[padded_block];
  double difference[padded_block];  ///< s^2 - 4N
  double final_key[padded_block];
  // Of the numbers that are left, densely.
  double discriminant[padded_block];
  double twice_s[padded_block];
  double key[padded_block];
  double position[padded_block];
  // Of the numbers that finished in this round.
  double done_key[padded_block];
  double done_position[padded_block];
};

/// x as double, for x below 2^52: the bits of 2^52 + x.
inline Real small_to_real(Word x) {
  const Reals d;
  const auto magic = hn::Set(d, 0x1p52);
  return hn::Sub(hn::BitCast(d, hn::Or(x, hn::BitCast(Words(), magic))), magic);
}

/// The integer x, 0 <= x < 2^52, as word.
inline Word real_to_small(Real x) {
  const Words du;
  const auto magic = hn::Set(Reals(), 0x1p52);
  return hn::Xor(hn::BitCast(du, hn::Add(x, magic)), hn::BitCast(du, magic));
}

/// s and s^2 - 4N for a vector of N, and the first keys.
///
/// The estimate of r = floor(sqrt N) is at most one too large and never too small: as a double N is at least
/// r^2 (1 - 2^-53), r^2 itself if r is a power of two, so the root is less than half a unit of the last place below r
/// and rounds to r or more. With N = 2^32 high + low and r = 2^16 r_high + r_low every term of N - r^2 is an integer
/// below 2^53, and so is every partial sum because 2^32 r_high^2 is the most of both: the rest is exact. With r exact,
/// s = 2r + (N - r^2 > r).
inline void start_vector(Block& block, std::size_t i) {
  const Reals d;
  const Words du;
  const auto n = hn::Load(du, block.n + i);
  const auto high = small_to_real(hn::ShiftRight<32>(n));
  const auto low = small_to_real(hn::And(n, hn::Set(du, 0xFFFFFFFFu)));
  const auto real_n = hn::MulAdd(high, hn::Set(d, 0x1p32), low);
  auto r = hn::Floor(hn::Min(hn::Sqrt(real_n), hn::Set(d, 0x1p32 - 1)));
  const auto r_high = hn::Floor(hn::Mul(r, hn::Set(d, 0x1p-16)));
  const auto r_low = hn::Sub(r, hn::Mul(r_high, hn::Set(d, 0x1p16)));
  auto rest = hn::Mul(hn::Sub(high, hn::Mul(r_high, r_high)), hn::Set(d, 0x1p32));
  rest = hn::Sub(rest, hn::Mul(hn::Mul(r_high, r_low), hn::Set(d, 0x1p17)));
  rest = hn::Add(rest, hn::Sub(low, hn::Mul(r_low, r_low)));

  const auto zero = hn::Zero(d);
  const auto one = hn::Set(d, 1.0);
  const auto too_large = hn::Lt(rest, zero);
  rest = hn::Add(rest, hn::IfThenElseZero(too_large, hn::Sub(hn::Add(r, r), one)));
  r = hn::Sub(r, hn::IfThenElseZero(too_large, one));

  const auto odd = hn::Lt(r, rest);
  const auto s = hn::Add(hn::Add(r, r), hn::IfThenElseZero(odd, one));
  const auto four = hn::Set(d, 4.0);
  const auto four_r_plus_1 = hn::MulAdd(four, r, one);
  const auto difference = hn::Sub(hn::IfThenElseZero(odd, four_r_plus_1), hn::Mul(four, rest));
  const auto first_c = hn::Sub(rest, hn::IfThenElseZero(odd, r));
  hn::Store(s, d, block.s + i);
  hn::Store(difference, d, block.difference + i);
  hn::Store(hn::Add(s, s), d, block.twice_s + i);
  hn::Store(hn::Add(difference, hn::Add(hn::Add(s, s), one)), d, block.discriminant + i);
  hn::Store(hn::Mul(first_c, hn::Set(d, key_of(0, 1))), d, block.key + i);
  hn::Store(hn::Iota(d, static_cast<double>(i)), d, block.position + i);
}

/// The permutation that brings the lanes of the mask to the front, in order. (Highway 1.0.3 makes hn::Compress copy a
/// table of its own onto the stack with every call, under g++.)
inline auto to_front(hn::Mask<Reals> mask) {
  const Words du;
  std::uint8_t bits[8] = {};
  hn::StoreMaskBits(Reals(), mask, bits);
  Word lane = hn::Set(du, lanes_to_front[bits[0]]);
  if constexpr (hn::MaxLanes(Reals()) > 1) lane = hn::Shr(lane, hn::ShiftLeft<2>(hn::Iota(du, 0)));
  return hn::IndicesFromVec(Reals(), hn::And(lane, hn::Set(du, hn::MaxLanes(Reals()) - 1)));
}

/// Tries k, k + 1, ..., end - 1 for the first `count` numbers that are left, k odd and end - k even; returns how many
/// are left then. The arrays are squeezed in place: a vector is read before anything is written at or behind its place.
inline std::size_t round(Block& block, std::size_t count, std::uint64_t begin, std::uint64_t end) {
  const Reals d;
  const auto half = hn::Set(d, 0.5);
  const auto key_per_quarter_c = hn::Set(d, key_of(0, 1) / 4);
  const auto limit = hn::Set(d, first_key_above(end));
  const auto two = hn::Set(d, 2.0);
  std::size_t left = 0;
  std::size_t done = 0;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    auto discriminant = hn::Load(d, block.discriminant + i);
    const auto twice_s = hn::Load(d, block.twice_s + i);
    auto best = hn::Load(d, block.key + i);
    const auto position = hn::Load(d, block.position + i);

    // Half the parity of p for even k, and for odd k.
    const auto quarter = hn::Mul(twice_s, hn::Set(d, 0.25));
    const auto half_parity = hn::Sub(quarter, hn::Floor(quarter));
    const auto other_half_parity = hn::Sub(half, half_parity);
    auto increment = hn::Add(twice_s, hn::Set(d, static_cast<double>(2 * begin + 1)));
    auto k_key = hn::Set(d, key_of(begin, 0));
    const auto try_k = [&](Real parity_half) {
      const auto root = hn::Sqrt(discriminant);
      const auto half_q = hn::Add(hn::Ceil(hn::MulSub(root, half, parity_half)), parity_half);
      const auto q = hn::Add(half_q, half_q);
      const auto four_c = hn::MulSub(q, q, discriminant);
      best = hn::Min(best, hn::MulAdd(four_c, key_per_quarter_c, k_key));
      discriminant = hn::Add(discriminant, increment);
      increment = hn::Add(increment, two);
      k_key = hn::Add(k_key, hn::Set(d, key_of(1, 0)));
    };
    for (std::uint64_t k = begin; k < end; k += 2) {
      try_k(other_half_parity);
      try_k(half_parity);
    }

    const auto valid = hn::FirstN(d, count - i);
    const auto finished = hn::Lt(best, limit);
    const auto retire = hn::And(valid, finished);
    const auto keep = hn::AndNot(finished, valid);
    const auto kept = to_front(keep);
    hn::StoreU(hn::TableLookupLanes(discriminant, kept), d, block.discriminant + left);
    hn::StoreU(hn::TableLookupLanes(twice_s, kept), d, block.twice_s + left);
    hn::StoreU(hn::TableLookupLanes(best, kept), d, block.key + left);
    hn::StoreU(hn::TableLookupLanes(position, kept), d, block.position + left);
    const auto retired = to_front(retire);
    hn::StoreU(hn::TableLookupLanes(best, retired), d, block.done_key + done);
    hn::StoreU(hn::TableLookupLanes(position, retired), d, block.done_position + done);
    left += hn::CountTrue(d, keep);
    done += hn::CountTrue(d, retire);
  }
  for (std::size_t i = 0; i < done; ++i) {
    block.final_key[static_cast<std::size_t>(block.done_position[i])] = block.done_key[i];
  }
  return left;
}

/// The answers of a vector of N from their final keys. q^2 = D + 4c is a square below 2^53, so its root is exact.
inline void finish_vector(const Block& block, std::size_t i, BatchSlice slice) {
  const Reals d;
  const Words du;
  const auto key = hn::Load(d, block.final_key + i);
  const auto s = hn::Load(d, block.s + i);
  const auto sum = hn::Floor(hn::Mul(key, hn::Set(d, 1 / key_scale)));
  const auto k = hn::Sub(key, hn::Mul(sum, hn::Set(d, key_scale)));
  const auto c = hn::Sub(sum, k);
  const auto p = hn::Add(s, k);
  const auto discriminant = hn::MulAdd(k, hn::Add(s, p), hn::Load(d, block.difference + i));
  const auto q = hn::Sqrt(hn::MulAdd(c, hn::Set(d, 4.0), discriminant));
  const auto half = hn::Set(d, 0.5);

  const auto n = hn::Load(du, block.n + i);
  const auto trivial = hn::Eq(hn::Min(n, hn::Set(du, largest_trivial)), n);
  const auto zero = hn::Zero(du);
  hn::StoreU(hn::IfThenElse(trivial, n, real_to_small(hn::Add(s, sum))), du, slice.sum + i);
  hn::StoreU(hn::IfThenElse(trivial, zero, real_to_small(hn::Mul(hn::Sub(p, q), half))), du, slice.a + i);
  hn::StoreU(hn::IfThenElse(trivial, zero, real_to_small(hn::Mul(hn::Add(p, q), half))), du, slice.b + i);
  hn::StoreU(hn::IfThenElse(trivial, n, real_to_small(c)), du, slice.c + i);
}

/// Solves up to across_n_block numbers; returns the number of candidates tried.
inline std::uint64_t solve_across_n(const std::uint64_t* numbers, std::size_t count, BatchSlice slice) {
  const std::size_t lanes = hn::Lanes(Reals());
  Block block;
  std::copy_n(numbers, count, block.n);
  std::fill_n(block.n + count, lanes, std::uint64_t{0});
  for (std::size_t i = 0; i < count; i += lanes) start_vector(block, i);

  std::uint64_t iterations = count;
  std::uint64_t k = 1;
  for (std::size_t left = count; left > 0;) {
    // Even and growing with k: few passes over the arrays, few candidates beyond a number's last.
    const std::uint64_t end = k + 4 + k / 8 * 2;
    iterations += left * (end - k);
    left = round(block, left, k, end);
    k = end;
  }

  const std::size_t whole = count - count % lanes;
  for (std::size_t i = 0; i < whole; i += lanes) finish_vector(block, i, slice);
  if (whole < count) {
    alignas(hn::MaxLanes(Reals()) * sizeof(double)) std::uint64_t last[4][padded_block - across_n_block];
    finish_vector(block, whole, {last[0] - whole, last[1] - whole, last[2] - whole, last[3] - whole});
    for (std::size_t i = whole; i < count; ++i) {
      slice.sum[i] = last[0][i - whole];
      slice.a[i] = last[1][i - whole];
      slice.b[i] = last[2][i - whole];
      slice.c[i] = last[3][i - whole];
    }
  }
  return iterations;
}

}  // namespace tandem::ab_plus_c::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
