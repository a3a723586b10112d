// The fast variants of unigram tokenisation, its files and its training. Definition: reference/unigram/unigram.hpp.
//
// All variants share one preparation (Tables): an Aho-Corasick automaton, whose state after a byte knows all pieces
// that end there. The automaton runs over several places of a text in lock-step, because each of its steps waits for
// memory. Everything else goes from left to right over the pieces that end at each position, and back.
//
// Text is processed in blocks of whole lines, which is also what threads take. On the way a byte of a block takes 12
// bytes for decoding, 30 for one sample, 28 for any number of them, besides the tokens themselves; a line is in one
// block, however long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "impl/support/execution.hpp"
#include "reference/unigram/continuation.hpp"
#include "reference/unigram/expectation.hpp"
#include "reference/unigram/other_laws.hpp"
#include "reference/unigram/unigram.hpp"

namespace tandem::unigram {

class Automaton;

/// A vocabulary prepared for the fast variants. Cheap to copy, and usable from several threads at once.
class Tables {
 public:
  /// O(bytes of the vocabulary), except for vocabularies in which most pieces end as many others do. Throws
  /// std::invalid_argument if the tables would need more than 512 MB.
  explicit Tables(std::shared_ptr<const Vocabulary> vocabulary);

  const Vocabulary& vocabulary() const { return *vocabulary_; }
  const Automaton& automaton() const { return *automaton_; }
  std::size_t bytes() const;  ///< memory of the tables, without the vocabulary

 private:
  std::shared_ptr<const Vocabulary> vocabulary_;
  std::shared_ptr<const Automaton> automaton_;
};

/// Tables with exp(alpha * score) of every piece. Throws std::invalid_argument where `require_alpha` does.
class Sampler {
 public:
  Sampler(Tables tables, double alpha);

  const Tables& tables() const { return tables_; }
  double alpha() const { return alpha_; }
  /// Whether the weights fit into a double with room to spare; else the reference draws, with logarithms.
  bool linear() const { return linear_; }
  const std::vector<double>& weights() const { return weights_; }

 private:
  Tables tables_;
  double alpha_;
  bool linear_;
  std::vector<double> weights_;
};

/// What a draw depends on, besides sampler and text: same seed, sample number and position, same number.
struct Seed {
  std::uint64_t seed = 1;
  std::uint32_t sample = 0;
  std::uint64_t position = 0;  ///< of the text's beginning, where it is a part of a longer one
};

/// Uniform in [0, 1), a multiple of 2^-52, for the end of a piece: Philox of (seed; position, sample) as in draw.hpp.
double draw_uniform(const Seed& seed, std::size_t position);

// ---- variants: the tokens replace what was in `tokens`; the blocks are for the execution's scheduler and threads ----

/// The best segmentation, the same as the reference's to the last token.
void decode(const Tables& tables, std::string_view text, Tokens& tokens, const Execution& execution);

/// One sample: the one that the reference draws with draw_uniform, and the same at every thread count and SIMD width.
void sample(const Sampler& sampler, std::string_view text, const Seed& seed, Tokens& tokens, const Execution&);

/// samples[i] is what `sample` gives for the number seed.sample + i; the sums are computed once for all.
void samples_simd(const Sampler& sampler, std::string_view text, const Seed& seed, std::vector<Tokens>& samples,
                  const Execution&);

/// Log of the sum over all segmentations, expected counts and entropy, without drawing.
void expect(const Sampler& sampler, std::string_view text, Expectation& expectation, const Execution&);

// ---- samplers of other laws (reference/unigram/other_laws.hpp) -----------------------------------------------------

/// Uniform in [0, 1), a multiple of 2^-32, for a candidate of the first Viterbi sampling: from 1 on at every position.
double draw_uniform_of_candidate(const Seed& seed, std::size_t position, std::size_t candidate);

/// One segmentation by the first Viterbi sampling, which is biased: the one that the reference draws with
/// draw_uniform_of_candidate. 20 bytes of memory per byte of a block. Throws where `require_alpha` does.
void sample_biased(const Tables& tables, std::string_view text, double alpha, const Seed& seed, Tokens& tokens,
                   const Execution& execution);

/// n_best of the reference, for a line. O(|line| * matches per byte + n * tokens), with a small part of the tokens as a
/// rule.
std::vector<Segmentation> n_best(const Tables& tables, std::string_view line, std::size_t n);

/// Of every line one of its n best segmentations: the one that the reference draws with draw_uniform. 40 to 100
/// bytes of memory per byte of a line, and what the n differ by. Throws where `require_alpha` and `require_best` do.
void sample_n_best(const Tables& tables, std::string_view text, std::size_t n, double alpha, const Seed& seed,
                   Tokens& tokens, const Execution& execution);

// ---- search by prefix, continuation -------------------------------------------------------------------------------

/// The pieces in the order of their bytes, so that those with a common prefix follow each other.
class PrefixIndex {
 public:
  explicit PrefixIndex(const Vocabulary& vocabulary);

  /// with_prefix of the reference. O(|prefix| * log(pieces)).
  std::span<const std::uint32_t> find(std::string_view prefix) const;

 private:
  const Vocabulary& vocabulary_;
  Tokens sorted_;
};

/// continuations of the reference, from tables and index of the same vocabulary. O(last line + most * log(pieces)) and
/// what is found.
void continuations(const Tables& tables, const PrefixIndex& index, std::string_view text, std::size_t most,
                   std::vector<Continuation>& answer);

}  // namespace tandem::unigram
