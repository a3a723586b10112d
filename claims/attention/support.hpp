// What the claims about attention share.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "impl/attention/attention.hpp"
#include "problems/attention/problems.hpp"

namespace tandem::claims {

/// The answer of the fast kernel.
inline attention::Answer streamed(const attention::Problem& problem) {
  attention::Answer answer = attention::room_for(problem);
  attention::simd(problem, answer, {});
  return answer;
}

/// Rows of independent directions and the length sqrt(d): what the derivations of the log n law assume.
inline void make_isotropic(std::vector<float>& rows, std::size_t width) {
  for (std::size_t at = 0; at + width <= rows.size(); at += width) {
    double squares = 0;
    for (std::size_t i = 0; i < width; ++i) squares += static_cast<double>(rows[at + i]) * rows[at + i];
    const double factor = std::sqrt(static_cast<double>(width) / squares);
    for (std::size_t i = 0; i < width; ++i) rows[at + i] = static_cast<float>(rows[at + i] * factor);
  }
}

inline attention::Problem isotropic_problem(std::size_t queries, std::size_t keys, std::size_t width,
                                            std::uint64_t seed) {
  attention::Problem problem = attention::random_problem({1, 1, queries, keys, width}, seed);
  make_isotropic(problem.queries, width);
  make_isotropic(problem.keys, width);
  return problem;
}

inline double mean_of(const std::vector<float>& numbers) {
  double sum = 0;
  for (const float number : numbers) sum += number;
  return sum / static_cast<double>(numbers.size());
}

/// The angle by which RoPE turns a pair of `width` numbers from one position to the next.
inline double theta(std::size_t pair, std::size_t width) {
  return std::pow(10000, -2.0 * static_cast<double>(pair) / static_cast<double>(width));
}

/// x^T R_D y of interleaved pairs.
inline double turned(const std::vector<double>& x, const std::vector<double>& y, double distance) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size() / 2; ++i) {
    const double* u = x.data() + 2 * i;
    const double* v = y.data() + 2 * i;
    const double angle = distance * theta(i, x.size());
    sum += std::cos(angle) * (u[0] * v[0] + u[1] * v[1]) - std::sin(angle) * (u[1] * v[0] - u[0] * v[1]);
  }
  return sum;
}

inline double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / static_cast<double>(a.size());
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / static_cast<double>(b.size());
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

/// The mean entropy of random rows under a scale policy.
inline double mean_entropy(attention::Problem problem, attention::Scale policy) {
  problem.scaling.policy = policy;
  return mean_of(streamed(problem).entropy);
}

}  // namespace tandem::claims
