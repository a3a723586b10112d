// Causal attention with streaming softmax (Milakov and Gimelshein, arXiv 1805.02867; Dao et al., arXiv 2205.14135):
// 128 positions at a time, a running maximum and sum for every query, nothing of the size of the score matrix. The
// exponentials are those of impl/attention; products are not, because a token's numbers must be the same bits in a
// prompt and alone, and keys lie in the cache as products with packed matrices want them. Included by foreach_target
// files, after product-inl.hpp.
#if defined(TANDEM_LANGUAGE_MODEL_DECODER_ATTENTION_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef TANDEM_LANGUAGE_MODEL_DECODER_ATTENTION_INL_HPP
#undef TANDEM_LANGUAGE_MODEL_DECODER_ATTENTION_INL_HPP
#else
#define TANDEM_LANGUAGE_MODEL_DECODER_ATTENTION_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "impl/attention/kernels/few-inl.hpp"
#include "impl/language_model/decoder/decoder.hpp"
#include "impl/language_model/decoder/product-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace tandem::language_model::inference::HWY_NAMESPACE {

/// A tile of the queries of one key head. Those of one position are neighbours.
struct Queries {
  const float* numbers;  ///< count x head_size, scaled for exp2
  std::size_t count;     ///< at most tile_rows
  std::size_t before;    ///< queries of the block before the tile
  std::size_t group;     ///< queries of one position
  std::size_t first_position;

  std::size_t position(std::size_t i) const { return first_position + (before + i) / group; }
};

/// out: for query i the head's output at out(i), head_size numbers. keys: panels of 16 positions; values: the panels of
/// the head, one vector each.
template <class Out>
void attend(const Queries& queries, const Floats& keys, const Floats* values, std::size_t head_size, const Out& out) {
  const D d;
  const std::size_t value_panels = panels_of(head_size);
  HWY_ALIGN float scores[tile_rows * stretch];
  attention::Sums summed[tile_rows];
  float factor[tile_rows];
  static thread_local Floats sums;  // queries x padded head
  sums.assign(queries.count * value_panels * panel_rows, 0);

  const std::size_t length = queries.position(queries.count - 1) + 1;
  for (std::size_t begin = 0; begin < length; begin += stretch) {
    const std::size_t count = std::min(stretch, length - begin);
    multiply(queries.numbers, head_size, queries.count, keys.data() + begin * head_size, panels_of(count), head_size,
             [&](std::size_t r, std::size_t place, V score)
                 HWY_ATTR { hn::Store(score, d, scores + r * stretch + place); });
    for (std::size_t r = 0; r < queries.count; ++r) {
      const std::size_t end = queries.position(r) + 1;
      const std::size_t known = end > begin ? end - begin : 0;
      float* row = scores + r * stretch;
      factor[r] = attention::HWY_NAMESPACE::few_weights(row, std::min(known, count), summed[r]);
      if (known < count) std::fill(row + known, row + count, 0.0F);
    }
    for (std::size_t p = 0; p < value_panels; ++p) {
      float* panel_sums = sums.data() + p * queries.count * panel_rows;
      multiply(scores, stretch, queries.count, values[p].data() + begin * panel_rows, 1, count,
               [&](std::size_t r, std::size_t place, V sum) HWY_ATTR {
                 float* to = panel_sums + r * panel_rows + place;
                 hn::Store(hn::MulAdd(hn::Load(d, to), hn::Set(d, factor[r]), sum), d, to);
               });
    }
  }
  for (std::size_t r = 0; r < queries.count; ++r) {
    float* to = out(r);
    for (std::size_t p = 0; p < value_panels; ++p) {
      const float* panel_sums = sums.data() + (p * queries.count + r) * panel_rows;
      const std::size_t size = std::min(panel_rows, head_size - p * panel_rows);
      for (std::size_t i = 0; i < size; ++i) to[p * panel_rows + i] = panel_sums[i] / summed[r].total;
    }
  }
}

}  // namespace tandem::language_model::inference::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
