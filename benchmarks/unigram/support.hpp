// What the methods of unigram tokenisation share: workloads, agreement, declared work.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "problems/unigram/problems.hpp"

namespace tandem::unigram {

/// Steps per byte of the slow and the fast variants, for the budgets.
constexpr suite::Growth slow_growth{1, 4000};
constexpr suite::Growth fast_growth{1, 1.0 / 8};
constexpr suite::Growth peer_sampling_growth{1, 60};  ///< SentencePiece keeps its sums as logarithms

/// named_problems() as workloads.
std::vector<suite::Workload<Problem>> workloads(double alpha = 0.1);

/// The same for methods that are slow or of less interest: only texts of a few kilobytes are part of a quick run.
std::vector<suite::Workload<Problem>> workloads_quick_where_small(double alpha);

std::uint64_t hash_of_problem(const Problem& problem);

/// Tokens that must be the same: where all draw, they draw by the same numbers.
void describe_tokens(const Problem& problem, suite::Fields<Tokens>& fields);

/// Of a peer, which draws by numbers of its own: its tokens must be those of the text, and about as many as expected.
/// That number is the sum over independent lines, its variance not larger than itself as pieces repel each other; the
/// difference of two has at most twice that, and lies within 6 standard deviations but for 2e-9. That a peer's law is
/// the same is for tests/unigram/law_test.cpp to say.
void describe_drawn_by_peer(const Problem& problem, suite::Fields<Tokens>& fields);

/// Why SentencePiece does not take the problem: a character that is no piece, or no UTF-8, or a line that is too long.
std::optional<std::string> unsuited_for_peer(const Problem& problem);

/// What a byte of a line waits for, of the byte before it.
struct Chain {
  double fma = 0;
  double lookups = 0;
};

/// What a walk over the automaton has to do: three look-ups for every byte, to find the pieces that end there; for
/// every group of these one for the keys, one for the lengths, and one for what is before each piece; two for each
/// token that is found on the way back; and the chain, from the beginning of a block of lines to its end. The way back
/// waits for itself, too, but goes over several lines side by side.
suite::Work automaton_work(const Problem& problem, std::size_t tokens, const Chain& of_byte);

}  // namespace tandem::unigram
