// From the times of two builds to a word, with what keeps the word honest:
//
// - a round holds two short epochs of each build in the order ABBA or BAAB, the smaller of a build's two counts, and
//   only the ratio of a round is used: what drifts is shared and drops out;
// - a pair of processes is one observation, the median ratio of its rounds. Where code and data happen to lie makes one
//   process of the same program some per cent faster than the next, all of its rounds alike: more rounds of one pair
//   say nothing of the builds. How much pairs differ is measured, and their mean has Student's interval, without the
//   largest and the smallest of eight and more: one disturbed process is not to decide (Yuen, "The two-sample trimmed t
//   for unequal population variances", 1974);
// - what the first race calls faster or slower is only suspected. A second race with new processes decides, and its
//   error is shared among all suspected rows (Bonferroni): that bounds the chance that any row at all is wrongly called
//   slower, whatever the first race did, because the pairs whose mean it takes are independent of it;
// - looks at the data are few and fixed beforehand, and share the error between them (Bonferroni).
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

/// After how many pairs of processes the data are looked at, in the first race and in the second.
inline constexpr std::array<std::size_t, 3> first_looks = {3, 6, 12};
inline constexpr std::array<std::size_t, 3> second_looks = {8, 12, 20};

/// A row is undecided and not the same where a slowdown of so much might have been missed.
inline constexpr double widest_same = 0.05;

/// A smaller change is nobody's concern.
inline constexpr double default_margin = 0.01;

/// The confidence of one look so that `error` is the chance of a wrong word over all looks and rows.
double look_confidence(double error, std::size_t looks, std::size_t rows);

/// What makes a word.
struct Rule {
  double margin = default_margin;  ///< a change must lie beyond it (0.01: 1 %)
  bool margin_rules = false;       ///< the same is what keeps to the margin, whatever would have been found
  double confidence = 0.95;
  std::size_t fewest_pairs = first_looks.front();
  /// So many call a row faster or slower. Where the luck of layout is one of two places, few pairs would often agree by
  /// chance and hide that they differ.
  std::size_t fewest_pairs_for_a_change = first_looks.back();
  /// The ratios of other pairs of the same two builds: how much pairs differ is learnt from them, too.
  std::span<const double> other_pairs{};
};

struct Decision {
  suite::Word word = suite::Word::undecided;
  suite::Interval time_ratio{1, 0, 0};  ///< head / base: 1.05 is 5 % slower
  std::vector<double> pair_ratios;      ///< the median of every pair
  double same_within = 0;  ///< of a row that is the same: the margin where it rules, else what would have been found
  /// A slowdown of so much (0.02: 2 %) would have been found in 19 of 20 races like this one; 0: not known.
  double would_have_found = 0;
  std::size_t rounds = 0;  ///< that were of use
  std::string why;         ///< why it is undecided, where that is not the width of the interval
};

/// The rule applied to all pairs. Fewer than three pairs, or clocks that gave no time in a quarter of the rounds,
/// decide nothing. Throws std::invalid_argument for base and head of different lengths.
Decision decide(std::span<const PairTimes> pairs, const Rule& rule);

/// The word of a row after both races: the second one's where it agrees with the first, else undecided.
Decision confirmed(const Decision& first, Decision second);

}  // namespace tandem::regression
