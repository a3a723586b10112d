// Steps 4 and 5 for a block of tokens, and the weights of step 6.
#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

#include "impl/nbce/merge/merge.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/nbce/merge/merge_simd.cpp"
#include <hwy/foreach_target.h>  // before highway.h
#include <hwy/highway.h>

#include "impl/nbce/kernels/exponential-inl.hpp"
#include "impl/nbce/kernels/logits-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::nbce::HWY_NAMESPACE {

/// log p, -inf for a logit below `least`.
template <class D, class Logit>
HWY_INLINE hn::Vec<D> log_probability(D d, const RowView<Logit>& row, std::size_t i, float least) {
  const auto logit = load(d, row.logits + i);
  const auto log_p = hn::Sub(hn::Sub(logit, hn::Set(d, row.maximum)), hn::Set(d, row.log_mass));
  return hn::IfThenElse(hn::Ge(logit, hn::Set(d, least)), log_p, hn::Set(d, -std::numeric_limits<float>::infinity()));
}

/// Step 4 for [begin, end), written to `pool`.
template <class Logit>
void pool_block(const Merge<Logit>& merge, std::size_t begin, std::size_t end, float* pool) {
  std::array<float, merge_block_size> sum;
  bool first = true;
  for (const RowView<Logit>& row : merge.pool) {
    for_each_part(row, begin, end, [&](std::size_t from, std::size_t to, float least) HWY_ATTR {
      for_each_vector(to - from, [&](auto d, std::size_t offset) HWY_ATTR {
        const std::size_t i = from + offset;
        const auto log_p = log_probability(d, row, i, least);
        float* const maximum = pool + i;
        float* const floored = sum.data() + (i - begin);
        hn::StoreU(first ? log_p : hn::Max(log_p, hn::LoadU(d, maximum)), d, maximum);
        if (!merge.average) return;
        const auto term = hn::Max(log_p, hn::Set(d, merge.floor));
        hn::StoreU(first ? term : hn::Add(term, hn::LoadU(d, floored)), d, floored);
      });
    });
    first = false;
  }
  if (!merge.average) return;
  const float share = 1 / static_cast<float>(merge.pool.size());
  for_each_vector(end - begin, [&](auto d, std::size_t i) HWY_ATTR {
    const auto impossible = hn::Set(d, -std::numeric_limits<float>::infinity());
    const auto maximum = hn::LoadU(d, pool + begin + i);
    const auto mean = hn::Mul(hn::LoadU(d, sum.data() + i), hn::Set(d, share));
    hn::StoreU(hn::IfThenElse(hn::Eq(maximum, impossible), maximum, mean), d, pool + begin + i);
  });
}

/// Steps 4 and 5 for [begin, end), written to `merged`; returns the largest.
template <class Logit>
float merge_block(const Merge<Logit>& merge, std::size_t begin, std::size_t end, float* merged) {
  const hn::ScalableTag<float> full;
  auto largest = hn::Set(full, -std::numeric_limits<float>::infinity());
  float largest_single = -std::numeric_limits<float>::infinity();
  const auto put = [&](auto d, std::size_t i, auto value) HWY_ATTR {
    hn::StoreU(value, d, merged + i);
    if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
      largest = hn::Max(largest, value);
    } else {
      largest_single = std::max(largest_single, hn::GetLane(value));
    }
  };
  /// Step 5: E2 where the question alone finds the token possible, else the pool.
  const auto combine = [&merge](auto d, auto pool, auto unconditional) HWY_ATTR {
    const auto both = hn::NegMulAdd(hn::Set(d, merge.beta), unconditional, hn::Mul(hn::Set(d, merge.beta + 1), pool));
    const auto impossible = hn::Set(d, -std::numeric_limits<float>::infinity());
    return hn::IfThenElse(hn::Eq(unconditional, impossible), pool, both);
  };
  const RowView<Logit>& question = merge.unconditional;
  if (merge.pool.empty() || merge.beta == -1) {
    for_each_part(question, begin, end, [&](std::size_t from, std::size_t to, float least) HWY_ATTR {
      for_each_kept(question.logits + from, to - from, least, [&](auto d, std::size_t i) HWY_ATTR {
        put(d, from + i, log_probability(d, question, from + i, least));
      });
    });
  } else if (merge.pool.size() == 1 && !merge.average && merge.beta != 0) {  // one pass, nothing written twice
    const RowView<Logit>& chosen = merge.pool[0];
    for_each_part(question, begin, end, [&](std::size_t outer_from, std::size_t outer_to, float least) HWY_ATTR {
      for_each_part(chosen, outer_from, outer_to, [&](std::size_t from, std::size_t to, float chosen_least) HWY_ATTR {
        for_each_kept(  // beta + 1 is positive: what the context finds impossible is impossible
            chosen.logits + from, to - from, chosen_least, [&](auto d, std::size_t i) HWY_ATTR {
              put(d, from + i,
                  combine(d, log_probability(d, chosen, from + i, chosen_least),
                          log_probability(d, question, from + i, least)));
            });
      });
    });
  } else {
    pool_block(merge, begin, end, merged);
    for_each_part(question, begin, end, [&](std::size_t from, std::size_t to, float least) HWY_ATTR {
      for_each_vector(to - from, [&](auto d, std::size_t i) HWY_ATTR {
        const auto pool = hn::LoadU(d, merged + from + i);
        if (merge.beta == 0) {
          put(d, from + i, pool);
        } else {
          put(d, from + i, combine(d, pool, log_probability(d, question, from + i, least)));
        }
      });
    });
  }
  return std::max(hn::GetLane(hn::MaxOfLanes(full, largest)), largest_single);
}

float merge_block_float(const Merge<float>& merge, std::size_t begin, std::size_t end, float* merged) {
  return merge_block(merge, begin, end, merged);
}
float merge_block_bfloat16(const Merge<Bfloat16>& merge, std::size_t begin, std::size_t end, float* merged) {
  return merge_block(merge, begin, end, merged);
}

/// As weigh_tokens says.
double weigh_block(const float* merged, std::size_t count, float largest, float inverse_temperature) {
  const hn::ScalableTag<float> full;
  const float least = largest + least_exponent / inverse_temperature;
  auto sum = hn::Zero(full);
  double singles = 0;
  const auto weigh = [&](auto d, std::size_t i) HWY_ATTR {
    const auto distance = hn::Sub(hn::LoadU(d, merged + i), hn::Set(d, largest));
    const auto e = exponential(d, hn::Mul(distance, hn::Set(d, inverse_temperature)), Anchor(0));
    if constexpr (std::is_same_v<decltype(d), hn::ScalableTag<float>>) {
      sum = hn::Add(sum, e);
    } else {
      singles += static_cast<double>(hn::GetLane(e));
    }
  };
  for_each_kept(merged, count, least, weigh);
  return singles + static_cast<double>(hn::GetLane(hn::SumOfLanes(full, sum)));
}

}  // namespace tandem::nbce::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::nbce {

HWY_EXPORT(merge_block_float);
HWY_EXPORT(merge_block_bfloat16);
HWY_EXPORT(weigh_block);

template <>
float merge_tokens(const Merge<float>& merge, std::size_t begin, std::size_t end, float* merged) {
  return HWY_DYNAMIC_DISPATCH(merge_block_float)(merge, begin, end, merged);
}
template <>
float merge_tokens(const Merge<Bfloat16>& merge, std::size_t begin, std::size_t end, float* merged) {
  return HWY_DYNAMIC_DISPATCH(merge_block_bfloat16)(merge, begin, end, merged);
}

double weigh_tokens(std::span<const float> merged, float largest, float inverse_temperature) {
  return HWY_DYNAMIC_DISPATCH(weigh_block)(merged.data(), merged.size(), largest, inverse_temperature);
}

}  // namespace tandem::nbce
#endif
