// From noisy times to words: medians with exact intervals, ratios paired by round, verdicts, the order of the rounds.
//
// Why paired rounds: neighbours on the same machine make times drift, so that two series measured one after the other
// differ although nothing changed. Two arms of one round share the drift, and their log ratio is all but free of it.
// Why the sign test: it assumes nothing of the noise but independent rounds, no normality and no finite variance, and
// it is exact and deterministic; no resampling, hence no seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tandem::suite {

/// An estimate between the ends of its confidence interval.
struct Interval {
  double estimate = 0;
  double low = 0;
  double high = 0;
};

/// The middle value; the mean of the two middle ones where their number is even. O(n).
/// Throws std::invalid_argument if there is no sample or one is NaN.
double median(std::span<const double> samples);

/// The largest rank k for which the k-th smallest and the k-th largest of `count` samples enclose the median of their
/// distribution with at least this confidence: P(Binomial(count, 1/2) < k) <= (1 - confidence) / 2. 0 where even the
/// extremes do not. O(count). Throws std::invalid_argument unless 0 < confidence < 1.
std::size_t sign_test_rank(std::size_t count, double confidence);

/// The median with its exact sign-test interval, [-inf, inf] where there are too few samples for the confidence. Ties
/// only make the interval more careful. O(n log n).
/// Throws std::invalid_argument if there is no sample, one is NaN, or unless 0 < confidence < 1.
Interval median_interval(std::span<const double> samples, double confidence = 0.95);

/// numerator / denominator, paired by round: the exponential of the median log ratio and of its interval. A speedup has
/// the times of the slower arm as numerators. A round with a time that is not positive and finite (a clock too coarse
/// for it) is dropped; {NaN, 0, inf} where all are.
/// Throws std::invalid_argument for spans of different lengths or unless 0 < confidence < 1.
Interval ratio_interval(std::span<const double> numerator_times, std::span<const double> denominator_times,
                        double confidence = 0.95);

/// The times of a row by rounds: of the first of its epochs, and the smallest of all of them.
struct RoundTimes {
  std::size_t epochs = 1;  ///< in each round
  std::vector<double> first;
  std::vector<double> smallest;
};

/// ratio_interval of two rows with the same treatment of both: the smallest of two epochs is below the time of one by
/// what noise adds to it, so rows with different numbers of epochs are compared by their first ones.
Interval fair_ratio(const RoundTimes& numerator, const RoundTimes& denominator);

enum class Word { faster, slower, same, undecided };

/// What an interval of the speedup says: `faster` where all of it lies beyond 1 + margin, `slower` where all of it lies
/// below 1 / (1 + margin), `same` where it lies between the two, else `undecided`. A wide interval is never `same`.
/// Throws std::invalid_argument unless margin >= 0.
Word word_of(const Interval& speedup, double margin);

/// Whether further rounds would hardly change what is said of the interval: it is narrower than a tenth, and lies
/// beyond the bounds of `word_of` by its own width or, where it is between them, is no wider than the margin.
bool is_settled(const Interval& speedup, double margin);

/// "faster", "slower", "same within 2 %" (for margin 0.02) or "undecided".
std::string describe(Word word, double margin);

/// The order of the arms in every round. Each block of `arms` rounds is a Latin square (every arm once in each
/// position) with arms and rounds shuffled anew, so that no arm always runs first. For an even number of arms each
/// also follows every other once per block, for an odd number twice per two blocks (squares of Williams, "Experimental
/// designs balanced for the estimation of residual effects of treatments", 1949): what an arm leaves in the caches
/// favours no other. Two arms give ABBA or BAAB. A last block that is cut short is balanced only in part.
/// The same seed gives the same orders. Throws std::invalid_argument if there is no arm.
std::vector<std::vector<std::size_t>> latin_square_orders(std::size_t arms, std::size_t rounds, std::uint64_t seed);

/// The probability that a Student variable of that many degrees of freedom lies further from 0 than t, on either side.
/// O(freedom). Throws std::invalid_argument for no degree of freedom.
double student_p_value(double t, std::size_t freedom);

/// The t that a Student variable of that many degrees of freedom stays within, on either side of 0, with this
/// confidence: by bisection, O(freedom). Throws std::invalid_argument for no degree of freedom or unless
/// 0 < confidence < 1.
double student_quantile(std::size_t freedom, double confidence);

/// The exponent e of cost = constant * size^e: the least-squares slope of log cost on log size with its 95 % interval
/// by Student's t on n - 2 degrees of freedom. That interval is right where the relative errors of the costs are alike
/// and independent; costs should be medians, which are nearly normal. It does not know of a curve that is no power law.
/// A pair that is not positive and finite is dropped. Fewer than three different sizes tell nothing of the error: the
/// interval is then [-inf, inf]; fewer than two: the estimate is NaN, too.
/// Throws std::invalid_argument for spans of different lengths.
Interval growth_exponent(std::span<const double> sizes, std::span<const double> costs);

}  // namespace tandem::suite
