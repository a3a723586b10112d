// What the parts of the Decoder share.
#pragma once

#include <cstddef>
#include <vector>

#include "impl/language_model/decoder/weights.hpp"
#include "impl/language_model/language_model.hpp"

namespace tandem::language_model {

/// Keys and values of one sequence. For every layer and key head: keys in panels of 16 positions, [head_size][16] each,
/// so that scores are a product with a packed matrix; values in panels of 16 numbers of the head, [position][16] each.
struct Cache {
  std::size_t length = 0;
  std::size_t capacity = 0;      ///< positions with room, a multiple of panel_rows
  std::vector<Floats> keys{};    ///< layers x kv_heads
  std::vector<Floats> values{};  ///< layers x kv_heads x panels_of(head_size)
};

/// Neighbouring rows of a batch that belong to one sequence, in the order of their positions.
struct Segment {
  std::size_t sequence = 0;
  std::size_t first_row = 0;
  std::size_t rows = 0;
  std::size_t first_position = 0;
};

inline constexpr std::size_t no_logits = static_cast<std::size_t>(-1);

/// Rows that go through a stage together: the left side of a product and a panel fit the first cache.
inline constexpr std::size_t largest_block = 48;

/// Positions that attention looks at together.
inline constexpr std::size_t stretch = 128;

/// Tokens on their way through the model, one row each.
struct Batch {
  std::vector<Segment> segments{};
  std::vector<Token> tokens{};
  std::vector<std::size_t> logit_rows{};  ///< row of `logits`, or no_logits
  float* logits = nullptr;
  Floats h{};        ///< rows x padded(dim)
  Floats queries{};  ///< rows x padded(dim), turned and scaled for exp2

  void begin(std::span<float> to) {
    segments.clear();
    tokens.clear();
    logit_rows.clear();
    logits = to.data();
  }
};

struct DecoderState {
  PackedModel model;
  Execution execution;
  std::vector<Cache> caches;
  Batch batch{};
  Floats later_turns{};  ///< of the positions beyond those in the weights

  const float* turns(std::size_t position) const {
    const Floats& first = model.weights().turns;
    const std::size_t size = 2 * model.shape().head_size();
    const std::size_t begin = position * size;
    return begin < first.size() ? first.data() + begin : later_turns.data() + (begin - first.size());
  }

  void reserve(std::size_t sequence, std::size_t length);
  void append(Segment segment, std::span<const Token> tokens);
  void run();

  /// Takes the rows [begin, end) of the batch through the second half of layer stage - 1, and the first half of layer
  /// `stage` up to its keys and values (stage = layers: to the logits). What stage 0 begins with is the embedding.
  void advance(std::size_t stage, std::size_t begin, std::size_t end);
};

}  // namespace tandem::language_model
