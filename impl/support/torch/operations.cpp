// The one file that knows libtorch's interface.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <optional>
#include <stdexcept>
#include <tuple>
#include <vector>

#include "impl/support/torch/torch.hpp"

namespace tandem::torch {
namespace {

/// What libtorch's parallel regions take, while the object lives.
class Threads {
 public:
  explicit Threads(int threads) : before_(at::get_num_threads()) { at::set_num_threads(threads); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_;
};

/// libtorch takes no pointers to const, though it does not write to inputs.
at::Tensor view(const float* numbers, at::IntArrayRef shape) {
  return at::from_blob(const_cast<float*>(numbers), shape, at::kFloat);
}
at::Tensor view(const float* numbers, at::IntArrayRef shape, at::IntArrayRef strides) {
  return at::from_blob(const_cast<float*>(numbers), shape, strides, at::kFloat);
}

/// Version 1 has no such operation.
template <class Tensor>
Tensor attended(const Tensor& queries, const Tensor& keys, const Tensor& values, const std::optional<Tensor>& mask,
                const Attention& attention) {
  constexpr double dropout = 0;
  if constexpr (requires { scaled_dot_product_attention(queries, keys, values, mask, dropout, true, 1.0); }) {
    return scaled_dot_product_attention(queries, keys, values, mask, dropout, attention.stops_at_diagonal,
                                        attention.scale);
  } else {
    throw std::logic_error("this libtorch has no attention");
  }
}

void attend(const Attention& a) {
  const Threads threads(a.threads);
  const c10::InferenceMode inference;
  const auto rows = [&](const float* first) {
    return view(first, {a.batches, a.heads, a.queries, a.width},
                {a.heads * a.head_queries * a.width, a.head_queries * a.width, a.width, 1});
  };
  const auto shared = [&](const float* first) {  // by the heads of a batch, which lie no step apart
    return view(first, {a.batches, a.heads, a.keys, a.width}, {a.batch_keys * a.width, 0, a.width, 1});
  };
  const std::optional<at::Tensor> mask =
      a.mask == nullptr ? std::nullopt : std::optional(view(a.mask, {a.queries, a.keys}));
  rows(a.output).copy_(attended(rows(a.query), shared(a.key), shared(a.value), mask, a));
}

void tanh_layer(const TanhLayer& layer) {
  const Threads threads(layer.threads);
  const c10::InferenceMode inference;
  const auto d = layer.width;
  const std::vector<at::Tensor> parameters = {view(layer.projection, {layer.inputs, d}).t(),
                                              view(layer.weights, {d, d}), view(layer.bias, {d}),
                                              at::zeros({d}, at::kFloat)};  // it takes two and adds them
  const auto [states, last] =
      at::rnn_tanh(view(layer.features, {layer.length, 1, layer.inputs}), view(layer.initial_state, {1, 1, d}),
                   parameters, /*has_biases=*/true, /*num_layers=*/1, /*dropout=*/0, /*train=*/false,
                   /*bidirectional=*/false, /*batch_first=*/false);
  view(layer.states, {layer.length, 1, d}).copy_(states);
}

}  // namespace
}  // namespace tandem::torch

extern "C" {
extern const tandem::torch::Operations tandem_torch_operations;
const tandem::torch::Operations tandem_torch_operations = {tandem::torch::attend, tandem::torch::tanh_layer};
}
