#include "impl/attention/turn.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/attention/turn_simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h, as Highway asks.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void turn(const Turn& turn, const float* HWY_RESTRICT row, const float* HWY_RESTRICT cosines,
          const float* HWY_RESTRICT sines, float scale, float* HWY_RESTRICT out) {
  const hn::CappedTag<float, 16> full;
  const hn::CappedTag<float, 1> single;
  const std::size_t lanes = hn::Lanes(full);
  const std::size_t pairs = turn.pairs;
  const float* HWY_RESTRICT bias = turn.bias;
  const auto pair = [&](auto d, std::size_t i) HWY_ATTR {
    hn::Vec<decltype(d)> u, v;
    const auto load = [&](const float* from, auto& first, auto& second) HWY_ATTR {
      if (turn.interleaved) {
        hn::LoadInterleaved2(d, from + 2 * i, first, second);
      } else {
        first = hn::LoadU(d, from + i);
        second = hn::LoadU(d, from + pairs + i);
      }
    };
    load(row, u, v);
    if (bias != nullptr) {
      hn::Vec<decltype(d)> bias_u, bias_v;
      load(bias, bias_u, bias_v);
      u = hn::Add(u, bias_u);
      v = hn::Add(v, bias_v);
    }
    const auto cosine = hn::Mul(hn::LoadU(d, cosines + i), hn::Set(d, scale));
    const auto sine = hn::Mul(hn::LoadU(d, sines + i), hn::Set(d, scale));
    hn::StoreU(hn::NegMulAdd(v, sine, hn::Mul(u, cosine)), d, out + i);
    hn::StoreU(hn::MulAdd(u, sine, hn::Mul(v, cosine)), d, out + pairs + i);
  };
  const auto rest = [&](auto d, std::size_t i) HWY_ATTR {
    auto x = hn::LoadU(d, row + i);
    if (bias != nullptr) x = hn::Add(x, hn::LoadU(d, bias + i));
    hn::StoreU(hn::Mul(x, hn::Set(d, scale)), d, out + i);
  };
  std::size_t i = 0;
  for (; i + lanes <= pairs; i += lanes) pair(full, i);
  for (; i < pairs; ++i) pair(single, i);
  i = 2 * pairs;
  for (; i + lanes <= turn.width; i += lanes) rest(full, i);
  for (; i < turn.width; ++i) rest(single, i);
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::attention {

HWY_EXPORT(turn);

void Turn::apply(const float* row, const float* cosines, const float* sines, float scale, float* out) const {
  HWY_DYNAMIC_DISPATCH(turn)(*this, row, cosines, sines, scale, out);
}

}  // namespace tandem::attention
#endif  // HWY_ONCE
