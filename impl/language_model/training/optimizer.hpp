// AdamW with clipping, and the learning rate's schedule.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {

struct OptimizerOptions {
  double learning_rate = 2e-3;  ///< the highest
  double final_share = 0.02;    ///< of it at the last step
  std::size_t warm_up = 100;    ///< steps until it is reached
  double weight_decay = 0.1;    ///< of matrices; gains and embeddings do not decay
  double clip = 1;              ///< the longest gradient
  double beta1 = 0.9;
  double beta2 = 0.99;
};

/// Of step 0, 1, ..., steps - 1: a straight rise, then half a cosine.
double learning_rate(const OptimizerOptions& options, std::size_t step, std::size_t steps);

/// Loshchilov and Hutter, arXiv 1711.05101, with epsilon 1e-8: p -= rate (m / (sqrt(v) + epsilon) + decay p), where m
/// and v are the means of the gradient and its square, made free of their start at 0. The gradient counts as if it were
/// no longer than options.clip.
class AdamW {
 public:
  AdamW(const Shape& shape, const OptimizerOptions& options);

  /// Step number `step`, from 0. The same bits at every thread count.
  void update(std::span<float> parameters, std::span<const float> gradient, std::size_t step, double rate,
              const Execution& execution);

  std::vector<float> mean;    ///< of the gradient
  std::vector<float> square;  ///< mean of its square

 private:
  struct Part {
    std::size_t begin;
    std::size_t end;
    bool decays;
  };
  OptimizerOptions options_;
  std::vector<Part> parts_;
};

}  // namespace tandem::language_model
