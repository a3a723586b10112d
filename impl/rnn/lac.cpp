#include <algorithm>
#include <array>
#include <limits>

#include "impl/rnn/projection.hpp"
#include "impl/rnn/rnn.hpp"
#include "impl/rnn/rnn_lac.hpp"

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

  template <class Scheduler>
  void project(const Execution& execution, const Projection& projection, bool backward, float* out) const {
    std::vector<float> table(embedding_.size() / inputs_ * projection.outputs);
    rnn::project<Scheduler>(execution, projection, embedding_.data(), embedding_.size() / inputs_, table.data());
    const std::size_t length = slots_.size();
    Scheduler::for_each_chunk(execution, length, projected_rows, [&](std::size_t begin, std::size_t end) {
      for (std::size_t step = begin; step < end; ++step) {
        const std::size_t slot = slots_[backward ? length - 1 - step : step];
        std::copy_n(table.data() + slot * projection.outputs, projection.outputs, out + step * projection.outputs);
      }
    });
  }

 private:
  std::size_t inputs_;
  std::vector<float> embedding_;      ///< of the distinct characters
  std::vector<std::uint32_t> slots_;  ///< per character of the text: its row in embedding_
};

/// The states of the layer below, projected in the order of the direction.
template <class Scheduler>
void project_states(const Execution& execution, const Projection& projection, const std::vector<float>& states,
                    bool backward, float* out) {
  const std::size_t inputs = projection.inputs;
  const std::size_t length = states.size() / inputs;
  if (!backward) return rnn::project<Scheduler>(execution, projection, states.data(), length, out);
  Scheduler::for_each_chunk(execution, length, projected_rows, [&](std::size_t begin, std::size_t end) {
    std::vector<float> reversed((end - begin) * inputs);
    for (std::size_t step = begin; step < end; ++step) {
      std::copy_n(states.data() + (length - 1 - step) * inputs, inputs, reversed.data() + (step - begin) * inputs);
    }
    project_eigen(projection, reversed.data(), end - begin, out + begin * projection.outputs);
  });
}

template <class Scheduler>
void store_states(const Execution& execution, const std::vector<float>& states, std::size_t hidden_size, bool backward,
                  std::vector<float>& layer) {
  const std::size_t length = states.size() / hidden_size;
  Scheduler::for_each_chunk(execution, length, projected_rows, [&](std::size_t begin, std::size_t end) {
    for (std::size_t step = begin; step < end; ++step) {
      const std::size_t t = backward ? length - 1 - step : step;
      std::copy_n(states.data() + step * hidden_size, hidden_size,
                  layer.data() + (2 * t + (backward ? 1 : 0)) * hidden_size);
    }
  });
}

/// `Directions` schedules the two directions of a layer, `Steps` the work within one, of which `evaluate` is the GRU.
template <class Directions, class Steps>
void run(const Problem& problem, Answer& answer, const Execution& execution, Evaluate evaluate) {
  require_shapes(problem, answer);
  const Network& network = *problem.network;
  const std::size_t length = problem.characters.size();
  const std::size_t h = network.hidden_size;
  const DistinctCharacters text(network, problem.characters);
  std::array<Buffers, 2> buffers;
  constexpr bool share_buffers = std::is_same_v<Directions, Sequential>;
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    Directions::for_each_chunk(execution, 2, 1, [&](std::size_t direction, std::size_t) {
      const Direction& gru = network.layers[layer][direction];
      const bool backward = direction == 1;
      auto& [recurrent, states] = buffers[share_buffers ? 0 : direction];
      recurrent.hidden_size = h;
      recurrent.weights = gru.weights;
      recurrent.initial_state.assign(h, 0);
      recurrent.input.resize(length * Gru::gates * h);
      states.states.resize(length * h);
      if (layer == 0) {
        text.project<Steps>(execution, gru.projection, backward, recurrent.input.data());
      } else {
        project_states<Steps>(execution, gru.projection, answer.states[layer - 1], backward, recurrent.input.data());
      }
      evaluate(recurrent, states, execution);
      store_states<Steps>(execution, states.states, h, backward, answer.states[layer]);
    });
  }
  using Rows = std::conditional_t<share_buffers, Steps, Directions>;
  project<Rows>(execution, network.emission, answer.states.back().data(), length, answer.emissions.data());
  best_tags_simd(network, answer.emissions, answer.tags);
}

constexpr std::array all_variants = {
    Variant{"reference", [](const Problem& problem, Answer& answer, const Execution&) { reference(problem, answer); }},
    Variant{"sequential_simd", sequential_simd},
    Variant{"directions_simd_omp", directions_simd_omp},
    Variant{"directions_simd_tbb", directions_simd_tbb},
    Variant{"warm_start_simd", warm_start_simd},
    Variant{"warm_start_simd_omp", warm_start_simd_omp},
    Variant{"warm_start_simd_tbb", warm_start_simd_tbb},
};

}  // namespace

void sequential_simd(const Problem& problem, Answer& answer, const Execution& execution) {
  run<Sequential, Sequential>(problem, answer, execution, rnn::sequential_simd<Gru>);
}

void directions_simd_omp(const Problem& problem, Answer& answer, const Execution& execution) {
  run<OpenMp, Sequential>(problem, answer, execution, rnn::sequential_simd<Gru>);
}

void directions_simd_tbb(const Problem& problem, Answer& answer, const Execution& execution) {
  run<OneTbb, Sequential>(problem, answer, execution, rnn::sequential_simd<Gru>);
}

void warm_start_simd(const Problem& problem, Answer& answer, const Execution& execution) {
  run<Sequential, Sequential>(problem, answer, execution, rnn::warm_start_simd<Gru>);
}

void warm_start_simd_omp(const Problem& problem, Answer& answer, const Execution& execution) {
  run<Sequential, OpenMp>(problem, answer, execution, rnn::warm_start_simd_omp<Gru>);
}

void warm_start_simd_tbb(const Problem& problem, Answer& answer, const Execution& execution) {
  run<Sequential, OneTbb>(problem, answer, execution, rnn::warm_start_simd_tbb<Gru>);
}

std::span<const Variant> variants() { return all_variants; }

}  // namespace tandem::rnn::lac
