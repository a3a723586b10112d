// Samplers of segmentations with other laws than exp(alpha * score) / Z: those that came before, and a wrong one. They
// are here to be compared; who wants the law takes Reference::sample.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "reference/unigram/expectation.hpp"
#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

// ---- from the n best segmentations: the law, cut off (Kudo, arXiv 1804.10959)
// -----------------------------------------

/// As many as SentencePiece gives.
constexpr std::size_t most_best = 512;

/// Throws std::invalid_argument unless n is a number from 1 to `most_best`.
void require_best(std::size_t n);

/// The n best segmentations of a line, or all where there are fewer, the best first. Of equals that one comes first
/// whose last piece is longer, and so on from the end to the beginning. O(|line| * longest * n * log(longest * n)).
std::vector<Segmentation> n_best(const Reference& reference, std::string_view line, std::size_t n);

/// Of every line one of its n best segmentations, with probability proportional to exp(alpha * score): the first one,
/// from the best on, at which the sum of weights exceeds uniform(end of the line) times the sum of all. Throws
/// std::invalid_argument where `require_alpha` or `require_best` does.
Tokens sample_n_best(const Reference& reference, std::string_view text, std::size_t n, double alpha,
                     const Uniform& uniform);

// ---- the first Viterbi sampling (kexue.fm 9768)
// -----------------------------------------------------------------------

/// A uniform number in [0, 1) for what competes at the end `position` of a piece, counted from the beginning of the
/// text, with the candidate that is kept there: candidate 1, 2, ...
using UniformOfCandidate = std::function<double(std::size_t position, std::size_t candidate)>;

/// Viterbi decoding in which a new candidate, the pieces that end at a position from the longest on, replaces the one
/// that is kept with probability sigmoid(alpha * (its score - the score of the one kept)). Biased, as 9811 found.
/// Throws std::invalid_argument where `require_alpha` does. O(n * longest * log(pieces)) for n bytes.
Tokens sample_biased(const Reference& reference, std::string_view text, double alpha,
                     const UniformOfCandidate& uniform);

/// Its law on a short line, over all decisions: the reference of the reference.
std::map<Tokens, double> law_of_biased(const Reference& reference, std::string_view line, double alpha);

// ---- from left to right
// -----------------------------------------------------------------------------------------------

/// Every piece by its own weight among those that fit: not the law either.
Tokens sample_forward(const Reference& reference, std::string_view line, double alpha,
                      const std::function<double()>& uniform);

}  // namespace tandem::unigram
