#include <cstdint>

#include "impl/rnn/projected/peers.hpp"
#include "impl/support/torch/torch.hpp"

namespace tandem::rnn::projected {

void peer_torch(const ProjectedProblem<Tanh>& problem, Answer<>& answer, const Execution& execution) {
  require_shapes(problem, answer);
  if (answer.states.empty()) return;
  torch::operations().tanh_layer({.threads = execution.team(),
                                  .length = static_cast<std::int64_t>(problem.length),
                                  .inputs = static_cast<std::int64_t>(problem.projection.inputs),
                                  .width = static_cast<std::int64_t>(problem.hidden_size),
                                  .features = problem.features.data(),
                                  .projection = problem.projection.weights.data(),
                                  .bias = problem.projection.bias.data(),
                                  .weights = problem.weights.data(),
                                  .initial_state = problem.initial_state.data(),
                                  .states = answer.states.data()});
}

}  // namespace tandem::rnn::projected
