// One model: training, and what is measured of it.
#include <chrono>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "benchmarks/suite/machine.hpp"
#include "claims/attention/extrapolation.hpp"
#include "claims/attention/support.hpp"
#include "impl/language_model/training/trainer.hpp"
#include "impl/support/random.hpp"

namespace tandem::claims {
namespace {

using language_model::Layout;
using language_model::Model;
using language_model::Predictions;
using language_model::Token;
using language_model::TrainingBatch;

Token token_of(char byte) { return static_cast<unsigned char>(byte); }

Model<float> trained_model(const Plan& plan, const Configuration& configuration, std::size_t seed,
                           const std::string& text) {
  language_model::TrainerOptions options{
      .shape = configuration.large ? plan.large : plan.small,
      .optimizer = {.learning_rate = 3e-3, .warm_up = 50, .weight_decay = 0.1, .clip = 1},
      .steps = plan.steps,
      .sequences = plan.sequences,
      .seed = seed + 1};
  options.shape.variation = configuration.variation;
  if (text.size() <= plan.length + 1) throw std::invalid_argument("the text is shorter than a window");
  const auto draw = [&](std::size_t step, TrainingBatch& batch) {
    batch.tokens.clear();
    for (std::size_t i = 0; i < plan.sequences; ++i) {
      constexpr std::uint64_t of_windows = 7;  // the parameters are drawn from the same seed
      const std::uint64_t bits = random_bits(options.seed, step * plan.sequences + i, of_windows);
      const std::size_t begin = bits % (text.size() - plan.length);
      for (std::size_t t = 0; t <= plan.length; ++t) batch.tokens.push_back(token_of(text[begin + t]));
    }
  };
  return language_model::train(options, draw, {});
}

/// `segments` stretches of length + 1 bytes that end at the same places for every length. repeated: the second half is
/// the first, moved to there.
TrainingBatch test_batch(const Plan& plan, const Model<float>& model, const std::string& text, std::size_t length,
                         bool repeated) {
  const std::size_t longest = multiples.back() * plan.length + 1;
  if (text.size() < longest + plan.segments) throw std::invalid_argument("the held-out text is too short");
  TrainingBatch batch{.model = model, .sequences = plan.segments, .length = length, .tokens = {}};
  for (std::size_t segment = 0; segment < plan.segments; ++segment) {
    const std::size_t end = longest + segment * ((text.size() - longest) / plan.segments);
    for (std::size_t t = 0; t <= length; ++t) {
      const std::size_t back = length - t;  // bytes behind this one
      const bool copied = repeated && back >= length / 2;
      batch.tokens.push_back(token_of(text[end - 1 - back + (copied ? length / 2 : 0)]));
    }
  }
  return batch;
}

struct Sums {
  double last_hits = 0;
  double last_losses = 0;
  double hits = 0;
};

Sums tested(const TrainingBatch& batch, std::size_t last) {
  const Predictions told = language_model::predictions(batch, {});
  Sums sums;
  for (std::size_t sequence = 0; sequence < batch.sequences; ++sequence) {
    for (std::size_t t = 0; t < batch.length; ++t) {
      const std::size_t at = sequence * batch.length + t;
      sums.hits += told.hits[at];
      if (t + last < batch.length) continue;
      sums.last_hits += told.hits[at];
      sums.last_losses += told.losses[at];
    }
  }
  return sums;
}

Curve curve_of(const Plan& plan, const Model<float>& model, const std::string& text, bool repeated,
               std::array<double, 4>* whole = nullptr) {
  Curve curve;
  const std::size_t last = plan.length / 2;
  const auto asked = static_cast<double>(plan.segments * last);
  for (std::size_t i = 0; i < multiples.size(); ++i) {
    const TrainingBatch batch = test_batch(plan, model, text, multiples[i] * plan.length, repeated);
    const Sums sums = tested(batch, last);
    curve.accuracy[i] = 100 * sums.last_hits / asked;
    curve.bits[i] = sums.last_losses / asked / std::numbers::ln2;
    if (whole) (*whole)[i] = 100 * sums.hits / static_cast<double>(batch.sequences * batch.length);
  }
  return curve;
}

std::vector<BiasPair> biases_of(const Plan& plan, const Model<float>& model) {
  const language_model::Shape& shape = model.shape;
  std::vector<BiasPair> pairs;
  if (!(shape.variation.query_bias && shape.variation.key_bias && shape.variation.rope)) return pairs;
  const Layout layout(shape);
  const auto head = [&](std::size_t bias, std::size_t layer, std::size_t width) {
    const auto begin = model.parameters.begin() + static_cast<std::ptrdiff_t>(bias + layer * width);
    return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(shape.head_size()));
  };
  std::vector<double> scores, logs;
  for (std::size_t layer = 0; layer < shape.layers; ++layer) {
    const std::vector<double> a = head(layout.query_bias, layer, shape.dim);
    const std::vector<double> b = head(layout.key_bias, layer, shape.kv_dim());
    scores.clear();
    logs.clear();
    const auto longest = static_cast<double>(multiples.back() * plan.length);
    for (double distance = 1; distance <= longest; distance = std::ceil(distance * 1.3)) {
      scores.push_back(turned(a, b, distance));
      logs.push_back(-std::log(distance));
    }
    const double query = std::sqrt(turned(a, a, 0));
    const double key = std::sqrt(turned(b, b, 0));
    pairs.push_back({query, key, turned(a, b, 0) / (query * key), correlation(scores, logs)});
  }
  return pairs;
}

}  // namespace

Record trained_record(const Plan& plan, const Configuration& configuration, std::size_t seed,
                      const ExtrapolationText& text) {
  const auto start = std::chrono::steady_clock::now();
  Model<float> model = trained_model(plan, configuration, seed, text.training);
  Record record{.configuration = configuration.name, .seed = seed};
  record.biases = biases_of(plan, model);
  record.plain = curve_of(plan, model, text.held_out, false, &record.whole);
  record.repeated = curve_of(plan, model, text.held_out, true);
  model.shape.variation.window = plan.length;
  record.window = curve_of(plan, model, text.held_out, false);
  record.repeated_window = curve_of(plan, model, text.held_out, true);
  model.shape.variation = configuration.variation;
  model.shape.variation.scaling = {.policy = attention::Scale::post_hoc, .base = static_cast<double>(plan.length)};
  record.log_n = curve_of(plan, model, text.held_out, false);
  record.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const suite::MachineCard machine = suite::read_machine_card();
  record.simd = machine.chosen_target;
  record.processor = machine.processor;
  record.revision = machine.build.git_revision + (machine.build.git_dirty ? ", changed" : "");
  return record;
}

}  // namespace tandem::claims
