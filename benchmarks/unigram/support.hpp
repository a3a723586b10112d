// Vocabularies and texts for every method of unigram tokenisation.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "benchmarks/suite/registry.hpp"
#include "impl/unigram/unigram.hpp"
#ifdef TANDEM_PEER_SENTENCEPIECE
#include "impl/unigram/peers/peers.hpp"
#endif

namespace tandem::unigram {

/// The vocabulary that comes with the project (models/unigram/README.md).
std::filesystem::path shipped_vocabulary();

/// A vocabulary with all that is prepared once for it, outside of what is timed: the method unigram_tables has the
/// preparation's own rows.
struct Prepared {
  explicit Prepared(Vocabulary of, double alpha = 0.1);

  std::shared_ptr<const Vocabulary> vocabulary;
  Reference reference;
  Tables tables;
  Sampler sampler;
#ifdef TANDEM_PEER_SENTENCEPIECE
  std::unique_ptr<SentencePiece> peer;  ///< where it takes the vocabulary
#endif
#ifdef TANDEM_PEER_SENTENCEPIECE_CORE
  std::unique_ptr<SentencePieceCore> peer_core;
#endif
};

struct Problem {
  std::shared_ptr<const Prepared> prepared;
  std::string text;
  Seed seed{};
};

/// Steps per byte of the slow and the fast variants, for the budgets.
constexpr suite::Growth slow_growth{1, 4000};
constexpr suite::Growth fast_growth{1, 1.0 / 8};
constexpr suite::Growth peer_sampling_growth{1, 60};  ///< SentencePiece keeps its sums as logarithms

/// What is tokenised: the Bible's held-out part, Chinese and the whole Bible where they are, a run of `a` with all
/// pieces up to a^36, random bytes, short lines, and one long line, of several sizes, for the growth. `alpha` is that
/// of the samplers.
std::vector<suite::Workload<Problem>> workloads(double alpha = 0.1);

/// The same for methods that are slow or of less interest: only texts of a few kilobytes are part of a quick run.
std::vector<suite::Workload<Problem>> workloads_quick_where_small(double alpha);

/// A vocabulary of few letters and a text of about 20 bytes per element, both random: many ties.
Problem random_problem(std::size_t count, std::uint64_t seed, double alpha);

std::uint64_t hash_of_problem(const Problem& problem);

/// Tokens that must be the same: where all draw, they draw by the same numbers.
void describe_tokens(const Problem& problem, suite::Fields<Tokens>& fields);

/// Of a peer, which draws by numbers of its own: its tokens must be those of the text, and about as many as expected.
/// That number is the sum over independent lines, its variance not larger than itself as pieces repel each other; the
/// difference of two has at most twice that, and lies within 6 standard deviations but for 2e-9. That a peer's law is
/// the same is for tests/unigram/law_test.cpp to say.
void describe_drawn_by_peer(const Problem& problem, suite::Fields<Tokens>& fields);

/// A sentence if the tokens' pieces are not the text's bytes.
std::optional<std::string> not_the_text(const Problem& problem, const Tokens& tokens);

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
