// Training of the language model. Definition: reference_loss (reference/language_model/language_model.hpp), averaged
// over a batch.
//
// A sequence is the unit of work: its passes are matrix products over its positions, on one thread, and its gradient
// has a buffer of its own. The buffers are added up in the order of the batch, so that the same seed gives the same
// bits at every thread count and with every scheduler.
#pragma once

#include <cstddef>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/language_model/language_model.hpp"

namespace tandem::language_model {

/// A model and what it is to learn: sequences of `length` predictions each, that is, of length + 1 tokens.
struct TrainingBatch {
  Model<float> model;
  std::size_t sequences = 0;
  std::size_t length = 0;
  std::vector<Token> tokens;     ///< sequences x (length + 1)
  std::vector<Token> targets{};  ///< sequences x length, negative where nothing is to be predicted; none: what follows
};

/// Throws std::invalid_argument for a model that is not valid, tokens or targets outside its vocabulary or of another
/// number than stated, and sequences without a prediction.
void require_valid(const TrainingBatch& batch);

/// The mean of the sequences' losses, each the mean of its targets', and its gradient; of no sequences, 0.
struct TrainingAnswer {
  double loss = 0;
  std::vector<float> gradient;  ///< as many numbers as parameters, sized by the caller
};

void training_eigen(const TrainingBatch& batch, TrainingAnswer& answer, const Execution& execution);

/// What a batch is told of its targets, sequences x length, 0 where there is none.
struct Predictions {
  std::vector<float> losses;  ///< -log p
  std::vector<float> hits;    ///< 1 where no other token is more probable
};

/// Without a gradient.
Predictions predictions(const TrainingBatch& batch, const Execution& execution);

}  // namespace tandem::language_model
