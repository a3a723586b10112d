#include "benchmarks/regression/decision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace tandem::regression {
namespace {

using suite::Interval;
using suite::Word;

/// One side of nineteen in twenty.
constexpr double usual_confidence = 0.9;

bool is_time(double seconds) { return seconds > 0 && std::isfinite(seconds); }

std::vector<double> log_ratios(const PairTimes& pair) {
  if (pair.base.size() != pair.head.size()) {
    throw std::invalid_argument("the two builds of a pair must have run the same rounds");
  }
  std::vector<double> result;
  for (std::size_t round = 0; round < pair.base.size(); ++round) {
    if (is_time(pair.base[round]) && is_time(pair.head[round])) {
      result.push_back(std::log(pair.head[round] / pair.base[round]));
    }
  }
  return result;
}

/// From so many values on the largest and the smallest have no say.
constexpr std::size_t fewest_to_trim = 8;

/// A sample of pairs: the mean of those that have a say, and the squares of the distances from it.
struct Sample {
  double mean = 0;
  double count = 0;
  double squares = 0;
  std::size_t freedom = 0;

  explicit Sample(std::vector<double> values) {
    if (values.empty()) return;
    std::ranges::sort(values);
    std::span<const double> heard = values;
    if (values.size() >= fewest_to_trim) heard = heard.subspan(1, values.size() - 2);
    count = static_cast<double>(heard.size());
    mean = std::accumulate(heard.begin(), heard.end(), 0.0) / count;
    freedom = heard.size() - 1;
    // As if the two that have no say were as far out as the next ones.
    values.front() = heard.front();
    values.back() = heard.back();
    const double middle = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    for (const double value : values) squares += (value - middle) * (value - middle);
  }
};

}  // namespace

double look_confidence(double error, std::size_t looks, std::size_t rows) {
  return 1 - error / static_cast<double>(looks * std::max<std::size_t>(1, rows));
}

Decision decide(std::span<const PairTimes> pairs, const Rule& rule) {
  Decision decision;
  std::vector<double> logs;  // one of each pair
  std::size_t run = 0;
  for (const PairTimes& pair : pairs) {
    const std::vector<double> of_rounds = log_ratios(pair);
    run += pair.base.size();
    decision.rounds += of_rounds.size();
    if (of_rounds.empty()) continue;
    logs.push_back(suite::median(of_rounds));
    decision.pair_ratios.push_back(std::exp(logs.back()));
  }
  if (4 * decision.rounds < 3 * run || logs.empty()) {
    decision.why = fmt::format("the clock gave no usable time in {} of {} rounds", run - decision.rounds, run);
    return decision;
  }
  const Sample sample(logs);
  decision.time_ratio = {std::exp(sample.mean), 0, std::numeric_limits<double>::infinity()};
  if (logs.size() < rule.fewest_pairs) {
    decision.why = fmt::format("it takes {} pairs of processes, and there were {}", rule.fewest_pairs, logs.size());
    return decision;
  }

  std::vector<double> other_logs;
  for (const double ratio : rule.other_pairs) other_logs.push_back(std::log(ratio));
  const Sample others(other_logs);
  const std::size_t freedom = sample.freedom + others.freedom;
  const double error = std::sqrt((sample.squares + others.squares) / static_cast<double>(freedom) / sample.count);
  const double half_width = suite::student_quantile(freedom, rule.confidence) * error;
  const double middle = sample.mean;
  decision.time_ratio = {std::exp(middle), std::exp(middle - half_width), std::exp(middle + half_width)};

  const double log_margin = std::log1p(rule.margin);
  decision.would_have_found =
      std::expm1(log_margin + half_width + suite::student_quantile(freedom, usual_confidence) * error);
  const bool is_change = std::abs(middle) - half_width > log_margin;
  const bool is_same = rule.margin_rules ? std::abs(middle) + half_width <= log_margin
                                         : !is_change && decision.would_have_found <= widest_same;
  if (is_same) {
    decision.word = Word::same;
    decision.same_within = rule.margin_rules ? rule.margin : decision.would_have_found;
  } else if (is_change) {
    const Word word = middle > 0 ? Word::slower : Word::faster;
    if (logs.size() >= rule.fewest_pairs_for_a_change) {
      decision.word = word;
    } else {
      decision.why = fmt::format("it takes {} pairs of processes to call it {}, and there were {}",
                                 rule.fewest_pairs_for_a_change, suite::describe(word, 0), logs.size());
    }
  }
  return decision;
}

Decision confirmed(const Decision& first, Decision second) {
  if (second.word == first.word) return second;
  if (second.word != Word::undecided || second.why.empty()) {
    second.why = fmt::format("{} in the first race, not confirmed by the second", suite::describe(first.word, 0));
  }
  second.word = Word::undecided;
  return second;
}

}  // namespace tandem::regression
