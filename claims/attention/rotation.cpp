// Claims about RoPE with query and key bias (kexue.fm 9577) that need no training.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "claims/attention/support.hpp"
#include "claims/suite/claim.hpp"
#include "impl/support/random.hpp"

namespace tandem::claims {
namespace {

using Vector = std::vector<double>;

constexpr std::size_t vector_width = 128;

/// Normal numbers of the given correlation with `other`.
Vector correlated(const Vector& other, double correlation, std::uint64_t seed) {
  Vector numbers(vector_width);
  for (std::size_t i = 0; i < vector_width; ++i) {
    numbers[i] = correlation * other[i] + std::sqrt(1 - correlation * correlation) * random_normal(seed, i, 8);
  }
  return numbers;
}

Vector normal(std::uint64_t seed) { return correlated(Vector(vector_width, 0), 0, seed); }

/// A problem with the two biases alone or with random queries and keys, causal, RoPE over all numbers.
attention::Problem biased_problem(std::size_t n, double content, std::uint64_t seed) {
  attention::Problem problem = attention::random_problem({1, 1, n, n, vector_width}, seed, content);
  problem.mask.causal = true;
  problem.rotation.width = vector_width;
  problem.query_bias = attention::normal_numbers(vector_width, 1, seed, 3);
  problem.key_bias = attention::normal_numbers(vector_width, 1, seed, 4);
  return problem;
}

Outcome four_terms(bool full) {
  double worst = 0;
  std::size_t cases = 0;
  for (std::uint64_t seed = 0; seed < (full ? 20U : 4U); ++seed) {
    const std::size_t n = 60;
    const attention::Problem problem = biased_problem(n, 1, seed);
    const attention::Row row = exact_row(problem, 0, n - 1);
    const auto last = static_cast<std::ptrdiff_t>((n - 1) * vector_width);
    const Vector q(problem.queries.begin() + last, problem.queries.end());
    const Vector a(problem.query_bias.begin(), problem.query_bias.end());
    const Vector b(problem.key_bias.begin(), problem.key_bias.end());
    for (std::size_t j = 0; j < n; ++j, ++cases) {
      const auto at = problem.keys.begin() + static_cast<std::ptrdiff_t>(j * vector_width);
      const Vector k(at, at + vector_width);
      const double distance = static_cast<double>(n - 1 - j);
      const double terms =
          turned(q, k, distance) + turned(a, k, distance) + turned(q, b, distance) + turned(a, b, distance);
      worst = std::max(worst, std::abs(row.scores[j] * std::sqrt(static_cast<double>(vector_width)) - terms));
    }
  }
  return {fmt::format("largest difference {:.1e} of scores of some 20", worst), confirmed_if(worst <= 1e-11), cases};
}

Outcome key_bias_alone(bool) {
  double without = 0;
  double with = 1e9;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    attention::Problem problem = biased_problem(100, 1, seed);
    const auto change = [&](std::size_t rotated) {
      problem.rotation.width = rotated;
      problem.key_bias = attention::normal_numbers(vector_width, 1, seed, 4);
      const Vector biased = exact_row(problem, 0, 99).output;
      problem.key_bias.clear();
      const Vector plain = exact_row(problem, 0, 99).output;
      double most = 0;
      for (std::size_t i = 0; i < vector_width; ++i) most = std::max(most, std::abs(biased[i] - plain[i]));
      return most;
    };
    without = std::max(without, change(0));
    with = std::min(with, change(vector_width));
  }
  return {fmt::format("outputs move by {:.1e} at most without RoPE, by {:.2f} at least with it", without, with),
          confirmed_if(without <= 1e-12 && with >= 0.01), 10};
}

Outcome sandwich(bool) {
  const double l = 0.7;
  double worst = 0;
  attention::Problem problem = biased_problem(300, 0, 1);
  for (std::size_t i = 0; i < vector_width; ++i) {
    problem.query_bias[i] = problem.key_bias[i] = i % 2 == 0 ? static_cast<float>(std::sqrt(l)) : 0;
  }
  const double square = static_cast<double>(problem.query_bias[0]) * problem.query_bias[0];
  const attention::Row row = exact_row(problem, 0, 299);
  for (std::size_t j = 0; j < 300; ++j) {
    const attention::RelativeBias bias{attention::Relative::sandwich, square, 10000};
    const double expected = relative_bias(bias, problem.shape, 0, 299 - static_cast<double>(j));
    worst = std::max(worst, std::abs(row.scores[j] * std::sqrt(static_cast<double>(vector_width)) - expected));
  }
  return {fmt::format("largest difference {:.1e} over 300 distances", worst), confirmed_if(worst <= 1e-11), 300};
}

/// S(D) = sum of the pairs' cosines: the score of equal, flat biases.
double cosine_sum(double distance) {
  double sum = 0;
  for (std::size_t i = 0; i < vector_width / 2; ++i) sum += std::cos(distance * theta(i, vector_width));
  return sum;
}

Outcome logarithmic_decay(bool) {
  Vector sums, logs;
  double worst = 0;
  constexpr double euler = 0.57721566;
  for (double distance = 4; distance <= 1250; distance = std::floor(distance * 1.1 + 1)) {
    sums.push_back(cosine_sum(distance));
    logs.push_back(std::log(distance));
    const double predicted = vector_width / 2.0 * (1 - (logs.back() + euler) / std::log(10000));
    worst = std::max(worst, std::abs(sums.back() - predicted));
  }
  const double fit = std::pow(correlation(sums, logs), 2);
  return {
      fmt::format("R^2 of S over log D {:.3f}; from (d/2)(1 - (log D + 0.577) / log B) off by {:.0f} % of d/2 at most",
                  fit, 100 * worst / (vector_width / 2.0)),
      confirmed_if(fit >= 0.95), sums.size()};
}

Outcome monotone(bool) {
  std::size_t rises = 0;
  const std::size_t last = 2048;
  for (std::size_t distance = 0; distance < last; ++distance) {
    rises += cosine_sum(static_cast<double>(distance + 1)) > cosine_sum(static_cast<double>(distance)) ? 1 : 0;
  }
  return {fmt::format("it rises in {:.0f} % of the steps from D to D + 1 up to 2048",
                      100 * static_cast<double>(rises) / static_cast<double>(last)),
          confirmed_if(rises == 0), last};
}

Outcome decay_needs_alignment(bool full) {
  const std::uint64_t draws = full ? 400 : 60;
  Vector logs;
  std::vector<double> distances;
  for (double distance = 1; distance <= 2048; distance = std::ceil(distance * 1.43)) distances.push_back(distance);
  for (const double distance : distances) logs.push_back(-std::log(distance));
  std::string figures;
  std::vector<Verdict> verdicts;
  for (const double share : {0.0, 0.3, 0.7, 1.0}) {
    std::size_t decays = 0;
    for (std::uint64_t draw = 0; draw < draws; ++draw) {
      const Vector a = normal(2 * draw);
      const Vector b = correlated(a, share, 2 * draw + 1);
      Vector scores;
      for (const double distance : distances) scores.push_back(turned(a, b, distance));
      decays += correlation(scores, logs) > 0.8 ? 1 : 0;
    }
    const double of_draws = static_cast<double>(decays) / static_cast<double>(draws);
    figures += fmt::format("{}{}: {:.1f} %", figures.empty() ? "" : ", ", share, 100 * of_draws);
    verdicts.push_back(confirmed_if(of_draws >= 0.9));
  }
  return {"draws whose bias score falls with log D (correlation above 0.8), by the correlation of a and b: " + figures,
          together(verdicts), 4 * draws};
}

Outcome harmless_terms(bool full) {
  const std::uint64_t draws = full ? 200000 : 20000;
  const Vector a = normal(1);
  double squares = 0;
  for (const double number : a) squares += number * number;
  double sum = 0;
  double sum_of_squares = 0;
  for (std::uint64_t draw = 0; draw < draws; ++draw) {
    const double term = turned(a, normal(100 + draw), static_cast<double>(draw % 500));
    sum += term;
    sum_of_squares += term * term;
  }
  const auto count = static_cast<double>(draws);
  const double deviation = std::sqrt(squares);
  const double mean = sum / count;
  const double spread = std::sqrt(sum_of_squares / count);
  return {fmt::format("a^T R k over random keys: mean {:.3f} (standard error {:.3f}), deviation {:.2f}, |a| = {:.2f}",
                      mean, deviation / std::sqrt(count), spread, deviation),
          confirmed_if(std::abs(mean) <= 4 * deviation / std::sqrt(count) && std::abs(spread / deviation - 1) <= 0.05),
          draws};
}

const RegisteredClaims attention_rotation_registered{{
    {.id = "B1",
     .method = "attention",
     .statement =
         "With biases before the rotation a score is the sum of four terms, of which the last knows positions alone",
     .source = "kexue.fm 9577",
     .threshold = "1e-11",
     .experiment = four_terms},
    {.id = "B2",
     .method = "attention",
     .statement = "A key bias changes nothing without RoPE, and something with it",
     .source = "kexue.fm 9577",
     .threshold = "1e-12; 0.01",
     .experiment = key_bias_alone},
    {.id = "B3",
     .method = "attention",
     .statement = "Biases of sqrt(l), 0, sqrt(l), 0, ... are Sandwich",
     .source = "kexue.fm 9577; arXiv 2212.10356",
     .threshold = "1e-11",
     .experiment = sandwich},
    {.id = "B4a",
     .method = "attention",
     .statement = "The score of equal, flat biases falls like the logarithm of the distance",
     .source = of_this_project,
     .threshold = "R^2 at least 0.95 at distances that are spaced by their logarithm",
     .experiment = logarithmic_decay},
    {.id = "B4b",
     .method = "attention",
     .statement = "It falls with the distance",
     .source = "kexue.fm 9577, taken at its word",
     .threshold = "at no step from D to D + 1 does it rise, up to 2048",
     .experiment = monotone},
    {.id = "B5",
     .method = "attention",
     .statement = "Query and key bias make attention decay with distance",
     .source = "kexue.fm 9577",
     .threshold = "at least 90 % of random biases, for correlations of 0, 0.3, 0.7 and 1 between the two",
     .full_seconds = 4,
     .experiment = decay_needs_alignment},
    {.id = "B6",
     .method = "attention",
     .statement = "The terms of one bias and a random vector have mean 0, and the deviation |a|",
     .source = "kexue.fm 9577",
     .threshold = "four standard errors; 5 %",
     .quick_seconds = 2,
     .full_seconds = 20,
     .experiment = harmless_terms},
}};

}  // namespace
}  // namespace tandem::claims
