// What a pass over a row finds, and what becomes of it. Included by foreach_target files, once per target.
#if defined(TANDEM_NBCE_ROW_FOUND_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_NBCE_ROW_FOUND_INL_HPP
#undef TANDEM_NBCE_ROW_FOUND_INL_HPP
#else
#define TANDEM_NBCE_ROW_FOUND_INL_HPP
#endif

#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "impl/nbce/kernels/exponential-inl.hpp"
#include "impl/nbce/kernels/logits-inl.hpp"
#include "impl/nbce/row/row.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Room for what is found in a row of this size. Kept by the thread: a row's worth of memory would cost more to ask for
/// than to fill.
inline Found found_of(std::size_t row_size) {
  struct Buffers {
    std::vector<float> logits;
    std::vector<float> masses;
    std::vector<std::uint32_t> places;
  };
  static thread_local Buffers buffers;
  if (buffers.logits.size() < row_size + 64) {
    buffers.logits.resize(row_size + 64);
    buffers.masses.resize(row_size + 64);
    buffers.places.resize(row_size + 64);
  }
  return {.logits = buffers.logits.data(), .masses = buffers.masses.data(), .places = buffers.places.data()};
}

/// The places of groups of four vectors with a logit above a bound, or very nearly so.
struct Places {
  std::uint32_t* groups;
  std::size_t count = 0;

  /// Without a branch: guessed wrong it would wait for all of the arithmetic before it.
  HWY_INLINE void add(std::size_t group, bool is_one) {
    groups[count] = static_cast<std::uint32_t>(group);
    count += is_one ? 1 : 0;
  }
};

/// The logits in groups of four vectors that are at least the bound, in order; returns how many they are.
template <class Logit>
HWY_INLINE std::size_t collect(const Logit* logits, std::span<const std::uint32_t> groups,
                               const AtLeast<Logit>& at_least, float* found) {
  std::size_t count = 0;
  for (const std::uint32_t group : groups) {
    std::uint64_t bits = at_least.bits(logits + group);
    const std::size_t end = count + static_cast<std::size_t>(std::popcount(bits));
    // By twos, since how many there are is hard to guess, but not that they are two at most.
    for (; count < end; count += 2) {
      for (const std::size_t which : {0, 1}) {
        found[count + which] =
            static_cast<float>(logits[group + static_cast<std::size_t>(std::countr_zero(bits) % 64)]);
        bits &= bits - 1;
      }
    }
    count = end;
  }
  return count;
}

/// So many vectors are added up in float before the sum goes on in double: what mass_rounding counts on.
constexpr std::size_t float_additions = 16;

/// A sum of float vectors in double.
class DoubleSum {
  using D = hn::ScalableTag<double>;
  using F = hn::ScalableTag<float>;

 public:
  HWY_INLINE DoubleSum() : sum_(hn::Zero(D())), pending_(hn::Zero(F())) {}

  HWY_INLINE void add(hn::Vec<F> v) {
    pending_ = hn::Add(pending_, v);
    if (++pending_count_ == float_additions) add_pending();
  }
  /// The same for a sum of so many.
  HWY_INLINE void add_block(hn::Vec<F> v) {
    const hn::Rebind<float, D> part;
    HWY_ALIGN float lanes[hn::MaxLanes(F())];
    hn::Store(v, F(), lanes);
    for (std::size_t i = 0; i < hn::Lanes(F()); i += hn::Lanes(D())) {
      sum_ = hn::Add(sum_, hn::PromoteTo(D(), hn::Load(part, lanes + i)));
    }
  }
  HWY_INLINE double total() {
    add_pending();
    return hn::GetLane(hn::SumOfLanes(D(), sum_));
  }

 private:
  HWY_INLINE void add_pending() {
    add_block(pending_);
    pending_ = hn::Zero(F());
    pending_count_ = 0;
  }

  hn::Vec<D> sum_;
  hn::Vec<F> pending_;
  std::size_t pending_count_ = 0;
};

/// The masses of what was found. Returns their sum.
inline double weigh(Found& found, Anchor anchor) {
  DoubleSum sum;
  double singles = 0;
  for_each_vector(found.count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto e = exponential(d, hn::LoadU(d, found.logits + i), anchor);
    hn::StoreU(e, d, found.masses + i);
    if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
      sum.add(e);
    } else {
      singles += static_cast<double>(hn::GetLane(e));
    }
  });
  return sum.total() + singles;
}

/// Mass and moment of what was found, and weighed, above the threshold.
inline Sums sum_found(const Found& found, Anchor anchor, float threshold) {
  DoubleSum mass;
  DoubleSum moment;
  Sums singles;
  for_each_vector(found.count, [&](auto d, std::size_t i) HWY_ATTR {
    const auto logit = hn::LoadU(d, found.logits + i);
    const auto above = hn::Gt(logit, hn::Set(d, threshold));
    const auto e = hn::IfThenElseZero(above, hn::LoadU(d, found.masses + i));
    const auto x = hn::IfThenElseZero(above, binary_distance(d, logit, anchor));
    if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
      mass.add(e);
      moment.add(hn::Mul(e, x));
    } else {
      singles.mass += static_cast<double>(hn::GetLane(e));
      singles.moment += static_cast<double>(hn::GetLane(e)) * static_cast<double>(hn::GetLane(x));
    }
  });
  return {.mass = mass.total() + singles.mass,
          .moment = (moment.total() + singles.moment) / static_cast<double>(Anchor::log2e)};
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
