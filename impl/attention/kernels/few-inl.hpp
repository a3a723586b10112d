// Few rows against many keys, as in decoding: numbers of a key lie in the lanes, since rows would leave lanes empty,
// and reading keys and values is what takes the time. Included by foreach_target files.
#if defined(TANDEM_ATTENTION_FEW_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_ATTENTION_FEW_INL_HPP
#undef TANDEM_ATTENTION_FEW_INL_HPP
#else
#define TANDEM_ATTENTION_FEW_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "impl/attention/kernels/few.hpp"
#include "impl/attention/kernels/product-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::attention::HWY_NAMESPACE {

#if HWY_TARGET != HWY_SCALAR

/// The sum of a vector's blocks of four numbers.
template <class From>
HWY_INLINE hn::Vec<hn::FixedTag<float, 4>> sum_of_blocks(From d, hn::Vec<From> v) {
  if constexpr (hn::MaxLanes(From()) == 4) {
    return v;
  } else {
    const hn::Half<From> half;
    return sum_of_blocks(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
  (void)d;
}

/// The sums of the lanes of four vectors.
HWY_INLINE hn::Vec<hn::FixedTag<float, 4>> four_sums(V a, V b, V c, V e) {
  const D d;
  const hn::Repartition<std::uint64_t, D> wide;
  const V ab = hn::Add(hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b));
  const V ce = hn::Add(hn::InterleaveLower(d, c, e), hn::InterleaveUpper(d, c, e));
  const auto low = hn::InterleaveLower(wide, hn::BitCast(wide, ab), hn::BitCast(wide, ce));
  const auto high = hn::InterleaveUpper(wide, hn::BitCast(wide, ab), hn::BitCast(wide, ce));
  return sum_of_blocks(d, hn::Add(hn::BitCast(d, low), hn::BitCast(d, high)));
}

#endif

/// scores[j] = row . key j for j < count.
inline void few_scores(const float* HWY_RESTRICT row, const float* HWY_RESTRICT keys, std::size_t count,
                       std::size_t depth, float* HWY_RESTRICT scores) {
  std::size_t j = 0;
#if HWY_TARGET != HWY_SCALAR
  const D d;
  const hn::FixedTag<float, 4> four;
  const std::size_t whole = depth - depth % lanes;
  for (; j + 4 <= count; j += 4) {
    V sums[4];
    for (auto& sum : sums) sum = hn::Zero(d);
    const float* key = keys + j * depth;
    for (std::size_t k = 0; k < whole; k += lanes) {
      const V factor = hn::LoadU(d, row + k);
      for (std::size_t a = 0; a < 4; ++a) sums[a] = hn::MulAdd(factor, hn::LoadU(d, key + a * depth + k), sums[a]);
    }
    hn::StoreU(four_sums(sums[0], sums[1], sums[2], sums[3]), four, scores + j);
    for (std::size_t k = whole; k < depth; ++k) {
      for (std::size_t a = 0; a < 4; ++a) scores[j + a] += row[k] * key[a * depth + k];
    }
  }
#endif
  for (; j < count; ++j) {
    float sum = 0;
    for (std::size_t k = 0; k < depth; ++k) sum += row[k] * keys[j * depth + k];
    scores[j] = sum;
  }
}

/// mean = factor mean + sum of weights[j] * values[j] over j < count. Two sums for each number: they wait for each
/// other else.
inline void few_values(const float* HWY_RESTRICT weights, const float* HWY_RESTRICT values, std::size_t count,
                       std::size_t width, float factor, float* HWY_RESTRICT mean) {
  const D d;
  std::size_t i = 0;
  const auto strip = [&]<std::size_t vectors>(Constant<vectors>) HWY_ATTR {
    for (; i + vectors * lanes <= width; i += vectors * lanes) {
      V even[vectors], odd[vectors];
      for (std::size_t v = 0; v < vectors; ++v) even[v] = odd[v] = hn::Zero(d);
      const float* value = values + i;
      std::size_t j = 0;
      for (; j + 2 <= count; j += 2, value += 2 * width) {
        const V first = hn::Set(d, weights[j]);
        const V second = hn::Set(d, weights[j + 1]);
        for (std::size_t v = 0; v < vectors; ++v) {
          even[v] = hn::MulAdd(first, hn::LoadU(d, value + v * lanes), even[v]);
          odd[v] = hn::MulAdd(second, hn::LoadU(d, value + width + v * lanes), odd[v]);
        }
      }
      for (std::size_t v = 0; v < vectors; ++v) {
        if (j < count) even[v] = hn::MulAdd(hn::Set(d, weights[j]), hn::LoadU(d, value + v * lanes), even[v]);
        float* at = mean + i + v * lanes;
        hn::StoreU(hn::MulAdd(hn::LoadU(d, at), hn::Set(d, factor), hn::Add(even[v], odd[v])), d, at);
      }
    }
  };
  strip(Constant<4>());
  strip(Constant<1>());
  for (; i < width; ++i) {
    float sum = 0;
    for (std::size_t j = 0; j < count; ++j) sum += weights[j] * values[j * width + i];
    mean[i] = mean[i] * factor + sum;
  }
}

/// Scores of `count` keys from `begin` on to weights that begin at `scores`. Returns the factor of what was before.
inline float few_weights(float* scores, std::size_t count, Sums& sums) {
  const D d;
  const std::size_t padded = (count + lanes - 1) / lanes * lanes;
  for (std::size_t j = count; j < padded; ++j) scores[j] = -std::numeric_limits<float>::infinity();
  V largest = hn::Set(d, sums.maximum);
  for (std::size_t j = 0; j < padded; j += lanes) largest = hn::Max(hn::Load(d, scores + j), largest);
  const float maximum = hn::GetLane(hn::MaxOfLanes(d, largest));
  V total = hn::Zero(d), moment = total;
  for (std::size_t j = 0; j < padded; j += lanes) {
    const Power weight = exp2(hn::Sub(hn::Load(d, scores + j), hn::Set(d, maximum)));
    hn::Store(weight.value, d, scores + j);
    total = hn::Add(total, weight.value);
    moment = hn::MulAdd(weight.value, weight.exponent, moment);
  }
  const Power factor = exp2(hn::Set(d, sums.maximum - maximum));
  const float before = hn::GetLane(factor.value);
  const float moved = hn::GetLane(factor.exponent) * sums.total + sums.moment;
  sums.moment = before * moved + hn::GetLane(hn::SumOfLanes(d, moment));
  sums.total = before * sums.total + hn::GetLane(hn::SumOfLanes(d, total));
  sums.maximum = maximum;
  return before;
}

/// Row `view` and the keys [begin, begin + count) of a block.
inline void few_block(const Stream& stream, const RowView& view, const float* row, const float* far_row,
                      const float* keys, const float* far_keys, std::size_t begin, std::size_t count, float* scores,
                      Sums& sums) {
  const std::size_t first = std::max(begin, static_cast<std::size_t>(view.first));
  const std::size_t last = std::min(begin + count, static_cast<std::size_t>(view.last));
  if (first >= last) return;
  const std::size_t far_last =
      stream.has_far ? std::clamp(static_cast<std::size_t>(view.far_last), first, last) : first;
  const std::size_t depth = stream.depth;
  if (far_last > first) few_scores(far_row, far_keys + (first - begin) * depth, far_last - first, depth, scores);
  // The near scores begin where the far ones end, which need not be aligned.
  few_scores(row, keys + (far_last - begin) * depth, last - far_last, depth, scores + (far_last - first));
  for (std::size_t j = first; j < last; ++j) {
    if (stream.table != nullptr) scores[j - first] += stream.table[view.offset - static_cast<std::ptrdiff_t>(j)];
    if (stream.addend == nullptr) continue;
    const bool hidden = stream.addend[j] == -std::numeric_limits<float>::infinity();
    scores[j - first] = hidden ? stream.addend[j] : scores[j - first] + stream.addend[j];
  }
  const float factor = few_weights(scores, last - first, sums);
  const float* values = stream.values + first * stream.width;
  if (stream.addend == nullptr) return few_values(scores, values, last - first, stream.width, factor, sums.mean);
  few_values(scores, values, 0, stream.width, factor, sums.mean);
  for (std::size_t j = first; j < last; ++j) {  // 0 times the NaN of a hidden value is no 0
    if (stream.addend[j] == -std::numeric_limits<float>::infinity()) continue;
    few_values(scores + (j - first), stream.values + j * stream.width, 1, stream.width, 1, sums.mean);
  }
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
