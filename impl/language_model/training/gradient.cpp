#include "impl/language_model/training/gradient.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>

#include "impl/support/parallel.hpp"

namespace tandem::language_model {

SequenceWorkspace::SequenceWorkspace(const Shape& shape, std::size_t longest) : length(longest) {
  const std::size_t dim = length * shape.dim;
  const std::size_t kv_dim = length * shape.kv_dim();
  const std::size_t hidden = length * shape.hidden_dim;
  const std::size_t layers = shape.layers;
  const std::size_t block = std::min(query_block, length) * length;
  const std::size_t pairs = shape.head_size() / 2;
  struct Part {
    float*& place;
    std::size_t size;
  };
  const Part parts[] = {{input, (layers + 1) * dim},
                        {attention_input, layers * dim},
                        {query, layers * dim},
                        {key, layers * kv_dim},
                        {value, layers * kv_dim},
                        {mixed, layers * dim},
                        {middle, layers * dim},
                        {feed_forward_input, layers * dim},
                        {gate, layers * hidden},
                        {up, layers * hidden},
                        {product, layers * hidden},
                        {log_sums, layers * shape.heads * length},
                        {output, dim},
                        {logits, length * shape.vocabulary},
                        {losses, length},
                        {hits, length},
                        {h_gradient, dim},
                        {norm_gradient, dim},
                        {mixed_gradient, dim},
                        {query_gradient, dim},
                        {key_gradient, kv_dim},
                        {value_gradient, kv_dim},
                        {product_gradient, hidden},
                        {scores, block},
                        {scores_gradient, block},
                        {query_rotation.cosine, length * pairs},
                        {query_rotation.sine, length * pairs},
                        {key_rotation.cosine, length * pairs},
                        {key_rotation.sine, length * pairs},
                        {score_factors, length},
                        {score_addends, shape.heads * length}};
  const auto aligned = [](std::size_t size) { return (size + 31) / 32 * 32; };  // whole cache lines, two by two
  std::size_t total = 0;
  for (const Part& part : parts) total += aligned(part.size);
  memory = hwy::AllocateAligned<float>(total);
  if (!memory) throw std::bad_alloc();
  float* next = memory.get();
  for (const Part& part : parts) {
    part.place = next;
    next += aligned(part.size);
  }
  fill_tables(shape);
}

void SequenceWorkspace::fill_tables(const Shape& shape) {
  const Variation& variation = shape.variation;
  const std::size_t pairs = shape.head_size() / 2;
  const float root = 1 / std::sqrt(static_cast<float>(shape.head_size()));
  for (std::size_t t = 0; t < length; ++t) {
    // From the middle, so that neither half of decay^(t - s) leaves the range of float before the other.
    const double power = std::pow(variation.decay, static_cast<double>(t) - static_cast<double>(length / 2));
    for (std::size_t i = 0; i < pairs; ++i) {
      const double exponent = -2 * static_cast<double>(i) / static_cast<double>(shape.head_size());
      const double angle = variation.rope ? static_cast<double>(t) * std::pow(10000.0, exponent) : 0;
      query_rotation.cosine[t * pairs + i] = static_cast<float>(power * std::cos(angle));
      query_rotation.sine[t * pairs + i] = static_cast<float>(power * std::sin(angle));
      key_rotation.cosine[t * pairs + i] = static_cast<float>(std::cos(angle) / power);
      key_rotation.sine[t * pairs + i] = static_cast<float>(std::sin(angle) / power);
    }
    const std::size_t seen = variation.window > 0 ? std::min(variation.window, t + 1) : t + 1;
    score_factors[t] = root * static_cast<float>(attention::scale_factor(variation.scaling, seen));
    for (std::size_t head = 0; head < shape.heads; ++head) {
      score_addends[head * length + t] = static_cast<float>(
          attention::relative_bias(variation.relative, {.heads = shape.heads, .width = shape.head_size()}, head,
                                   static_cast<double>(length - 1 - t)));
    }
  }
}

void require_valid(const TrainingBatch& batch) {
  require_valid(batch.model, batch.tokens);
  if (batch.sequences > 0 && batch.length == 0) throw std::invalid_argument("a loss needs at least two tokens");
  if (batch.tokens.size() != batch.sequences * (batch.length + 1)) {
    throw std::invalid_argument("the batch has " + std::to_string(batch.tokens.size()) + " tokens, not " +
                                std::to_string(batch.sequences * (batch.length + 1)));
  }
  if (batch.targets.empty()) return;
  require_targets(batch.targets, batch.sequences * batch.length, batch.model.shape.vocabulary);
}

const Token* targets_of(const TrainingBatch& batch, std::size_t sequence) {
  return batch.targets.empty() ? batch.tokens.data() + sequence * (batch.length + 1) + 1
                               : batch.targets.data() + sequence * batch.length;
}

BatchGradient::BatchGradient(const Shape& shape, std::size_t sequences, std::size_t length)
    : shape_(shape), layout_(shape), length_(length), losses_(sequences) {
  for (std::size_t i = 0; i < sequences; ++i) {
    gradients_.push_back(hwy::AllocateAligned<float>(layout_.size));
    if (!gradients_.back()) throw std::bad_alloc();
  }
}

std::unique_ptr<SequenceWorkspace> BatchGradient::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      auto workspace = std::move(idle_.back());
      idle_.pop_back();
      return workspace;
    }
  }
  return std::make_unique<SequenceWorkspace>(shape_, length_);
}

void BatchGradient::give_back(std::unique_ptr<SequenceWorkspace> workspace) {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(workspace));
}

void BatchGradient::run(const TrainingBatch& batch, TrainingAnswer& answer, const Execution& execution) {
  const std::size_t length = batch.length;
  for_each_chunk(execution, batch.sequences, 1, [&](std::size_t sequence, std::size_t) {
    auto workspace = take();
    sequence_passes(shape_, layout_, batch.model.parameters.data(), batch.tokens.data() + sequence * (length + 1),
                    targets_of(batch, sequence), length, *workspace, gradients_[sequence].get());
    const auto counted = std::count_if(targets_of(batch, sequence), targets_of(batch, sequence) + length,
                                       [](Token target) { return target >= 0; });
    losses_[sequence] = std::accumulate(workspace->losses, workspace->losses + length, 0.0) /
                        static_cast<double>(std::max<std::ptrdiff_t>(1, counted));
    give_back(std::move(workspace));
  });
  answer.loss = std::accumulate(losses_.begin(), losses_.begin() + static_cast<std::ptrdiff_t>(batch.sequences), 0.0) /
                static_cast<double>(std::max<std::size_t>(1, batch.sequences));

  constexpr std::size_t grain = std::size_t{1} << 14;
  const float share = 1 / static_cast<float>(std::max<std::size_t>(1, batch.sequences));
  for_each_chunk(execution, layout_.size, grain, [&](std::size_t begin, std::size_t end) {
    float* sum = answer.gradient.data();
    std::fill(sum + begin, sum + end, 0.0F);
    for (std::size_t sequence = 0; sequence < batch.sequences; ++sequence) {
      const float* one = gradients_[sequence].get();
      for (std::size_t i = begin; i < end; ++i) sum[i] += share * one[i];
    }
  });
}

void training_eigen(const TrainingBatch& batch, TrainingAnswer& answer, const Execution& execution) {
  require_valid(batch);
  if (answer.gradient.size() != batch.model.parameters.size()) {
    throw std::invalid_argument("there is room for " + std::to_string(answer.gradient.size()) +
                                " numbers of the gradient, not " + std::to_string(batch.model.parameters.size()));
  }
  BatchGradient(batch.model.shape, batch.sequences, batch.length).run(batch, answer, execution);
}

Predictions predictions(const TrainingBatch& batch, const Execution& execution) {
  require_valid(batch);
  const Layout layout(batch.model.shape);
  Predictions all{std::vector<float>(batch.sequences * batch.length),
                  std::vector<float>(batch.sequences * batch.length)};
  // Few sequences per chunk and a workspace for each: nothing beside the passes.
  for_each_chunk(execution, batch.sequences, 8, [&](std::size_t begin, std::size_t end) {
    const SequenceWorkspace workspace(batch.model.shape, batch.length);
    for (std::size_t sequence = begin; sequence < end; ++sequence) {
      sequence_passes(batch.model.shape, layout, batch.model.parameters.data(),
                      batch.tokens.data() + sequence * (batch.length + 1), targets_of(batch, sequence), batch.length,
                      workspace, nullptr);
      std::copy_n(workspace.losses, batch.length, all.losses.data() + sequence * batch.length);
      std::copy_n(workspace.hits, batch.length, all.hits.data() + sequence * batch.length);
    }
  });
  return all;
}

}  // namespace tandem::language_model
