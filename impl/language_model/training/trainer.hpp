// Training from text to model: state, steps and checkpoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "impl/language_model/training/checkpoint.hpp"
#include "impl/language_model/training/gradient.hpp"
#include "impl/language_model/training/optimizer.hpp"
#include "impl/language_model/training/text.hpp"
#include "impl/language_model/training/training.hpp"

namespace tandem::language_model {

struct TrainerOptions {
  Shape shape;
  OptimizerOptions optimizer;
  std::size_t steps = 4000;
  std::size_t sequences = 4;  ///< of shape.max_length predictions each, per step
  std::uint64_t seed = 1;
};

/// A training whose batches come from elsewhere: draw(step, batch) fills tokens and, where they are not what follows,
/// targets; it may make the batch shorter than shape.max_length. The same bits at every thread count.
/// Throws std::invalid_argument for options that are not possible, std::runtime_error where a loss is no number.
Model<float> train(const TrainerOptions& options, const std::function<void(std::size_t, TrainingBatch&)>& draw,
                   const Execution& execution);

/// Model and optimizer on their way. The same options and text give the same bits at every thread count, also where a
/// checkpoint was loaded in between.
class Trainer {
 public:
  /// Throws std::invalid_argument for options that are not possible.
  Trainer(const TrainerOptions& options, TrainingText text);

  const TrainerOptions& options() const { return options_; }
  const Model<float>& model() const { return batch_.model; }
  std::size_t steps_done() const { return step_; }

  /// The next step; returns the loss of its batch before it. Throws std::runtime_error where that is no number.
  double step(const Execution& execution);

  /// Adds the curve's next point.
  void measure(const TrainingText& held_out, const Execution& execution);
  const std::vector<CurvePoint>& curve() const { return curve_; }

  /// Replaces the file as a whole, so that a crash leaves the old one.
  void save(const std::filesystem::path& checkpoint) const;
  /// Throws std::invalid_argument for a file that is no checkpoint, or one of other options or another text.
  void load(const std::filesystem::path& path);

 private:
  TrainerOptions options_;
  TrainingText text_;
  TrainingBatch batch_;
  TrainingAnswer answer_;
  AdamW optimizer_;
  BatchGradient gradient_;
  std::size_t step_ = 0;
  double loss_sum_ = 0;  ///< since the curve's last point
  std::size_t loss_count_ = 0;
  std::vector<CurvePoint> curve_;

  std::size_t epoch_ = 0;
  std::size_t first_of_epoch_ = 0;  ///< number of its first window
  std::vector<std::size_t> window_starts_;

  void next_batch();
  std::vector<double> header() const;
};

}  // namespace tandem::language_model
