#include <algorithm>
#include <functional>
#include <oneapi/dnnl/dnnl.hpp>
#include <span>
#include <type_traits>
#include <vector>

#include "impl/rnn/projected/peers.hpp"
#include "impl/support/onednn.hpp"

namespace tandem::rnn::projected {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

memory::desc floats(const memory::dims& dimensions, Tag tag) { return {dimensions, memory::data_type::f32, tag}; }

/// oneDNN takes no pointers to const, though it does not write to inputs.
memory view(const memory::desc& desc, const dnnl::engine& engine, const std::vector<float>& numbers) {
  return {desc, engine, const_cast<float*>(numbers.data())};
}

/// As many of the threads as oneDNN can take. With one sequence, version 3.7 divides the blocks of 16 or 32 channels of
/// a tanh layer among them, and divides by zero where that leaves a rest.
int threads_without_rest(int threads, std::size_t channels) {
  while ((channels + 31) / 32 % threads != 0 || (channels + 15) / 16 % threads != 0) --threads;
  return threads;
}

/// The recurrent weights with the channel that they come from first: from x gates x to. oneDNN would take them as they
/// are, but the reorder of version 3.7 puts some sizes in wrong places (one gate, 8 or 13 channels, AVX-512).
std::vector<float> by_source(const std::vector<float>& weights, std::size_t gates, std::size_t channels) {
  std::vector<float> result(weights.size());
  for (std::size_t row = 0; row < gates * channels; ++row) {
    for (std::size_t from = 0; from < channels; ++from) {
      result[from * gates * channels + row] = weights[row * channels + from];
    }
  }
  return result;
}

/// The layout that the primitive asked for.
memory packed(memory given, const memory::desc& wanted, const dnnl::engine& engine, dnnl::stream& stream) {
  if (given.get_desc() == wanted) return given;
  memory result(wanted, engine);
  dnnl::reorder(given, result).execute(stream, given, result);
  return result;
}

template <class Primitive>
void execute(const typename Primitive::primitive_desc& description, const dnnl::engine& engine, memory source,
             memory initial, memory projection, memory weights, memory bias, memory states) {
  dnnl::stream stream(engine);
  Primitive(description)
      .execute(stream, {{DNNL_ARG_SRC_LAYER, source},
                        {DNNL_ARG_SRC_ITER, initial},
                        {DNNL_ARG_WEIGHTS_LAYER, packed(projection, description.weights_layer_desc(), engine, stream)},
                        {DNNL_ARG_WEIGHTS_ITER, packed(weights, description.weights_iter_desc(), engine, stream)},
                        {DNNL_ARG_BIAS, bias},
                        {DNNL_ARG_DST_LAYER, states}});
  stream.wait();
}

}  // namespace

template <class Cell>
void peer_onednn(const ProjectedProblem<Cell>& problem, Answer<>& answer, const Execution& execution) {
  require_shapes(problem, answer);
  if (answer.states.empty()) return;
  const bool any_number = DNNL_VERSION_MAJOR < 3 || std::is_same_v<Cell, Gru>;
  const onednn::OpenMpThreads threads(any_number ? execution.team()
                                                 : threads_without_rest(execution.team(), problem.hidden_size));
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  const auto d = static_cast<memory::dim>(problem.hidden_size);
  const auto length = static_cast<memory::dim>(problem.length);
  const auto inputs = static_cast<memory::dim>(problem.projection.inputs);
  constexpr auto gates = static_cast<memory::dim>(Cell::gates);

  // oneDNN's first gate is 1 - z = s(-(W_z x + u_z)): the same with all signs of that gate changed.
  std::vector<float> projection = problem.projection.weights;
  std::vector<float> bias = problem.projection.bias;
  std::vector<float> weights = by_source(problem.weights, Cell::gates, problem.hidden_size);
  if constexpr (std::is_same_v<Cell, Gru>) {
    for (std::vector<float>* const rows_of_gates : {&projection, &weights, &bias}) {
      for (std::size_t row = 0; row < rows_of_gates->size(); row += 3 * problem.hidden_size) {
        const auto first_gate = std::span(*rows_of_gates).subspan(row, problem.hidden_size);
        std::ranges::transform(first_gate, first_gate.begin(), std::negate());
      }
    }
  }

  const memory::desc source = floats({length, 1, inputs}, Tag::tnc);
  const memory::desc initial = floats({1, 1, 1, d}, Tag::ldnc);
  const memory::desc any_projection = floats({1, 1, inputs, gates, d}, Tag::any);
  const memory::desc any_weights = floats({1, 1, d, gates, d}, Tag::any);
  const memory::desc biases = floats({1, 1, gates, d}, Tag::ldgo);
  const memory::desc states = floats({length, 1, d}, Tag::tnc);
  constexpr auto forward = dnnl::prop_kind::forward_inference;
  constexpr auto direction = dnnl::rnn_direction::unidirectional_left2right;
  const auto run = [&]<class Primitive>(const auto&... operation) {
    execute<Primitive>(onednn::described<Primitive>(engine, forward, operation..., direction, source, initial,
                                                    any_projection, any_weights, biases, states, memory::desc()),
                       engine, view(source, engine, problem.features), view(initial, engine, problem.initial_state),
                       view(floats({1, 1, inputs, gates, d}, Tag::ldigo), engine, projection),
                       view(floats({1, 1, d, gates, d}, Tag::ldigo), engine, weights), view(biases, engine, bias),
                       view(states, engine, answer.states));
  };
  if constexpr (std::is_same_v<Cell, Gru>) {
    run.template operator()<dnnl::gru_forward>();
  } else {
    run.template operator()<dnnl::vanilla_rnn_forward>(dnnl::algorithm::eltwise_tanh);
  }
}

template void peer_onednn(const ProjectedProblem<Tanh>&, Answer<>&, const Execution&);
template void peer_onednn(const ProjectedProblem<Gru>&, Answer<>&, const Execution&);

}  // namespace tandem::rnn::projected
