// One stage of the model for some rows of a batch: everything between two points at which rows need each other.
#include <algorithm>
#include <cmath>

#include "impl/attention/kernels/few.hpp"
#include "impl/language_model/decoder/decoder.hpp"
#include "impl/support/denormals.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "impl/language_model/decoder/advance_simd.cpp"
#include <hwy/foreach_target.h>
// clang-format off: must come after foreach_target.h
#include <hwy/highway.h>
#include "impl/language_model/decoder/attention-inl.hpp"
#include "impl/language_model/decoder/product-inl.hpp"
// clang-format on

#ifndef TANDEM_LANGUAGE_MODEL_ADVANCE
#define TANDEM_LANGUAGE_MODEL_ADVANCE
namespace tandem::language_model::inference {

/// Memory of one thread, kept from call to call.
struct Scratch {
  Floats normalized;  ///< rows x padded(dim)
  Floats wide;        ///< rows x padded(hidden_dim or dim + 2 kv_dim)
  Floats queries;     ///< of one key head: rows x group x head_size
};

}  // namespace tandem::language_model::inference
#endif

HWY_BEFORE_NAMESPACE();
namespace tandem::language_model::inference::HWY_NAMESPACE {

/// The rows [begin, end) of one batch, and what they need.
class Block {
 public:
  Block(DecoderState& state, std::size_t begin, std::size_t end, Scratch& scratch)
      : state_(state),
        weights_(state.model.weights()),
        shape_(weights_.shape),
        scratch_(scratch),
        begin_(begin),
        rows_(end - begin),
        stride_(padded(shape_.dim)) {
    const std::size_t wide = std::max(padded(shape_.hidden_dim), padded(shape_.dim + 2 * shape_.kv_dim()));
    scratch_.normalized.resize(std::max(scratch_.normalized.size(), rows_ * stride_));
    scratch_.wide.resize(std::max(scratch_.wide.size(), rows_ * wide));
    scratch_.queries.resize(std::max(scratch_.queries.size(), rows_ * shape_.dim));
  }

  void embed() {
    for (std::size_t r = 0; r < rows_; ++r) {
      const auto token = static_cast<std::size_t>(state_.batch.tokens[begin_ + r]);
      std::copy_n(weights_.token_embedding.data() + token * shape_.dim, shape_.dim, h(r));
    }
  }

  void keys_and_values(std::size_t layer) {
    const Weights::Layer& weights = weights_.layers[layer];
    normalize_rows(weights.attention_norm);
    const std::size_t stride = padded(weights.query_key_value.rows);
    store(weights.query_key_value, scratch_.wide.data(), stride);
    // Scores are exponents of 2 from here on.
    const float scale = 1.44269504F / std::sqrt(static_cast<float>(shape_.head_size()));
    for_each_row([&](std::size_t r, std::size_t sequence, std::size_t position) HWY_ATTR {
      const float* row = scratch_.wide.data() + r * stride;
      const float* turns = state_.turns(position);
      const std::size_t head_size = shape_.head_size();
      for (std::size_t i = 0; i < shape_.dim; i += head_size) turn(row + i, turns, head_size, scale, query(r) + i);
      keep(layer, state_.caches[sequence], position, row + shape_.dim, turns);
    });
  }

  void attention(std::size_t layer) {
    for (const Segment& segment : state_.batch.segments) {
      const std::size_t first = std::max(segment.first_row, begin_);
      const std::size_t last = std::min(segment.first_row + segment.rows, begin_ + rows_);
      if (first >= last) continue;
      for (std::size_t head = 0; head < shape_.kv_heads; ++head) {
        attend_segment(layer, segment, first, last, head);
      }
    }
    add(weights_.layers[layer].output, scratch_.normalized.data(), stride_);
  }

  void feed_forward(std::size_t layer) {
    const D d;
    const Weights::Layer& weights = weights_.layers[layer];
    normalize_rows(weights.feed_forward_norm);
    const std::size_t stride = padded(shape_.hidden_dim);
    float* hidden = scratch_.wide.data();
    store(weights.gate, hidden, stride);
    multiply(scratch_.normalized.data(), stride_, rows_, weights.up,
             [&](std::size_t r, std::size_t place, V up) HWY_ATTR {
               float* to = hidden + r * stride + place;
               hn::Store(hn::Mul(silu(hn::Load(d, to)), up), d, to);
             });
    add(weights.down, hidden, stride);
  }

  void logits() {
    const D d;
    const std::size_t vocabulary = shape_.vocabulary;
    std::vector<float*> to;
    for (std::size_t r = 0; r < rows_; ++r) {
      const std::size_t row = state_.batch.logit_rows[begin_ + r];
      if (row == no_logits) continue;
      normalize(h(r), weights_.final_norm.data(), shape_.dim, scratch_.normalized.data() + to.size() * stride_);
      to.push_back(state_.batch.logits + row * vocabulary);
    }
    const float* x = scratch_.normalized.data();
    const float* panels = weights_.classifier.panels.data();
    const std::size_t whole = vocabulary / panel_rows;
    multiply(x, stride_, to.size(), panels, whole, shape_.dim,
             [&](std::size_t r, std::size_t place, V sum) HWY_ATTR { hn::StoreU(sum, d, to[r] + place); });
    float* part = scratch_.wide.data();
    multiply(x, stride_, to.size(), panels + whole * panel_rows * shape_.dim, panels_of(vocabulary) - whole, shape_.dim,
             [&](std::size_t r, std::size_t place, V sum)
                 HWY_ATTR { hn::Store(sum, d, part + r * panel_rows + place); });
    for (std::size_t r = 0; r < to.size(); ++r) {
      std::copy_n(part + r * panel_rows, vocabulary % panel_rows, to[r] + whole * panel_rows);
    }
  }

 private:
  float* h(std::size_t r) { return state_.batch.h.data() + (begin_ + r) * stride_; }
  float* query(std::size_t r) { return state_.batch.queries.data() + (begin_ + r) * stride_; }

  template <class Body>
  void for_each_row(const Body& body) {
    for (const Segment& segment : state_.batch.segments) {
      const std::size_t first = std::max(segment.first_row, begin_);
      const std::size_t last = std::min(segment.first_row + segment.rows, begin_ + rows_);
      for (std::size_t row = first; row < last; ++row) {
        body(row - begin_, segment.sequence, segment.first_position + row - segment.first_row);
      }
    }
  }

  void normalize_rows(const Floats& gain) {
    for (std::size_t r = 0; r < rows_; ++r) {
      normalize(h(r), gain.data(), shape_.dim, scratch_.normalized.data() + r * stride_);
    }
  }

  /// to = the product with the normalised rows.
  void store(const PackedMatrix& matrix, float* to, std::size_t stride) {
    const D d;
    multiply(scratch_.normalized.data(), stride_, rows_, matrix,
             [&](std::size_t r, std::size_t place, V sum) HWY_ATTR { hn::Store(sum, d, to + r * stride + place); });
  }

  /// h += the product with rows x.
  void add(const PackedMatrix& matrix, const float* x, std::size_t stride) {
    const D d;
    float* to = h(0);
    multiply(x, stride, rows_, matrix, [&](std::size_t r, std::size_t place, V sum) HWY_ATTR {
      float* at = to + r * stride_ + place;
      hn::Store(hn::Add(hn::Load(d, at), sum), d, at);
    });
  }

  /// Puts a row's keys, turned, and values into the cache.
  void keep(std::size_t layer, Cache& cache, std::size_t position, const float* key, const float* turns) {
    const std::size_t head_size = shape_.head_size();
    const std::size_t value_panels = panels_of(head_size);
    const float* value = key + shape_.kv_dim();
    float* turned = scratch_.queries.data();
    for (std::size_t head = 0; head < shape_.kv_heads; ++head) {
      const std::size_t index = layer * shape_.kv_heads + head;
      turn(key + head * head_size, turns, head_size, 1, turned);
      float* keys = cache.keys[index].data() + position / panel_rows * head_size * panel_rows + position % panel_rows;
      for (std::size_t i = 0; i < head_size; ++i) keys[i * panel_rows] = turned[i];
      for (std::size_t p = 0; p < value_panels; ++p) {
        const std::size_t count = std::min(panel_rows, head_size - p * panel_rows);
        std::copy_n(value + head * head_size + p * panel_rows, count,
                    cache.values[index * value_panels + p].data() + position * panel_rows);
      }
    }
  }

  /// The output of the queries of one key head, rows [first, last) of one segment, to scratch_.normalized.
  void attend_segment(std::size_t layer, const Segment& segment, std::size_t first, std::size_t last,
                      std::size_t head) {
    const std::size_t head_size = shape_.head_size();
    const std::size_t group = shape_.heads / shape_.kv_heads;
    const std::size_t place = head * group * head_size;
    float* queries = scratch_.queries.data();
    for (std::size_t row = first; row < last; ++row) {
      std::copy_n(query(row - begin_) + place, group * head_size, queries + (row - first) * group * head_size);
    }
    const Cache& cache = state_.caches[segment.sequence];
    const std::size_t index = layer * shape_.kv_heads + head;
    const std::size_t count = (last - first) * group;
    // A tile may begin between the queries of one position, where `group` does not divide it.
    for (std::size_t begin = 0; begin < count; begin += tile_rows) {
      const Queries tile{queries + begin * head_size, std::min(tile_rows, count - begin), begin, group,
                         segment.first_position + first - segment.first_row};
      attend(tile, cache.keys[index], cache.values.data() + index * panels_of(head_size), head_size,
             [&](std::size_t r) {
               const std::size_t query = begin + r;
               return scratch_.normalized.data() + (first - begin_ + query / group) * stride_ + place +
                      query % group * head_size;
             });
    }
  }

  DecoderState& state_;
  const Weights& weights_;
  const Shape& shape_;
  Scratch& scratch_;
  std::size_t begin_;
  std::size_t rows_;
  std::size_t stride_;
};

void advance(DecoderState& state, std::size_t stage, std::size_t begin, std::size_t end) {
  static thread_local Scratch scratch;
  Block block(state, begin, end, scratch);
  if (stage == 0) {
    block.embed();
  } else {
    block.attention(stage - 1);
    block.feed_forward(stage - 1);
  }
  if (stage < state.model.shape().layers) {
    block.keys_and_values(stage);
  } else {
    block.logits();
  }
}

}  // namespace tandem::language_model::inference::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tandem::language_model {
namespace inference {
HWY_EXPORT(advance);
}

void DecoderState::advance(std::size_t stage, std::size_t begin, std::size_t end) {
  using namespace inference;
  const DenormalsAreZero quick;
  HWY_DYNAMIC_DISPATCH(advance)(*this, stage, begin, end);
}

}  // namespace tandem::language_model
#endif
