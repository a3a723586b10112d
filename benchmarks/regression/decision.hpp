// From the times of two builds to a word, with what keeps the word honest:
//
// - a round holds two short epochs of each build in the order ABBA or BAAB, the smaller of a build's two counts, and
//   only the ratio of a round is used: what drifts is shared and drops out;
// - all ratios together must lie wholly beyond the margin, by the exact sign-test interval of their median;
// - no pair of processes may contradict: where the code and the heap happen to lie makes one process of the same
//   program some per cent faster than the next, all of its rounds alike. A pair has its own layout; a difference that
//   is the builds' own shows in all of them;
// - looks at the data are few and fixed beforehand, and share the error between them (Bonferroni);
// - what the first race calls faster or slower is only suspected. A second race with new processes decides, and its
//   error is shared among all suspected rows (Bonferroni): that bounds the chance that any row at all is wrongly called
//   slower, whatever the first race did, because its data are independent of it.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "benchmarks/suite/statistics.hpp"

namespace tandem::regression {

/// Seconds per run of one pair of processes, round by round. What is not positive and finite is no time: its round is
/// dropped.
struct PairTimes {
  std::vector<double> base;
  std::vector<double> head;
};

/// After how many pairs of processes the data are looked at, in the first race and in the second. Among twelve pairs
/// one may contradict, among fewer none. If a pair's luck falls to either build alike, then a row is called slower with
/// a chance below (1/8 + 13/4096) (1/256 + 13/4096) < 1/1000, however much the luck of layout may weigh.
inline constexpr std::array<std::size_t, 3> first_looks = {3, 6, 12};
inline constexpr std::array<std::size_t, 2> second_looks = {8, 12};

/// The confidence of one look so that `error` is the chance of a wrong word over all looks and rows.
double look_confidence(double error, std::size_t looks, std::size_t rows);

struct Decision {
  suite::Verdict verdict = suite::Verdict::undecided;
  suite::Interval time_ratio{1, 0, 0};  ///< head / base: 1.05 is 5 % slower
  std::vector<double> pair_ratios;      ///< the median of every pair
  std::size_t rounds = 0;               ///< that were of use
  std::size_t more_rounds = 0;          ///< about how many more an undecided row needs; 0 where that is not known
  std::string why;                      ///< why it is undecided, where that is not the width of the interval
};

/// `margin`: what counts as the same (0.02: 2 %). Fewer than three pairs, or clocks that gave no time in a quarter of
/// the rounds, decide nothing. Throws std::invalid_argument for base and head of different lengths.
Decision decide(std::span<const PairTimes> pairs, double margin, double confidence,
                std::size_t fewest_pairs = first_looks.front());

/// The word of a row after both races: the second one's where it agrees with the first, else undecided.
Decision confirmed(const Decision& first, Decision second);

/// The margin that this machine affords: what three in four pairs of a program's race against itself keep to,
/// and at least 1 %. Throws std::invalid_argument without any pair.
double margin_of_self_race(std::span<const double> pair_ratios);

}  // namespace tandem::regression
