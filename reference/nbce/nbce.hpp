// NBCE, naive-Bayes context extension: one step of decoding from n contexts at once.
//
// Row 0 of the logits belongs to the question alone, rows 1, ..., n to context S_k and the question. The step is
//
//   1  log p(T|S) = logit - log sum exp(logits), row by row;
//   2  top-p: a row keeps its likeliest tokens, the fewest that together have a share of at least top_p, at least one;
//      of equally likely tokens those with the lower id. The others are impossible from here on: log p = -inf;
//   3  H_k = - sum over the kept tokens of p log p, of the probabilities as they are (or renormalised to sum 1);
//   4  pool: the row of the context with the least H_k (the context chosen last gets eta off, which makes it stay; of
//      equal ones the first), or the average or the maximum over the contexts, element by element;
//   5  merged = (beta + 1) pool - beta log p(T), but merged = pool where the question alone finds T impossible;
//   6  a token drawn from softmax(merged / temperature), or the likeliest for temperature 0 (the first of equals).
//
// The average with beta = n - 1 and top_p = 1 is Bayes' rule for contexts that are independent given T. An average
// counts a token that some context finds impossible as log p = floor, and every log p as at least that: contexts seldom
// agree on what is possible. What all of them find impossible stays so. Sources: kexue.fm 9617 and 9632; Su et al.,
// NAACL 2024, arXiv 2403.17552; code github.com/bojone/NBCE.
//
// The edges. No context: merged is row 0. beta = 0: the pool. beta = -1: row 0, whatever the pool. beta < -1 would make
// what is impossible certain and is refused, as are NaN, a logit of +inf, a row without a finite logit, an empty
// vocabulary. A logit of -inf is an impossible token. One word in the vocabulary: H = 0. top_p = 1 keeps every possible
// token, top_p = 0 the likeliest. Adding a constant to a row changes nothing but rounding.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tandem::nbce {

/// The upper half of a float.
struct Bfloat16 {
  std::uint16_t bits = 0;

  Bfloat16() = default;
  /// Rounds to the nearest, ties to even. NaN stays NaN.
  explicit Bfloat16(float value) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    const bool nan = value != value;
    bits = static_cast<std::uint16_t>(nan ? word >> 16 | 0x40 : (word + 0x7fff + (word >> 16 & 1)) >> 16);
  }
  operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16); }
};

enum class Pool { minimum_entropy, average, maximum };

/// The defaults are those of the published code.
struct Settings {
  Pool pool = Pool::minimum_entropy;
  double beta = 0.25;
  double top_p = 0.95;
  double eta = 0.1;
  double temperature = 0.01;
  double floor = -100;       ///< of an average; -inf makes it Bayes' rule to the letter
  bool renormalise = false;  ///< entropies of the kept probabilities scaled to sum 1
};

template <class Logit = float>
struct Problem {
  std::size_t vocabulary = 0;
  std::vector<Logit> logits;  ///< (n + 1) x vocabulary
  Settings settings{};
  std::ptrdiff_t previous = -1;  ///< the context chosen by the step before, counted from 0; -1: none
  double uniform = 0.5;          ///< in [0, 1): the random number that draws the token

  std::size_t rows() const { return vocabulary == 0 ? 0 : logits.size() / vocabulary; }
  std::size_t contexts() const { return rows() - 1; }
  std::span<const Logit> row(std::size_t index) const {
    return std::span(logits).subspan(index * vocabulary, vocabulary);
  }
};

template <class Real = float>
struct Answer {
  std::vector<Real> merged;       ///< step 5, as many as tokens; not normalised. The caller gives it its size
  std::vector<double> entropies;  ///< of all n + 1 rows, without eta. The caller gives it its size
  std::ptrdiff_t chosen = -1;     ///< the context of least entropy, counted from 0; -1 for the other pools and n = 0
  std::int64_t token = -1;
};

/// What a variant throws (std::invalid_argument) for an average with floor = -inf of contexts that have no token in
/// common.
inline constexpr const char* no_token_is_left =
    "no token is possible in every context: an average needs a floor, or a larger top-p";

/// What steps 1 to 3 find out about one row.
struct Row {
  double log_sum = 0;  ///< log sum exp(logits)
  double entropy = 0;
  std::size_t kept = 0;       ///< number of tokens
  double threshold = 0;       ///< kept: logits above it, and those equal to it
  std::size_t last_tied = 0;  ///< up to this id

  bool keeps(double logit, std::size_t id) const {
    return logit > threshold || (logit == threshold && id <= last_tied);
  }
};

/// Steps 1 to 3 for one row, by sorting it. O(V log V).
template <class Logit>
Row read_row(std::span<const Logit> logits, const Settings& settings);

/// The definition: everything in double. O(n V log V). Throws std::invalid_argument where `require_valid` does, and for
/// an average with floor = -inf that leaves no token possible.
template <class Logit, class Real>
void reference(const Problem<Logit>& problem, Answer<Real>& answer);

/// The one place where input is refused but for the logits' values, which the variants check as they read them, with
/// `refuse_row`.
template <class Logit>
void require_valid(const Problem<Logit>& problem);
template <class Logit, class Real>
void require_valid(const Problem<Logit>& problem, const Answer<Real>& answer);

/// Throws std::invalid_argument with what is wrong with a row that has NaN, +inf, or nothing finite; else does nothing.
template <class Logit>
void refuse_row(std::span<const Logit> logits, std::size_t index);

/// Step 4's choice among the rows' entropies (row 0 is not a context); -1 where there is no context.
std::ptrdiff_t choose(std::span<const double> entropies, std::ptrdiff_t previous, double eta);

}  // namespace tandem::nbce
