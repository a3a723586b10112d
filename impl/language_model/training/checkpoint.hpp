// What a training keeps to go on from, as Trainer::save writes it: lists of numbers, each behind its length.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tandem::language_model {

/// One row of the loss curve.
struct CurvePoint {
  std::size_t step;
  double learning_rate;
  double training_loss;           ///< nats per token, mean since the last row; no number in the first
  double held_out_bits_per_byte;  ///< an estimate from a part of the held-out text
};

struct Checkpoint {
  std::size_t step = 0;
  double loss_sum = 0;  ///< since the curve's last point
  std::size_t loss_count = 0;
  std::vector<CurvePoint> curve;
  std::vector<float> parameters;
  std::vector<float> mean;    ///< of the gradient
  std::vector<float> square;  ///< mean of its square
};

/// What a checkpoint must be of.
struct CheckpointOf {
  std::vector<double> header;  ///< equal for the same options and text alone
  std::size_t steps = 0;       ///< of the whole training
  std::size_t parameters = 0;
};

/// Throws std::invalid_argument, which names the bytes, for those of another training and for damaged ones.
Checkpoint parse_checkpoint(std::string_view bytes, std::string_view name, const CheckpointOf& of);

}  // namespace tandem::language_model
