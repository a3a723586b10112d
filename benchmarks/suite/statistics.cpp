#include "benchmarks/suite/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>
#include <stdexcept>

#include "impl/support/random.hpp"

namespace tandem::suite {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

void require_confidence(double confidence) {
  if (!(confidence > 0 && confidence < 1)) {
    throw std::invalid_argument(fmt::format("A confidence must lie between 0 and 1, not at {}.", confidence));
  }
}

void require_equal_lengths(std::size_t first, std::size_t second) {
  if (first != second) {
    throw std::invalid_argument(
        fmt::format("Paired samples must have equal lengths, but there are {} and {}.", first, second));
  }
}

bool is_positive(double value) { return value > 0 && value < infinity; }

std::vector<double> sorted(std::span<const double> samples) {
  if (samples.empty()) throw std::invalid_argument("The median of no samples is not defined.");
  if (std::ranges::any_of(samples, [](double sample) { return std::isnan(sample); })) {
    throw std::invalid_argument("A sample that is not a number has no rank.");
  }
  std::vector<double> result(samples.begin(), samples.end());
  std::ranges::sort(result);
  return result;
}

double middle(const std::vector<double>& ascending) {
  const std::size_t half = ascending.size() / 2;
  return ascending.size() % 2 == 1 ? ascending[half] : std::midpoint(ascending[half - 1], ascending[half]);
}

/// The probability that a Student variable lies within sqrt(freedom) tan(+-angle): a finite sum (Abramowitz and Stegun
/// 26.7.3 and 26.7.4). O(freedom).
double student_within(double angle, std::size_t freedom) {
  const bool odd = freedom % 2 == 1;
  const double cosine = std::cos(angle);
  double term = odd ? cosine : 1;
  double sum = 0;
  for (std::size_t power = odd ? 1 : 0; power + 2 <= freedom; power += 2) {
    sum += term;
    term *= cosine * cosine * static_cast<double>(power + 1) / static_cast<double>(power + 2);
  }
  sum *= std::sin(angle);
  return odd ? (angle + sum) * 2 / std::numbers::pi : sum;
}

std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed, std::uint64_t stream) {
  std::vector<std::size_t> result(count);
  std::iota(result.begin(), result.end(), std::size_t{0});
  for (std::size_t last = count; last > 1; --last) {
    std::swap(result[last - 1], result[random_bits(seed, stream, last) % last]);
  }
  return result;
}

}  // namespace

double median(std::span<const double> samples) { return middle(sorted(samples)); }

std::size_t sign_test_rank(std::size_t count, double confidence) {
  require_confidence(confidence);
  // Logarithms, because 2^-count underflows; the slack is far above their rounding and far below any probability step.
  const double allowed = (1 - confidence) / 2 * (1 + 1e-9);
  double log_probability = -static_cast<double>(count) * std::numbers::ln2;
  double tail = 0;
  std::size_t rank = 0;
  for (; rank < count; ++rank) {
    tail += std::exp(log_probability);
    if (tail > allowed) break;
    log_probability += std::log(static_cast<double>(count - rank) / static_cast<double>(rank + 1));
  }
  return rank;
}

Interval median_interval(std::span<const double> samples, double confidence) {
  const std::vector<double> ascending = sorted(samples);
  const std::size_t rank = sign_test_rank(ascending.size(), confidence);
  if (rank == 0) return {middle(ascending), -infinity, infinity};
  return {middle(ascending), ascending[rank - 1], ascending[ascending.size() - rank]};
}

Interval ratio_interval(std::span<const double> numerator_times, std::span<const double> denominator_times,
                        double confidence) {
  require_confidence(confidence);
  require_equal_lengths(numerator_times.size(), denominator_times.size());
  std::vector<double> log_ratios;
  for (std::size_t round = 0; round < numerator_times.size(); ++round) {
    if (is_positive(numerator_times[round]) && is_positive(denominator_times[round])) {
      log_ratios.push_back(std::log(numerator_times[round] / denominator_times[round]));
    }
  }
  if (log_ratios.empty()) return {not_a_number, 0, infinity};
  const Interval log_ratio = median_interval(log_ratios, confidence);
  return {std::exp(log_ratio.estimate), std::exp(log_ratio.low), std::exp(log_ratio.high)};
}

Interval fair_ratio(const RoundTimes& numerator, const RoundTimes& denominator) {
  const auto times = numerator.epochs == denominator.epochs ? &RoundTimes::smallest : &RoundTimes::first;
  return ratio_interval(numerator.*times, denominator.*times);
}

Word word_of(const Interval& speedup, double margin) {
  if (!(margin >= 0)) throw std::invalid_argument(fmt::format("A margin must not be negative, but it is {}.", margin));
  const double upper = 1 + margin;
  const double lower = 1 / upper;
  if (speedup.low > upper) return Word::faster;
  if (speedup.high < lower) return Word::slower;
  if (speedup.low >= lower && speedup.high <= upper) return Word::same;
  return Word::undecided;
}

bool is_settled(const Interval& speedup, double margin) {
  const double width = std::log(speedup.high / speedup.low);
  if (!(width < std::log1p(0.1))) return false;
  switch (word_of(speedup, margin)) {
    case Word::faster:
      return std::log(speedup.low) - std::log1p(margin) >= width;
    case Word::slower:
      return -std::log1p(margin) - std::log(speedup.high) >= width;
    case Word::same:
      return width <= std::log1p(margin);
    case Word::undecided:
      break;
  }
  return false;
}

std::string describe(Word word, double margin) {
  switch (word) {
    case Word::faster:
      return "faster";
    case Word::slower:
      return "slower";
    case Word::same:
      return fmt::format("same within {:.3g} %", margin * 100);
    case Word::undecided:
      break;
  }
  return "undecided";
}

std::vector<std::vector<std::size_t>> latin_square_orders(std::size_t arms, std::size_t rounds, std::uint64_t seed) {
  if (arms == 0) throw std::invalid_argument("A race needs at least one arm.");
  // 0, 1, arms - 1, 2, arms - 2, ...: neighbours differ by 1, -2, 3, ... modulo arms, which for an even number of arms
  // takes every value once, and for an odd number together with the reverse, every value twice: there the labels stay
  // for two blocks.
  std::vector<std::size_t> zigzag(arms);
  for (std::size_t position = 0; position < arms; ++position) {
    zigzag[position] = position % 2 == 1 ? (position + 1) / 2 : (arms - position / 2) % arms;
  }
  std::vector<std::vector<std::size_t>> orders(rounds, std::vector<std::size_t>(arms));
  std::vector<std::size_t> labels;
  std::vector<std::size_t> rows;
  for (std::size_t round = 0; round < rounds; ++round) {
    const std::size_t block = round / arms;
    if (round % arms == 0) {
      if (arms % 2 == 0 || block % 2 == 0) labels = shuffled(arms, seed, 2 * block);
      rows = shuffled(arms, seed, 2 * block + 1);
      if (block > 0) std::ranges::reverse(zigzag);
    }
    for (std::size_t position = 0; position < arms; ++position) {
      orders[round][position] = labels[(zigzag[position] + rows[round % arms]) % arms];
    }
  }
  return orders;
}

double student_p_value(double t, std::size_t freedom) {
  if (freedom == 0) throw std::invalid_argument("Student's t needs at least one degree of freedom.");
  const double angle = std::atan(std::abs(t) / std::sqrt(static_cast<double>(freedom)));
  return std::max(0.0, 1 - student_within(angle, freedom));
}

double student_quantile(std::size_t freedom, double confidence) {
  require_confidence(confidence);
  if (freedom == 0) throw std::invalid_argument("Student's t needs at least one degree of freedom.");
  double low = 0;
  double high = std::numbers::pi / 2;
  for (int halving = 0; halving < 60; ++halving) {
    const double angle = std::midpoint(low, high);
    (student_within(angle, freedom) < confidence ? low : high) = angle;
  }
  return std::sqrt(static_cast<double>(freedom)) * std::tan(low);
}

Interval growth_exponent(std::span<const double> sizes, std::span<const double> costs) {
  require_equal_lengths(sizes.size(), costs.size());
  std::vector<double> x;
  std::vector<double> y;
  for (std::size_t point = 0; point < sizes.size(); ++point) {
    if (is_positive(sizes[point]) && is_positive(costs[point])) {
      x.push_back(std::log(sizes[point]));
      y.push_back(std::log(costs[point]));
    }
  }
  const std::size_t different_sizes = std::set<double>(x.begin(), x.end()).size();
  if (different_sizes < 2) return {not_a_number, -infinity, infinity};

  const auto count = static_cast<double>(x.size());
  const double mean_x = std::reduce(x.begin(), x.end()) / count;
  const double mean_y = std::reduce(y.begin(), y.end()) / count;
  double xx = 0;
  double xy = 0;
  for (std::size_t point = 0; point < x.size(); ++point) {
    xx += (x[point] - mean_x) * (x[point] - mean_x);
    xy += (x[point] - mean_x) * (y[point] - mean_y);
  }
  const double slope = xy / xx;
  if (different_sizes < 3) return {slope, -infinity, infinity};

  double residual = 0;
  for (std::size_t point = 0; point < x.size(); ++point) {
    const double error = y[point] - mean_y - slope * (x[point] - mean_x);
    residual += error * error;
  }
  const double half_width = student_quantile(x.size() - 2, 0.95) * std::sqrt(residual / (count - 2) / xx);
  return {slope, slope - half_width, slope + half_width};
}

}  // namespace tandem::suite
