#include <algorithm>
#include <array>
#include <limits>

#include "impl/rnn/lac.hpp"
#include "impl/rnn/projected/projection.hpp"
#include "impl/rnn/rnn.hpp"

namespace tandem::rnn::lac {
namespace {

using Evaluate = void (*)(const rnn::Problem<Gru>&, rnn::Answer<>&, const Execution&);

/// Inputs and states of one direction. They are as large as a long text asks for, so they are made once.
struct Buffers {
  rnn::Problem<Gru> problem;
  rnn::Answer<> answer;
};

/// The projection of the embedding depends on the character alone, and a text has few distinct ones: each is projected
/// once, and its row copied to wherever the character stands.
class DistinctCharacters {
 public:
  DistinctCharacters(const Network& network, const std::vector<std::uint32_t>& characters)
      : inputs_(network.embedding_size), slots_(characters.size()) {
    constexpr auto none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> slot_of(network.character_count(), none);
    for (std::size_t t = 0; t < characters.size(); ++t) {
      std::uint32_t& slot = slot_of[characters[t]];
      if (slot == none) {
        slot = static_cast<std::uint32_t>(embedding_.size() / inputs_);
        const auto* row = network.embedding.data() + characters[t] * inputs_;
        embedding_.insert(embedding_.end(), row, row + inputs_);
      }
      slots_[t] = slot;
    }
  }

  /// One row per distinct character.
  std::vector<float> project(const Execution& execution, const Projection& projection) const {
    std::vector<float> table(embedding_.size() / inputs_ * projection.outputs);
    rnn::project(execution, projection, embedding_.data(), embedding_.size() / inputs_, table.data());
    return table;
  }

  std::size_t row_of(std::size_t character) const { return slots_[character]; }

 private:
  std::size_t inputs_;
  std::vector<float> embedding_;      ///< of the distinct characters
  std::vector<std::uint32_t> slots_;  ///< per character of the text: its row in embedding_
};

/// One direction of one layer: a sequence of steps, the first of which is the last character if it runs backward.
class Pass {
 public:
  Pass(const Problem& problem, Answer& answer, const DistinctCharacters& text, std::size_t layer, std::size_t direction,
       const Execution& execution)
      : projection_(problem.network->layers[layer][direction].projection),
        text_(text),
        below_(layer == 0 ? nullptr : &answer.states[layer - 1]),
        states_(answer.states[layer]),
        hidden_size_(problem.network->hidden_size),
        length_(problem.characters.size()),
        direction_(direction),
        execution_(execution) {
    if (below_ == nullptr) table_ = text.project(execution, projection_);
  }

  /// The GRU's inputs at steps [begin, begin + count).
  void read(std::size_t begin, std::size_t count, float* out) const {
    const std::size_t outputs = projection_.outputs;
    if (below_ == nullptr) {
      in_chunks(count, [&](std::size_t step) {
        const float* row = table_.data() + text_.row_of(character(begin + step)) * outputs;
        std::copy_n(row, outputs, out + step * outputs);
      });
    } else if (direction_ == 0) {
      project(execution_, projection_, below_->data() + begin * projection_.inputs, count, out);
    } else {
      for_each_chunk(execution_, count, projected_rows, [&](std::size_t from, std::size_t to) {
        const std::size_t inputs = projection_.inputs;
        std::vector<float> rows((to - from) * inputs);
        for (std::size_t step = from; step < to; ++step) {
          std::copy_n(below_->data() + character(begin + step) * inputs, inputs, rows.data() + (step - from) * inputs);
        }
        project_eigen(projection_, rows.data(), to - from, out + from * projection_.outputs);
      });
    }
  }

  /// Puts the GRU's states at steps [begin, begin + count) to the other direction's.
  void write(std::size_t begin, std::size_t count, const float* in) const {
    in_chunks(count, [&](std::size_t step) {
      std::copy_n(in + step * hidden_size_, hidden_size_,
                  states_.data() + (2 * character(begin + step) + direction_) * hidden_size_);
    });
  }

 private:
  std::size_t character(std::size_t step) const { return direction_ == 0 ? step : length_ - 1 - step; }

  template <class Body>
  void in_chunks(std::size_t count, Body body) const {
    for_each_chunk(execution_, count, projected_rows, [&](std::size_t from, std::size_t to) {
      for (std::size_t step = from; step < to; ++step) body(step);
    });
  }

  const Projection& projection_;
  const DistinctCharacters& text_;
  const std::vector<float>* below_;  ///< the states of the layer below; null for the first
  std::vector<float>& states_;
  std::size_t hidden_size_;
  std::size_t length_;
  std::size_t direction_;
  const Execution& execution_;
  std::vector<float> table_;  ///< the first layer's projections of the distinct characters
};

/// Chunks want the whole sequence.
constexpr std::size_t whole_sequence = std::numeric_limits<std::size_t>::max();

/// `directions` is how the two directions of a layer run, `steps` how the work within one, of which `evaluate` is the
/// GRU, for at most `block` steps at a time.
void run(const Problem& problem, Answer& answer, const Execution& directions, const Execution& steps, Evaluate evaluate,
         std::size_t block) {
  require_shapes(problem, answer);
  const Network& network = *problem.network;
  const std::size_t length = problem.characters.size();
  const std::size_t h = network.hidden_size;
  const DistinctCharacters text(network, problem.characters);
  std::array<Buffers, 2> buffers;
  const bool share_buffers = directions.scheduler == Scheduler::sequential;
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    for_each_chunk(directions, 2, 1, [&](std::size_t direction, std::size_t) {
      const Pass pass(problem, answer, text, layer, direction, steps);
      auto& [recurrent, states] = buffers[share_buffers ? 0 : direction];
      recurrent.hidden_size = h;
      recurrent.weights = network.layers[layer][direction].weights;
      recurrent.initial_state.assign(h, 0);
      for (std::size_t begin = 0; begin < length;) {
        const std::size_t count = std::min(block, length - begin);
        recurrent.input.resize(count * Gru::gates * h);
        states.states.resize(count * h);
        pass.read(begin, count, recurrent.input.data());
        evaluate(recurrent, states, steps);
        pass.write(begin, count, states.states.data());
        std::copy_n(states.states.end() - static_cast<std::ptrdiff_t>(h), h, recurrent.initial_state.begin());
        begin += count;
      }
    });
  }
  project(share_buffers ? steps : directions, network.emission, answer.states.back().data(), length,
          answer.emissions.data());
  best_tags_simd(network, answer.emissions, answer.tags);
}

}  // namespace

void sequential_simd(const Problem& problem, Answer& answer, const Execution&) { directions_simd(problem, answer, {}); }

void directions_simd(const Problem& problem, Answer& answer, const Execution& execution) {
  run(problem, answer, execution, {}, rnn::sequential_simd<Gru>, sequential_block);
}

void warm_start_simd(const Problem& problem, Answer& answer, const Execution& execution) {
  run(problem, answer, {}, execution, rnn::warm_start_simd<Gru>, whole_sequence);
}

}  // namespace tandem::rnn::lac
