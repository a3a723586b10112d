// The gradient of a batch, with buffers that are kept from one step to the next.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "impl/language_model/training/sequence.hpp"
#include "impl/language_model/training/training.hpp"

namespace tandem::language_model {

/// Not for two threads at once; it uses as many as the execution says by itself.
class BatchGradient {
 public:
  /// For batches of at most that many sequences of at most that length.
  BatchGradient(const Shape& shape, std::size_t sequences, std::size_t length);

  /// As training_eigen; the batch is valid and fits.
  void run(const TrainingBatch& batch, TrainingAnswer& answer, const Execution& execution);

 private:
  Shape shape_;
  Layout layout_;
  std::size_t length_;
  std::vector<AlignedFloats> gradients_;  ///< of one sequence each
  std::vector<double> losses_;

  // As many as threads were ever at work; which one a sequence gets does not matter.
  std::mutex mutex_;
  std::vector<std::unique_ptr<SequenceWorkspace>> idle_;

  std::unique_ptr<SequenceWorkspace> take();
  void give_back(std::unique_ptr<SequenceWorkspace> workspace);
};

}  // namespace tandem::language_model
