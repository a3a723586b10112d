// Training of a vocabulary. Definition: reference/unigram/training.hpp.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/unigram/training.hpp"
#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

/// What the reference counts, from sorted suffixes: O(n log n) for n bytes. Of a text that is no UTF-8 something else
/// may come.
std::vector<Candidate> candidates(std::string_view text, const TrainingOptions& options);

/// expected_counts and losses from the automaton, at the same speed as everything else here.
std::vector<double> expected_counts(const Vocabulary& vocabulary, std::string_view text, const Execution& execution);
std::vector<double> losses(const Vocabulary& vocabulary, std::string_view text, const Execution& execution);

/// The reference's training with these parts. Deterministic: the same text and options give the same vocabulary at
/// every number of threads.
Vocabulary train(
    std::string_view text, const TrainingOptions& options, const Execution& execution,
    const std::function<void(std::size_t)>& progress = [](std::size_t) {});

}  // namespace tandem::unigram
