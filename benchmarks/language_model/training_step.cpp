// language_model_training_step: the loss of a batch of sequences and its gradient, which is all of a training step but
// the update of the parameters (AdamW: one pass over them).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/suite/hash.hpp"
#include "benchmarks/suite/registry.hpp"
#include "impl/language_model/training/training.hpp"
#include "problems/language_model/training.hpp"

namespace tandem::language_model {
namespace {

using Batch = TrainingBatch;
using Gradient = TrainingAnswer;

/// A tensor's numbers in one layer, or in all.
using Tensor = suite::Part;

std::span<const float> of(const Tensor& tensor, const std::vector<float>& numbers) {
  return std::span(numbers).subspan(tensor.begin, tensor.size);
}

std::vector<Tensor> tensors(const Shape& shape) {
  const Layout layout(shape);
  const std::pair<const char*, std::size_t> begins[] = {{"embedding", layout.token_embedding},
                                                        {"attention norm", layout.attention_norm},
                                                        {"query", layout.query},
                                                        {"key", layout.key},
                                                        {"value", layout.value},
                                                        {"output", layout.output},
                                                        {"feed-forward norm", layout.feed_forward_norm},
                                                        {"gate", layout.gate},
                                                        {"down", layout.down},
                                                        {"up", layout.up},
                                                        {"final norm", layout.final_norm},
                                                        {"classifier", layout.final_norm + shape.dim},
                                                        {"query bias", layout.query_bias},
                                                        {"key bias", layout.key_bias},
                                                        {"value bias", layout.value_bias}};
  std::vector<Tensor> all;
  for (std::size_t i = 0; i < std::size(begins); ++i) {
    const std::size_t end = i + 1 < std::size(begins) ? begins[i + 1].second : layout.size;
    all.push_back({begins[i].first, begins[i].second, end - begins[i].second});
  }
  return all;
}

void run_reference(const Batch& batch, Gradient& answer, const Execution&) {
  require_valid(batch);
  std::vector<double> sum(answer.gradient.size());
  std::vector<double> one;
  const double share = 1 / std::max(1.0, static_cast<double>(batch.sequences));
  answer.loss = 0;
  for (std::size_t sequence = 0; sequence < batch.sequences; ++sequence) {
    const std::size_t size = batch.length + 1;
    const auto tokens = std::span(batch.tokens).subspan(sequence * size, size);
    const std::span targets(batch.targets);
    answer.loss +=
        share * reference_loss(batch.model, tokens, one,
                               targets.empty() ? targets : targets.subspan(sequence * batch.length, batch.length));
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += share * one[i];
  }
  std::ranges::copy(sum, answer.gradient.begin());
}

/// A number goes through at most 9 products per layer there and back, and 2 at the ends. A product of k terms, summed
/// in float, is off by about sqrt(k) u of its size, u = 6e-8, independently of the others; the normalised layers pass
/// such an error on at about its size, for which, and for what lies between the products, a factor 4 is left.
double tolerance(const Batch& batch) {
  const Shape& shape = batch.model.shape;
  const std::size_t terms = std::max({shape.dim, shape.hidden_dim, shape.vocabulary, batch.length});
  const auto products = static_cast<double>(18 * shape.layers + 2);
  return 4 * 6e-8 * std::sqrt(products * static_cast<double>(terms));
}

double length_of(std::span<const float> numbers) {
  return std::sqrt(std::transform_reduce(numbers.begin(), numbers.end(), 0.0, std::plus{},
                                         [](float number) { return static_cast<double>(number) * number; }));
}

/// Every tensor's gradient as a vector. The gradients of queries and keys are differences that may cancel, to 0 where a
/// token sees nothing but itself: a hundredth of the whole gradient's length always counts as size.
void describe(const Batch& batch, suite::Fields<Gradient>& fields) {
  fields.relative("loss", &Gradient::loss, {}, tolerance(batch),
                  [](const Gradient& right) { return std::max(1.0, right.loss); });
  fields.relative_length("gradient", &Gradient::gradient, batch.model.parameters.size(), tolerance(batch),
                         tensors(batch.model.shape), [](const Gradient& right, const Tensor& tensor) {
                           return length_of(of(tensor, right.gradient)) + 0.01 * length_of(right.gradient);
                         });
}

/// The loss does not change where one tensor of a layer is multiplied by c and what undoes it divided: gains and the
/// matrices behind them, up and down, values and output, queries and keys, with their biases. So the sums over weight
/// times gradient of both are equal. Wrong gradients have no reason to obey. A norm behind a sum and a tied bias do not
/// undo each other.
std::optional<std::string> certificate(const Batch& batch, const Gradient& answer) {
  if (!(std::isfinite(answer.loss) && answer.loss >= 0)) return "the loss is " + std::to_string(answer.loss);
  const Shape& shape = batch.model.shape;
  const std::vector<Tensor> all = tensors(shape);
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    double scale = 0;
    const auto sum = [&](std::size_t tensor) {
      const Tensor& whole = all[tensor];
      const Tensor part{whole.name, whole.begin + layer * (whole.size / shape.layers), whole.size / shape.layers};
      const auto weights = of(part, batch.model.parameters);
      const auto gradient = of(part, answer.gradient);
      scale += length_of(weights) * (length_of(gradient) + 0.01 * length_of(answer.gradient));
      return std::transform_reduce(weights.begin(), weights.end(), gradient.begin(), 0.0, std::plus{},
                                   [](float w, float g) { return static_cast<double>(w) * g; });
    };
    const double attention_norm = sum(1), query = sum(2), key = sum(3), value = sum(4), output = sum(5);
    const double feed_forward_norm = sum(6), gate = sum(7), down = sum(8), up = sum(9);
    const double query_bias = sum(12), key_bias = sum(13), value_bias = sum(14);
    const double before = shape.variation.post_norm ? 0 : 1;
    const double untied = shape.variation.tied_bias ? 0 : 1;
    const std::pair<const char*, double> differences[] = {
        {"the attention norm and the products behind it", before * (attention_norm - (query + key + value))},
        {"queries and keys", untied * (query + query_bias - key - key_bias)},
        {"values and output", value + value_bias - output},
        {"the feed-forward norm and the products behind it", before * (feed_forward_norm - (gate + up))},
        {"up and down", up - down}};
    for (const auto& [what, difference] : differences) {
      if (!(std::abs(difference) <= tolerance(batch) * scale)) {
        return "the gradients of " + std::string(what) + " in layer " + std::to_string(layer) +
               " do not fit together: " + std::to_string(difference) + " between them";
      }
    }
  }
  return std::nullopt;
}

/// Products: once there, twice back. Scores: the same, of the half of the pairs of tokens that see each other.
suite::Work work(const Batch& batch, const Gradient&) {
  const Shape& shape = batch.model.shape;
  const auto number = [](std::size_t count) { return static_cast<double>(count); };
  const double tokens = number(batch.sequences * batch.length);
  const double pairs = tokens * number(batch.length + 1) / 2;
  const double matrices =
      number(shape.layers * (2 * shape.dim * (shape.dim + shape.kv_dim()) + 3 * shape.dim * shape.hidden_dim) +
             shape.vocabulary * shape.dim);
  const double bytes = 4 * number(batch.model.parameters.size());
  return {.fma_float = 3 * (tokens * matrices + 2 * pairs * number(shape.dim * shape.layers)),
          .exp_float = tokens * number(shape.vocabulary + shape.layers * shape.hidden_dim) +
                       pairs * number(shape.heads * shape.layers),
          .bytes_read = bytes,
          .bytes_written = bytes,
          .footprint = 2 * bytes};
}

suite::Workload<Batch> workload(const char* name, const Shape& shape, std::size_t sequences, std::size_t length) {
  return {.name = name,
          .size = 3 * static_cast<double>(Layout(shape).size),
          .items = static_cast<double>(sequences * length),
          .fitted = false,
          .quick = true,
          .make = [=](std::uint64_t seed) { return random_batch(shape, sequences, length, seed); }};
}

const Shape small{.dim = 32,
                  .hidden_dim = 88,
                  .layers = 2,
                  .heads = 4,
                  .kv_heads = 2,
                  .vocabulary = 64,
                  .max_length = 64,
                  .shared_classifier = true};
constexpr suite::Growth products{1, 1.0 / 16};  // multiply-adds, 16 at a time

const suite::Registered<Batch, Gradient> registered({
    .name = "language_model_training_step",
    .summary = "the loss of a batch of sequences under a llama-shaped language model, and its gradient",
    .source = "back-propagation; arXiv 2302.13971",
    .variants = {{"reference", run_reference, {1, 1}}, {suite::scheduled("eigen"), training_eigen, products}},
    .workloads = {workload("small_2x64", small, 2, 64), workload("shipped_1x128", shipped_shape, 1, 128),
                  workload("shipped_4x256", shipped_shape, 4, 256)},
    .headlines = {{"small_2x64", "gradient of a small language model, 128 tokens"}},
    .problem = awkward_batch,
    .hash =
        [](const Batch& batch) {
          return suite::hash_of(batch.model.parameters) ^ suite::hash_of(batch.tokens) ^ suite::hash_of(batch.targets);
        },
    .fields = describe,
    .certificate = certificate,
    .work = work,
});

}  // namespace
}  // namespace tandem::language_model
