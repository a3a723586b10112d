// Training of a vocabulary. Definition: reference/unigram_training.hpp.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/unigram.hpp"
#include "reference/unigram_training.hpp"

namespace tandem::unigram {

/// What the reference counts, from sorted suffixes: O(n log n) for n bytes. Of a text that is no UTF-8 something else
/// may come.
std::vector<Candidate> candidates(std::string_view text, const TrainingOptions& options);

/// Trains. Deterministic: the same text and options give the same vocabulary at every number of threads. `progress` is
/// called with the number of pieces left after every round. Throws std::invalid_argument if the text is empty, longer
/// than 2^31 bytes, or has more characters than there may be pieces.
Vocabulary train(std::string_view text, const TrainingOptions& options, const Execution& execution,
                 const std::function<void(std::size_t)>& progress);

}  // namespace tandem::unigram
