// The random numbers of all positions of a block: most are not asked for, but none is waited for.
#include <array>

#include "impl/unigram/draw.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/unigram/draw_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/unigram/philox-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::unigram::HWY_NAMESPACE {

void uniforms_of_positions(const Seed& seed, std::size_t count, double* numbers) {
  const hn::CappedTag<std::uint64_t, 8> d;
  const std::size_t lanes = hn::Lanes(d);
  std::array<double, 8> even;
  std::array<double, 8> odd;
  const auto& wanted = seed.sample % 2 == 0 ? even : odd;
  const auto pair = hn::Set(d, seed.sample / 2);
  for (std::size_t i = 0; i < count; i += lanes) {
    philox_uniforms(d, seed.seed, hn::Iota(d, seed.position + i), pair, even.data(), odd.data());
    for (std::size_t lane = 0; lane < lanes && i + lane < count; ++lane) numbers[i + lane] = wanted[lane];
  }
}

}  // namespace tandem::unigram::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::unigram {

HWY_EXPORT(uniforms_of_positions);

void draw_uniforms(const Seed& seed, std::size_t count, double* numbers) {
  HWY_DYNAMIC_DISPATCH(uniforms_of_positions)(seed, count, numbers);
}

double draw_uniform(const Seed& seed, std::size_t position) {
  const auto block = draw_block(seed.seed, seed.position + position, seed.sample / 2);
  const std::size_t half = seed.sample % 2 * 2;
  return unit_interval(block[half] | std::uint64_t{block[half + 1]} << 32);
}

}  // namespace tandem::unigram
#endif  // HWY_ONCE
