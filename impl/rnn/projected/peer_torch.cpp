#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "impl/rnn/projected/peers.hpp"

namespace tandem::rnn::projected {
namespace {

/// What libtorch's parallel regions take, while the object lives.
class TorchThreads {
 public:
  explicit TorchThreads(int threads) : before_(at::get_num_threads()) { at::set_num_threads(threads); }
  ~TorchThreads() { at::set_num_threads(before_); }
  TorchThreads(const TorchThreads&) = delete;
  TorchThreads& operator=(const TorchThreads&) = delete;

 private:
  int before_;
};

/// libtorch takes no pointers to const, though it does not write to inputs.
at::Tensor view(const std::vector<float>& numbers, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(numbers.data()), shape, at::kFloat);
}

}  // namespace

void peer_torch(const ProjectedProblem<Tanh>& problem, Answer<>& answer, const Execution& execution) {
  require_shapes(problem, answer);
  if (answer.states.empty()) return;
  const TorchThreads threads(execution.team());
  const c10::InferenceMode inference;
  const auto d = static_cast<std::int64_t>(problem.hidden_size);
  const auto length = static_cast<std::int64_t>(problem.length);
  const auto inputs = static_cast<std::int64_t>(problem.projection.inputs);
  const std::vector<float> no_bias(problem.hidden_size);  // it takes two and adds them
  const std::vector<at::Tensor> parameters = {view(problem.projection.weights, {inputs, d}).t(),
                                              view(problem.weights, {d, d}), view(problem.projection.bias, {d}),
                                              view(no_bias, {d})};
  const auto [states, last] = at::rnn_tanh(view(problem.features, {length, 1, inputs}),
                                           view(problem.initial_state, {1, 1, d}), parameters, /*has_biases=*/true,
                                           /*num_layers=*/1, /*dropout=*/0, /*train=*/false, /*bidirectional=*/false,
                                           /*batch_first=*/false);
  const at::Tensor rows = states.contiguous();
  std::copy_n(rows.data_ptr<float>(), answer.states.size(), answer.states.begin());
}

}  // namespace tandem::rnn::projected
