#include "benchmarks/regression/decision.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace tandem::regression {
namespace {

using suite::Interval;
using suite::Verdict;

constexpr double pair_confidence = 0.95;
constexpr double largest_forecast = 1e6;

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

Interval exponential(const Interval& logs) {
  return {std::exp(logs.estimate), std::exp(logs.low), std::exp(logs.high)};
}

/// A pair contradicts a direction (+1 slower, -1 faster) if its median points the other way, or its own interval ends
/// short of the margin.
bool contradicts(const Interval& logs, double direction, double log_margin) {
  const double furthest = direction > 0 ? logs.high : -logs.low;
  return direction * logs.estimate <= 0 || furthest < log_margin;
}

/// The interval narrows as one over the square root of the rounds; it must come to lie on one side of the margin.
std::size_t forecast(const Interval& logs, double log_margin, std::size_t rounds) {
  const double gap = std::abs(std::abs(logs.estimate) - log_margin);
  const double half_width = (logs.high - logs.low) / 2;
  if (!std::isfinite(half_width) || gap == 0) return 0;
  const double ratio = half_width / gap;
  const double needed = static_cast<double>(rounds) * (ratio * ratio - 1);
  return static_cast<std::size_t>(std::clamp(std::ceil(needed), 1.0, largest_forecast));
}

}  // namespace

double look_confidence(double error, std::size_t looks, std::size_t rows) {
  return 1 - error / static_cast<double>(looks * std::max<std::size_t>(1, rows));
}

Decision decide(std::span<const PairTimes> pairs, double margin, double confidence, std::size_t fewest_pairs) {
  Decision decision;
  std::vector<double> all;
  std::vector<Interval> by_pair;
  std::size_t run = 0;
  for (const PairTimes& pair : pairs) {
    const std::vector<double> logs = log_ratios(pair);
    run += pair.base.size();
    all.insert(all.end(), logs.begin(), logs.end());
    if (logs.empty()) continue;
    by_pair.push_back(suite::median_interval(logs, pair_confidence));
    decision.pair_ratios.push_back(std::exp(by_pair.back().estimate));
  }
  decision.rounds = all.size();
  if (4 * all.size() < 3 * run || all.empty()) {
    decision.why = fmt::format("the clock gave no usable time in {} of {} rounds", run - all.size(), run);
    return decision;
  }
  const Interval logs = suite::median_interval(all, confidence);
  const double log_margin = std::log1p(margin);
  decision.time_ratio = exponential(logs);
  const Verdict word = suite::verdict(exponential({-logs.estimate, -logs.high, -logs.low}), margin);
  if (word == Verdict::undecided) {
    decision.more_rounds = forecast(logs, log_margin, decision.rounds);
    return decision;
  }
  if (by_pair.size() < fewest_pairs) {
    decision.why = fmt::format("it takes {} pairs of processes, and there were {}", fewest_pairs, by_pair.size());
    return decision;
  }
  if (word != Verdict::same) {
    const double direction = word == Verdict::slower ? 1 : -1;
    const auto contradictions =
        std::ranges::count_if(by_pair, [&](const Interval& pair) { return contradicts(pair, direction, log_margin); });
    if (contradictions > (by_pair.size() >= first_looks.back() ? 1 : 0)) {
      decision.why = "the pairs of processes contradict each other";
      return decision;
    }
  }
  decision.verdict = word;
  return decision;
}

Decision confirmed(const Decision& first, Decision second) {
  if (second.verdict == first.verdict) return second;
  if (second.verdict != Verdict::undecided || second.why.empty()) {
    second.why = fmt::format("{} in the first race, not confirmed by the second", suite::describe(first.verdict, 0));
  }
  second.verdict = Verdict::undecided;
  return second;
}

double margin_of_self_race(std::span<const double> pair_ratios) {
  if (pair_ratios.empty()) throw std::invalid_argument("a self-race without pairs gives no margin");
  constexpr double least = 0.01;
  std::vector<double> distances;
  for (const double ratio : pair_ratios) distances.push_back(std::expm1(std::abs(std::log(ratio))));
  std::ranges::sort(distances);
  const auto rank = static_cast<std::size_t>(std::ceil(0.75 * static_cast<double>(distances.size())));
  return std::max(least, distances[rank - 1]);
}

}  // namespace tandem::regression
