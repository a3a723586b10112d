// C6 and C7: what stopping early costs, and whether that is factoring.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "benchmarks/suite/statistics.hpp"
#include "claims/ab_plus_c/support.hpp"
#include "impl/support/random.hpp"

namespace tandem::claims {
namespace {

using namespace ab_plus_c;

/// Candidates tried by the early stop in units of N^{1/6}, for random N of some bits, ascending.
std::vector<double> scaled_iterations(int bits, std::size_t samples) {
  std::vector<double> scaled(samples);
  for (std::size_t i = 0; i < samples; ++i) {
    Natural n = random_number(std::min(bits, 63), i);
    if (bits > 63) n = n << (bits - 63) | (random_bits(7, i) >> (127 - bits));
    scaled[i] = static_cast<double>(minimum(n).iterations) / std::pow(static_cast<double>(n), 1.0 / 6);
  }
  std::ranges::sort(scaled);
  return scaled;
}

/// The mean of the law of C6b, in units of N^{1/6}.
double mean_of_the_law() { return std::pow(1.5, 2.0 / 3) * std::tgamma(5.0 / 3); }

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Outcome sixth_root_law(bool full) {
  Series measured{.name = "mean, middle 98 % of N", .mark = Mark::points};
  Series law{.name = "1.183 N^(1/6)"};
  std::size_t cases = 0;
  for (int bits = 20; bits <= 90; bits += 10) {
    const std::size_t samples = std::size_t{full ? 10U : 1U} * (bits <= 60 ? 10'000 : bits <= 70 ? 4'000 : 1'000);
    cases += samples;
    const double size = std::ldexp(0.75, bits);
    const double root = std::pow(size, 1.0 / 6);
    const std::vector<double> scaled = scaled_iterations(bits, samples);
    measured.x.push_back(size);
    measured.y.push_back(mean(scaled) * root);
    measured.low.push_back(scaled[samples / 100] * root);
    measured.high.push_back(scaled[samples * 99 / 100] * root);
    law.x.push_back(size);
    law.y.push_back(mean_of_the_law() * root);
  }
  const suite::Interval exponent = suite::growth_exponent(measured.x, measured.y);
  return {fmt::format("exponent {:.4f} [{:.4f}, {:.4f}] over 20 to 90 bits", exponent.estimate, exponent.low,
                      exponent.high),
          confirmed_if(std::abs(exponent.estimate - 1.0 / 6) < 0.01),
          cases,
          {{.title = "Candidates that the early stop tries",
            .x = {"N", true},
            .y = {"candidates", true},
            .series = {measured, law}}}};
}

/// If the excess over 2 sqrt N has P(excess > K) = exp(-(2/3) K^{3/2} N^{-1/4}), then the mean is
/// (3/2)^{2/3} Gamma(5/3) N^{1/6}, the median (1.5 ln 2)^{2/3} N^{1/6} and the 99th percentile (1.5 ln 100)^{2/3}
/// N^{1/6}.
Outcome weibull_law(bool full) {
  const std::size_t samples = full ? 400'000 : 60'000;
  const std::vector<double> scaled = scaled_iterations(63, samples);
  const double mean_ratio = mean(scaled) / mean_of_the_law();
  const double median_ratio = scaled[samples / 2] / std::pow(1.5 * std::log(2.0), 2.0 / 3);
  const double tail_ratio = scaled[samples * 99 / 100] / std::pow(1.5 * std::log(100.0), 2.0 / 3);
  const auto near = [](double ratio) { return std::abs(ratio - 1) < 0.015; };
  return {fmt::format("{} N of 63 bits: mean {:.4f}, median {:.4f}, 99th percentile {:.4f} of the law's", samples,
                      mean_ratio, median_ratio, tail_ratio),
          confirmed_if(near(mean_ratio) && near(median_ratio) && near(tail_ratio)), samples};
}

bool is_prime(std::uint64_t n) {
  for (std::uint64_t d = 2; d * d <= n; ++d) {
    if (n % d == 0) return false;
  }
  return n > 1;
}

std::uint64_t prime_above(std::uint64_t n) {
  while (!is_prime(n)) ++n;
  return n;
}

Outcome not_factoring(bool) {
  constexpr std::uint64_t count = 300;
  double scaled = 0;
  std::uint64_t factored = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t n = prime_above(random_number(31, 2 * i)) * prime_above(random_number(31, 2 * i + 1));
    const Minimum answer = minimum(n);
    scaled += static_cast<double>(answer.iterations) / std::pow(static_cast<double>(n), 1.0 / 6);
    factored += answer.c == 0 ? 1 : 0;
  }
  const double average = scaled / static_cast<double>(count);
  return {fmt::format("{} products of two 31-bit primes: {:.2f} N^(1/6) candidates on average, {} of them factored",
                      count, average, factored),
          average < 1.5 && factored < count / 2 ? Verdict::refuted : Verdict::unstable, count};
}

const RegisteredClaims ab_plus_c_early_stop_registered{{
    {.id = "C6a",
     .method = "ab_plus_c",
     .statement = "Stopping early, the mean number of candidates grows as N^(1/6)",
     .source = of_this_project,
     .threshold = "exponent 1/6 +- 0.01",
     .quick_seconds = 3,
     .full_seconds = 30,
     .experiment = sixth_root_law},
    {.id = "C6b",
     .method = "ab_plus_c",
     .statement = "The number of candidates follows a Weibull law of shape 3/2, of mean 1.183 N^(1/6)",
     .source = of_this_project,
     .threshold = "mean, median and 99th percentile within 1.5 %",
     .full_seconds = 5,
     .experiment = weibull_law},
    {.id = "C7",
     .method = "ab_plus_c",
     .statement = "The problem has the complexity of factoring N",
     .source = "a reader's comment on kexue.fm 9775",
     .threshold = "products of two primes cost more than other N, or are factored",
     .experiment = not_factoring},
}};

}  // namespace
}  // namespace tandem::claims
