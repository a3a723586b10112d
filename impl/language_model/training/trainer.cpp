#include "impl/language_model/training/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "impl/support/files.hpp"
#include "impl/support/random.hpp"
#include "impl/support/whole_file.hpp"

namespace tandem::language_model {
namespace {

/// Matrices and embeddings normal with a deviation that falls with the width, less where a sum of 2 layers terms is
/// made of them; gains 1, biases 0. A variation changes no number that both models have.
std::vector<float> initial_parameters(const Shape& shape, std::uint64_t seed) {
  const Layout layout(shape);
  const double deviation = 0.6 / std::sqrt(static_cast<double>(shape.dim));
  std::vector<float> parameters(layout.size);
  const auto fill = [&](std::size_t begin, std::size_t end, double scale) {
    for (std::size_t i = begin; i < end; ++i) parameters[i] = static_cast<float>(scale * random_normal(seed, i));
  };
  const double summed = deviation / std::sqrt(2 * static_cast<double>(shape.layers));
  fill(0, layout.size, deviation);
  fill(layout.output, layout.feed_forward_norm, summed);
  fill(layout.down, layout.up, summed);
  const auto gains = [&](std::size_t begin, std::size_t count) {
    std::fill_n(parameters.begin() + static_cast<std::ptrdiff_t>(begin), count, 1.0F);
  };
  gains(layout.attention_norm, shape.layers * shape.dim);
  gains(layout.feed_forward_norm, shape.layers * shape.dim);
  gains(layout.final_norm, shape.dim);
  std::fill(parameters.begin() + static_cast<std::ptrdiff_t>(layout.query_bias), parameters.end(), 0.0F);
  return parameters;
}

const TrainerOptions& valid(const TrainerOptions& options) {
  require_valid(options.shape);
  if (options.steps == 0 || options.sequences == 0) {
    throw std::invalid_argument("training takes at least one step of at least one sequence");
  }
  if (!(options.optimizer.learning_rate > 0 && options.optimizer.learning_rate < 1)) {
    throw std::invalid_argument("the learning rate must lie between 0 and 1");
  }
  return options;
}

void require_finite(double loss) {
  if (!std::isfinite(loss)) throw std::runtime_error("the training has diverged: try a lower learning rate");
}

template <class Number>
void write(std::ostream& file, const std::vector<Number>& numbers) {
  const std::uint64_t count = numbers.size();
  file.write(reinterpret_cast<const char*>(&count), sizeof count);
  file.write(reinterpret_cast<const char*>(numbers.data()), static_cast<std::streamsize>(count * sizeof(Number)));
}

}  // namespace

Model<float> train(const TrainerOptions& options, const std::function<void(std::size_t, TrainingBatch&)>& draw,
                   const Execution& execution) {
  const Shape& shape = valid(options).shape;
  TrainingBatch batch{.model = {.shape = shape, .parameters = initial_parameters(shape, options.seed)},
                      .sequences = options.sequences,
                      .length = shape.max_length,
                      .tokens = {}};
  TrainingAnswer answer{.loss = 0, .gradient = std::vector<float>(batch.model.parameters.size())};
  BatchGradient gradient(shape, options.sequences, shape.max_length);
  AdamW optimizer(shape, options.optimizer);
  for (std::size_t step = 0; step < options.steps; ++step) {
    draw(step, batch);
    if (step == 0) require_valid(batch);
    gradient.run(batch, answer, execution);
    require_finite(answer.loss);
    const double rate = learning_rate(options.optimizer, step, options.steps);
    optimizer.update(batch.model.parameters, answer.gradient, step, rate, execution);
  }
  return batch.model;
}

Trainer::Trainer(const TrainerOptions& options, TrainingText text)
    : options_(valid(options)),
      text_(std::move(text)),
      batch_{.model = {.shape = options.shape, .parameters = initial_parameters(options.shape, options.seed)},
             .sequences = options.sequences,
             .length = options.shape.max_length,
             .tokens = {}},
      answer_{.loss = 0, .gradient = std::vector<float>(batch_.model.parameters.size())},
      optimizer_(options.shape, options.optimizer),
      gradient_(options.shape, options.sequences, options.shape.max_length),
      window_starts_(text_.window_starts(batch_.length, options.seed, 0)) {}

/// Window number n of the training is a function of the options and the text: no state that a checkpoint could miss.
void Trainer::next_batch() {
  batch_.tokens.clear();
  for (std::size_t n = step_ * options_.sequences; n < (step_ + 1) * options_.sequences; ++n) {
    while (n - first_of_epoch_ >= window_starts_.size()) {
      first_of_epoch_ += window_starts_.size();
      window_starts_ = text_.window_starts(batch_.length, options_.seed, ++epoch_);
    }
    const std::vector<Token> window = text_.window(window_starts_[n - first_of_epoch_], batch_.length + 1);
    batch_.tokens.insert(batch_.tokens.end(), window.begin(), window.end());
  }
}

double Trainer::step(const Execution& execution) {
  next_batch();
  gradient_.run(batch_, answer_, execution);
  require_finite(answer_.loss);
  const double rate = learning_rate(options_.optimizer, step_, options_.steps);
  optimizer_.update(batch_.model.parameters, answer_.gradient, step_, rate, execution);
  ++step_;
  loss_sum_ += answer_.loss;
  ++loss_count_;
  return answer_.loss;
}

void Trainer::measure(const TrainingText& held_out, const Execution& execution) {
  constexpr std::size_t windows = 32;
  curve_.push_back({.step = step_,
                    .learning_rate = step_ > 0 ? learning_rate(options_.optimizer, step_ - 1, options_.steps) : 0,
                    .training_loss = loss_count_ > 0 ? loss_sum_ / static_cast<double>(loss_count_) : NAN,
                    .held_out_bits_per_byte = bits_per_byte(model(), held_out, batch_.length, windows, execution)});
  loss_sum_ = 0;
  loss_count_ = 0;
}

/// What must be equal for a checkpoint to be of this training; every number is exact in double, the fingerprint as two.
std::vector<double> Trainer::header() const {
  const Shape& shape = options_.shape;
  const OptimizerOptions& optimizer = options_.optimizer;
  const auto number = [](auto value) { return static_cast<double>(value); };
  const std::uint64_t fingerprint = text_.fingerprint();
  std::vector<double> numbers = {20261129,
                                 number(shape.dim),
                                 number(shape.hidden_dim),
                                 number(shape.layers),
                                 number(shape.heads),
                                 number(shape.kv_heads),
                                 number(shape.vocabulary),
                                 number(shape.max_length),
                                 number(shape.shared_classifier),
                                 optimizer.learning_rate,
                                 optimizer.final_share,
                                 number(optimizer.warm_up),
                                 optimizer.weight_decay,
                                 optimizer.clip,
                                 optimizer.beta1,
                                 optimizer.beta2,
                                 number(options_.steps),
                                 number(options_.sequences),
                                 number(options_.seed >> 32),
                                 number(options_.seed & 0xFFFFFFFF),
                                 number(fingerprint >> 32),
                                 number(fingerprint & 0xFFFFFFFF)};
  std::ranges::copy(shape.variation.fields(), std::back_inserter(numbers));
  return numbers;
}

void Trainer::save(const std::filesystem::path& checkpoint) const {
  std::vector<double> points;
  for (const CurvePoint& point : curve_) {
    points.insert(points.end(), {static_cast<double>(point.step), point.learning_rate, point.training_loss,
                                 point.held_out_bits_per_byte});
  }
  write_whole(checkpoint, [&](std::ostream& file) {
    write(file, header());
    write(file, std::vector<double>{static_cast<double>(step_), loss_sum_, static_cast<double>(loss_count_),
                                    static_cast<double>(curve_.size())});
    write(file, points);
    write(file, batch_.model.parameters);
    write(file, optimizer_.mean);
    write(file, optimizer_.square);
  });
}

void Trainer::load(const std::filesystem::path& path) {
  Checkpoint checkpoint =
      parse_checkpoint(content_of(path), path.string(),
                       {.header = header(), .steps = options_.steps, .parameters = batch_.model.parameters.size()});
  step_ = checkpoint.step;
  epoch_ = 0;
  first_of_epoch_ = 0;
  window_starts_ = text_.window_starts(batch_.length, options_.seed, 0);
  loss_sum_ = checkpoint.loss_sum;
  loss_count_ = checkpoint.loss_count;
  curve_ = std::move(checkpoint.curve);
  batch_.model.parameters = std::move(checkpoint.parameters);
  optimizer_.mean = std::move(checkpoint.mean);
  optimizer_.square = std::move(checkpoint.square);
}

}  // namespace tandem::language_model
