#include "benchmarks/suite/peak_kernels.hpp"

#include <array>
#include <atomic>
#include <bit>
#include <vector>

#include "benchmarks/suite/simd_target.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "benchmarks/suite/peak_kernels.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.h, as Highway asks.
#include "benchmarks/suite/exponentials-inl.hpp"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tandem::suite {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// The value, stored and loaded again: the compiler neither knows what comes back nor may leave out what it came from.
template <class T>
T opaque(T value) {
  volatile T memory = value;
  return memory;
}

/// Twelve chains of one operation, each waiting for itself alone: more than latency times ports of any processor of
/// note, and few enough for sixteen registers. They are twelve named variables, because an array of them may end up in
/// memory, where loads and stores would be measured instead; and twelve unknown starts, because a compiler that sees
/// two chains start alike computes one of them.
template <class T, class Operation>
HWY_INLINE double twelve_chains(std::size_t steps, Operation operation) {
  const hn::ScalableTag<T> d;
  std::array<T, 12> start;
  for (std::size_t chain = 0; chain < start.size(); ++chain) start[chain] = opaque(T{1} / static_cast<T>(chain + 2));
  const auto [s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11] = start;
  auto v0 = hn::Set(d, s0), v1 = hn::Set(d, s1), v2 = hn::Set(d, s2), v3 = hn::Set(d, s3);
  auto v4 = hn::Set(d, s4), v5 = hn::Set(d, s5), v6 = hn::Set(d, s6), v7 = hn::Set(d, s7);
  auto v8 = hn::Set(d, s8), v9 = hn::Set(d, s9), v10 = hn::Set(d, s10), v11 = hn::Set(d, s11);
  for (std::size_t step = 0; step < steps; ++step) {
    v0 = operation(v0), v1 = operation(v1), v2 = operation(v2), v3 = operation(v3);
    v4 = operation(v4), v5 = operation(v5), v6 = operation(v6), v7 = operation(v7);
    v8 = operation(v8), v9 = operation(v9), v10 = operation(v10), v11 = operation(v11);
  }
  const auto low = hn::Add(hn::Add(hn::Add(v0, v1), hn::Add(v2, v3)), hn::Add(v4, v5));
  const auto high = hn::Add(hn::Add(hn::Add(v6, v7), hn::Add(v8, v9)), hn::Add(v10, v11));
  opaque(hn::GetLane(hn::SumOfLanes(d, hn::Add(low, high))));
  return static_cast<double>(start.size() * hn::Lanes(d) * steps);
}

template <class T>
double fma(std::size_t steps) {
  const hn::ScalableTag<T> d;
  const auto factor = hn::Set(d, opaque(T{0.5}));
  const auto addend = hn::Set(d, opaque(T{0.75}));
  return twelve_chains<T>(steps, [=](auto v) HWY_ATTR { return hn::MulAdd(v, factor, addend); });
}

// The addition, on other ports, keeps the operand from settling at 1, of which some processors make short work.
double sqrt_double(std::size_t steps) {
  const auto addend = hn::Set(hn::ScalableTag<double>(), opaque(3.0));
  return twelve_chains<double>(steps, [=](auto v) HWY_ATTR { return hn::Sqrt(hn::Add(v, addend)); });
}

double divide_double(std::size_t steps) {
  const auto dividend = hn::Set(hn::ScalableTag<double>(), opaque(0.7));
  return twelve_chains<double>(steps, [=](auto v) HWY_ATTR { return hn::Div(dividend, v); });
}

double dependent_fma(std::size_t steps) {
  constexpr int per_step = 16;
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, opaque(0.5F));
  const auto addend = hn::Set(d, opaque(0.75F));
  auto v = hn::Set(d, opaque(1.0F));
  for (std::size_t step = 0; step < steps; ++step) {
    for (int i = 0; i < per_step; ++i) v = hn::MulAdd(v, factor, addend);
  }
  opaque(hn::GetLane(v));
  return static_cast<double>(steps * per_step);
}

template <class Exponential>
void exp_float(const float* HWY_RESTRICT exponents, float* HWY_RESTRICT results, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t i = 0; i < count; i += 4 * lanes) {
    const auto y0 = Exponential::compute(d, hn::Load(d, exponents + i));
    const auto y1 = Exponential::compute(d, hn::Load(d, exponents + i + lanes));
    const auto y2 = Exponential::compute(d, hn::Load(d, exponents + i + 2 * lanes));
    const auto y3 = Exponential::compute(d, hn::Load(d, exponents + i + 3 * lanes));
    hn::Store(y0, d, results + i);
    hn::Store(y1, d, results + i + lanes);
    hn::Store(y2, d, results + i + 2 * lanes);
    hn::Store(y3, d, results + i + 3 * lanes);
  }
}

template <class... Exponential>
std::vector<PeakKernels::ExpLoop> exp_float_loops(Exponentials<Exponential...>) {
  return {exp_float<Exponential>...};
}

using Words = hn::ScalableTag<std::uint64_t>;

/// Calls body(word) for the first word of each vector, eight vectors to a loop step.
template <class Body>
HWY_INLINE void for_each_vector(std::size_t bytes, Body body) {
  const std::size_t lanes = hn::Lanes(Words());
  const std::size_t words = bytes / sizeof(std::uint64_t);
  for (std::size_t word = 0; word < words; word += 8 * lanes) {
    body(word), body(word + lanes), body(word + 2 * lanes), body(word + 3 * lanes);
    body(word + 4 * lanes), body(word + 5 * lanes), body(word + 6 * lanes), body(word + 7 * lanes);
    std::atomic_signal_fence(std::memory_order_seq_cst);  // no turning of the loop into a call of memset or memcpy
  }
}

const std::uint64_t* words_at(const std::byte* memory) { return reinterpret_cast<const std::uint64_t*>(memory); }
std::uint64_t* words_at(std::byte* memory) { return reinterpret_cast<std::uint64_t*>(memory); }

void read(const std::byte* from, std::size_t bytes) {
  const Words d;
  const std::size_t lanes = hn::Lanes(d);
  const std::uint64_t* words = words_at(from);
  auto v0 = hn::Zero(d), v1 = v0, v2 = v0, v3 = v0;
  for (std::size_t word = 0; word < bytes / sizeof(std::uint64_t); word += 8 * lanes) {
    v0 = hn::Or(v0, hn::Load(d, words + word));
    v1 = hn::Or(v1, hn::Load(d, words + word + lanes));
    v2 = hn::Or(v2, hn::Load(d, words + word + 2 * lanes));
    v3 = hn::Or(v3, hn::Load(d, words + word + 3 * lanes));
    v0 = hn::Or(v0, hn::Load(d, words + word + 4 * lanes));
    v1 = hn::Or(v1, hn::Load(d, words + word + 5 * lanes));
    v2 = hn::Or(v2, hn::Load(d, words + word + 6 * lanes));
    v3 = hn::Or(v3, hn::Load(d, words + word + 7 * lanes));
  }
  opaque(hn::GetLane(hn::SumOfLanes(d, hn::Or(hn::Or(v0, v1), hn::Or(v2, v3)))));
}

void write(std::byte* to, std::size_t bytes) {
  const auto value = hn::Set(Words(), opaque(std::uint64_t{0x0123456789abcdef}));
  for_each_vector(bytes,
                  [=, words = words_at(to)](std::size_t word) HWY_ATTR { hn::Store(value, Words(), words + word); });
}

void write_non_temporal(std::byte* to, std::size_t bytes) {
  const auto value = hn::Set(Words(), opaque(std::uint64_t{0x0123456789abcdef}));
  for_each_vector(bytes,
                  [=, words = words_at(to)](std::size_t word) HWY_ATTR { hn::Stream(value, Words(), words + word); });
  hwy::FlushStream();
}

void copy(const std::byte* from, std::byte* to, std::size_t bytes) {
  for_each_vector(bytes, [source = words_at(from), words = words_at(to)](std::size_t word)
                             HWY_ATTR { hn::Store(hn::Load(Words(), source + word), Words(), words + word); });
}

void copy_non_temporal(const std::byte* from, std::byte* to, std::size_t bytes) {
  for_each_vector(bytes, [source = words_at(from), words = words_at(to)](std::size_t word)
                             HWY_ATTR { hn::Stream(hn::Load(Words(), source + word), Words(), words + word); });
  hwy::FlushStream();
}

/// Four vectors of indices, each from a generator of its own (x -> a x + c, whose high bits are as good as random): no
/// memory is read but what is looked up.
double gathers(LookupTable& table, std::size_t steps) {
  const hn::ScalableTag<std::int32_t> d;
  const hn::RebindToUnsigned<decltype(d)> du;
  constexpr int line_words = sizeof(LookupTable::Line) / sizeof(std::int32_t);
  const auto factor = hn::Set(du, 1664525U);
  const auto addend = hn::Set(du, 1013904223U);
  const int shift = 32 - std::countr_zero(table.count * line_words);
  const auto* words = reinterpret_cast<const std::int32_t*>(table.lines);
  auto x0 = hn::Iota(du, static_cast<std::uint32_t>(table.random));
  auto x1 = hn::Add(x0, addend), x2 = hn::Add(x1, addend), x3 = hn::Add(x2, addend);
  auto sum0 = hn::Zero(d), sum1 = sum0, sum2 = sum0, sum3 = sum0;
  const auto look_up = [&](auto& x, auto& sum) HWY_ATTR {
    x = hn::Add(hn::Mul(x, factor), addend);
    sum = hn::Xor(sum, hn::GatherIndex(d, words, hn::BitCast(d, hn::ShiftRightSame(x, shift))));
  };
  for (std::size_t step = 0; step < steps; ++step) {
    look_up(x0, sum0), look_up(x1, sum1), look_up(x2, sum2), look_up(x3, sum3);
  }
  table.random = hn::GetLane(x0);
  opaque(hn::GetLane(hn::SumOfLanes(d, hn::Xor(hn::Xor(sum0, sum1), hn::Xor(sum2, sum3)))));
  return static_cast<double>(4 * hn::Lanes(d) * steps);
}

}  // namespace

PeakKernels kernels_of_target() {
  return {.vector_bytes = hn::Lanes(hn::ScalableTag<std::uint8_t>()),
          .fused = HWY_NATIVE_FMA != 0,
          .fma_float = fma<float>,
          .fma_double = fma<double>,
          .sqrt_double = sqrt_double,
          .divide_double = divide_double,
          .dependent_fma = dependent_fma,
          .exp_float = exp_float_loops(exponentials),
          .read = read,
          .write = write,
          .write_non_temporal = write_non_temporal,
          .copy = copy,
          .copy_non_temporal = copy_non_temporal,
          .gathers = gathers};
}

}  // namespace HWY_NAMESPACE
}  // namespace tandem::suite
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::suite {

HWY_EXPORT(kernels_of_target);

PeakKernels peak_kernels(std::int64_t target) {
  const std::vector<SimdTarget> targets = simd_targets();  // widest first, so that the portable one is the last
  const bool borrows = targets.size() > 1 && targets.back().id == target && targets.back().portable;
  const PinnedSimdTarget pinned(borrows ? targets[targets.size() - 2].id : target);
  return HWY_DYNAMIC_DISPATCH(kernels_of_target)();
}

double dependent_additions(std::size_t steps) {
  constexpr int per_step = 16;
  std::uint64_t sum = 0;
  std::uint64_t addend = 1;
  asm volatile("" : "+r"(addend));  // Intel's Golden Cove adds up constants ahead of execution, several per cycle
  for (std::size_t step = 0; step < steps; ++step) {
    for (int i = 0; i < per_step; ++i) {
      sum += addend;
      asm volatile("" : "+r"(sum));  // no turning of several additions into one
    }
  }
  return static_cast<double>(steps * per_step);
}

}  // namespace tandem::suite
#endif
