// Few rows against many keys, as in decoding: numbers of a key lie in the lanes, since rows would leave lanes empty,
// and reading keys and values is what takes the time. Included by foreach_target files.
#if defined(TANDEM_ATTENTION_FEW_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_ATTENTION_FEW_INL_HPP
#undef TANDEM_ATTENTION_FEW_INL_HPP
#else
#define TANDEM_ATTENTION_FEW_INL_HPP
#endif

#include <hwy/cache_control.h>
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

/// A vector of 16 numbers is as long as a cache line and lies across two unless the caller's matrix is aligned; both
/// come sooner for having been asked for. Nothing is fetched from addresses that do not exist.
HWY_INLINE V loaded_ahead(const float* from) {
  constexpr std::size_t ahead = 1024;  // numbers: a page
  if constexpr (lanes == 16) hwy::Prefetch(from + ahead);
  return hn::LoadU(D(), from);
}

/// Rows that see the same keys go through them together, so that what is read serves each of them.
inline constexpr std::size_t most_together = lanes == 16 ? 4 : 2;

/// scores[r * score_stride + j] = row r . key j for j < count. Rows are `depth` numbers apart.
template <std::size_t rows>
void few_scores(const float* HWY_RESTRICT row, const float* HWY_RESTRICT keys, std::size_t count, std::size_t depth,
                float* HWY_RESTRICT scores) {
  std::size_t j = 0;
#if HWY_TARGET != HWY_SCALAR
  const D d;
  const hn::FixedTag<float, 4> four;
  const std::size_t whole = depth - depth % lanes;
  for (; j + 4 <= count; j += 4) {
    V sums[rows][4];
    for (auto& of_row : sums) {
      for (auto& sum : of_row) sum = hn::Zero(d);
    }
    const float* key = keys + j * depth;
    for (std::size_t k = 0; k < whole; k += lanes) {
      V factor[rows];
      for (std::size_t r = 0; r < rows; ++r) factor[r] = hn::LoadU(d, row + r * depth + k);
      for (std::size_t a = 0; a < 4; ++a) {
        const V number = pinned(loaded_ahead(key + a * depth + k));
        for (std::size_t r = 0; r < rows; ++r) sums[r][a] = hn::MulAdd(factor[r], number, sums[r][a]);
      }
    }
    for (std::size_t r = 0; r < rows; ++r) {
      float* of_row = scores + r * score_stride + j;
      hn::StoreU(four_sums(sums[r][0], sums[r][1], sums[r][2], sums[r][3]), four, of_row);
      for (std::size_t k = whole; k < depth; ++k) {
        for (std::size_t a = 0; a < 4; ++a) of_row[a] += row[r * depth + k] * key[a * depth + k];
      }
    }
  }
#endif
  for (; j < count; ++j) {
    for (std::size_t r = 0; r < rows; ++r) {
      float sum = 0;
      for (std::size_t k = 0; k < depth; ++k) sum += row[r * depth + k] * keys[j * depth + k];
      scores[r * score_stride + j] = sum;
    }
  }
}

/// Of each row: mean = factor mean + sum of weights[j] * values[j] over j < count. Values are read from front to back,
/// as memory is fast at; four of them come to the mean together, so that it is not waited for.
template <std::size_t rows>
void few_values(const float* HWY_RESTRICT weights, const float* HWY_RESTRICT values, std::size_t count,
                std::size_t width, const float* factors, Sums* of_rows) {
  const D d;
  const std::size_t whole = width - width % lanes;
  for (std::size_t r = 0; r < rows; ++r) {
    const V factor = hn::Set(d, factors[r]);
    float* mean = of_rows[r].mean;
    for (std::size_t i = 0; i < whole; i += lanes) hn::StoreU(hn::Mul(hn::LoadU(d, mean + i), factor), d, mean + i);
    for (std::size_t i = whole; i < width; ++i) mean[i] *= factors[r];
  }
  const auto add = [&]<std::size_t keys>(std::size_t j, Constant<keys>) HWY_ATTR {
    V weight[rows][keys];
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t a = 0; a < keys; ++a) weight[r][a] = hn::Set(d, weights[r * score_stride + j + a]);
    }
    const float* from = values + j * width;
    for (std::size_t i = 0; i < whole; i += lanes) {
      V value[keys];
      for (std::size_t a = 0; a < keys; ++a) value[a] = pinned(loaded_ahead(from + a * width + i));
      for (std::size_t r = 0; r < rows; ++r) {
        V sum = hn::Mul(weight[r][0], value[0]);
        for (std::size_t a = 1; a < keys; ++a) sum = hn::MulAdd(weight[r][a], value[a], sum);
        float* mean = of_rows[r].mean + i;
        hn::StoreU(hn::Add(hn::LoadU(d, mean), sum), d, mean);
      }
    }
    for (std::size_t i = whole; i < width; ++i) {
      for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t a = 0; a < keys; ++a) {
          of_rows[r].mean[i] += weights[r * score_stride + j + a] * from[a * width + i];
        }
      }
    }
  };
  std::size_t j = 0;
  for (; j + 4 <= count; j += 4) add(j, Constant<4>());
  for (; j < count; ++j) add(j, Constant<1>());
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

/// Rows that see the same keys, and the keys [begin, begin + count) of a block.
template <std::size_t rows>
void few_block(const Stream& stream, const RowView* views, const float* row, const float* far_row, const float* keys,
               const float* far_keys, std::size_t begin, std::size_t count, float* scores, Sums* sums) {
  const std::size_t first = std::max(begin, static_cast<std::size_t>(views->first));
  const std::size_t last = std::min(begin + count, static_cast<std::size_t>(views->last));
  if (first >= last) return;
  const std::size_t far_last =
      stream.has_far ? std::clamp(static_cast<std::size_t>(views->far_last), first, last) : first;
  const std::size_t depth = stream.depth;
  if (far_last > first) few_scores<rows>(far_row, far_keys + (first - begin) * depth, far_last - first, depth, scores);
  // The near scores begin where the far ones end, which need not be aligned.
  few_scores<rows>(row, keys + (far_last - begin) * depth, last - far_last, depth, scores + (far_last - first));
  float factors[rows];
  for (std::size_t r = 0; r < rows; ++r) {
    float* of_row = scores + r * score_stride;
    for (std::size_t j = first; j < last; ++j) {
      if (stream.table != nullptr) of_row[j - first] += stream.table[views[r].offset - static_cast<std::ptrdiff_t>(j)];
      if (stream.addend == nullptr) continue;
      const bool hidden = stream.addend[j] == -std::numeric_limits<float>::infinity();
      of_row[j - first] = hidden ? stream.addend[j] : of_row[j - first] + stream.addend[j];
    }
    factors[r] = few_weights(of_row, last - first, sums[r]);
  }
  const float* values = stream.values + first * stream.width;
  if (stream.addend == nullptr) return few_values<rows>(scores, values, last - first, stream.width, factors, sums);
  few_values<rows>(scores, values, 0, stream.width, factors, sums);
  std::fill_n(factors, rows, 1.0F);
  for (std::size_t j = first; j < last; ++j) {  // 0 times the NaN of a hidden value is no 0
    if (stream.addend[j] == -std::numeric_limits<float>::infinity()) continue;
    few_values<rows>(scores + (j - first), stream.values + j * stream.width, 1, stream.width, factors, sums);
  }
}

}  // namespace tandem::attention::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
