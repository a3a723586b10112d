// The claims about the minimum of a + b + c with N = ab + c (kexue.fm 9775), C1 to C9.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "benchmarks/suite/statistics.hpp"
#include "claims/suite/claim.hpp"
#include "impl/ab_plus_c/ab_plus_c.hpp"
#include "impl/support/random.hpp"
#include "problems/ab_plus_c/ab_plus_c.hpp"

namespace tandem::claims {
namespace {

using namespace ab_plus_c;

const char* const post = "kexue.fm 9775";

/// A random N of so many bits, with a seed of its own for every number of bits.
std::uint64_t random_number(int bits, std::uint64_t item) {
  return random_word(bits, static_cast<std::uint64_t>(bits), item);
}

Minimum minimum(Natural n) {
  Minimum answer;
  if (n >> 64 == 0) {
    pq_early_stop(n, answer, {});
  } else {
    pq_early_stop_wide(n, answer, {});
  }
  return answer;
}

/// S(N) for N = 0, ..., count - 1 by the prefix minimum, which shares no code with the searches for one N.
std::vector<std::uint64_t> table(std::uint64_t count) {
  std::vector<std::uint64_t> sums(count);
  range_prefix_minimum(Range{.low = 0, .high = count}, sums, {});
  return sums;
}

/// The sum for a given a with the best b, the largest: floor(N / a).
std::uint64_t sum_with(std::uint64_t n, std::uint64_t a) { return a + n / a + n % a; }

// ---- C1, C2: guesses near the square root ------------------------------------------------------------------------

std::uint64_t guess(std::uint64_t n) {
  const auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n)));
  std::uint64_t best = sum_with(n, root);
  if (root * (root + 1) <= n) best = std::min(best, root + root + 1 + n - root * (root + 1));
  return best;
}

Outcome guess_near_the_root(bool) {
  const std::uint64_t exact = table(131)[130];
  return {fmt::format("N = 130: guess {}, minimum {}", guess(130), exact),
          confirmed_if(guess(130) == 31 && exact == 23), 1};
}

/// The post's scan, literally: every integer a with N / 2 < a^2 <= N.
std::uint64_t scan_of_the_post(std::uint64_t n) {
  auto a = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(n) / 2));
  while (2 * a * a <= n) ++a;
  std::uint64_t best = std::numeric_limits<std::uint64_t>::max();
  for (; a * a <= n; ++a) best = std::min(best, sum_with(n, a));
  return best;
}

Outcome half_open_scan(bool) {
  constexpr std::uint64_t end = 300'001;
  const auto exact = table(end);
  std::vector<std::uint64_t> misses;
  for (std::uint64_t n = 1; n < end; ++n) {
    if (scan_of_the_post(n) != exact[n]) misses.push_back(n);
  }
  const auto first = std::ranges::find_if(misses, [](std::uint64_t n) { return n > 100; });
  constexpr std::size_t cases = end - 101;
  if (first == misses.end()) return {"no miss for N up to 300,000", Verdict::confirmed, cases};
  return {fmt::format("{} misses for N up to 300,000; first above 100: N = {} (scan {}, minimum {}); last: {}",
                      misses.size(), *first, scan_of_the_post(*first), exact[*first], misses.back()),
          Verdict::refuted, cases};
}

// ---- C3, C4, C5: the proved O(N^{1/4}) scans ---------------------------------------------------------------------

Outcome proved_scans(bool full) {
  const std::uint64_t end = full ? 3'000'001 : 300'001;
  const auto exact = table(end);
  std::uint64_t misses = 0;
  for (std::uint64_t n = 101; n < end; ++n) {
    Minimum parity;
    Minimum pq;
    parity_scan(n, parity, {});
    pq_scan(n, pq, {});
    misses += parity.sum != exact[n] || pq.sum != exact[n] ? 1 : 0;
  }
  return {fmt::format("{} misses for 100 < N < {}", misses, end), confirmed_if(misses == 0), end - 101};
}

Outcome upper_bound(bool full) {
  const auto slack = [](double n, double sum) { return 2 * std::sqrt(n) + 2 + std::sqrt(1 + 4 * std::sqrt(n)) - sum; };
  constexpr std::uint64_t end = 10'000'001;
  const auto exact = table(end);
  double least = slack(4, static_cast<double>(exact[4]));
  for (std::uint64_t n = 5; n < end; ++n) {
    least = std::min(least, slack(static_cast<double>(n), static_cast<double>(exact[n])));
  }
  Batch batch(full ? 1'000'000 : 100'000);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = random_number(63, i);
  BatchAnswer answer;
  answer.resize(batch.size());
  batch_across_p_simd(batch, answer, suite::all_cores());
  double least_random = slack(static_cast<double>(batch[0]), static_cast<double>(answer.sum[0]));
  for (std::size_t i = 1; i < batch.size(); ++i) {
    least_random = std::min(least_random, slack(static_cast<double>(batch[i]), static_cast<double>(answer.sum[i])));
  }
  return {fmt::format("smallest slack {:.2f} for 4 <= N <= 10^7, {:.0f} for {} random 63-bit N", least, least_random,
                      batch.size()),
          confirmed_if(least >= 0 && least_random >= 0), end - 4 + batch.size()};
}

Outcome candidates_of_the_proved_scan(bool) {
  std::vector<double> sizes;
  std::vector<double> candidates;
  for (int bits = 24; bits <= 60; bits += 4) {
    const std::uint64_t n = random_number(bits, 0);
    Minimum answer;
    pq_scan(n, answer, {});
    sizes.push_back(static_cast<double>(n));
    candidates.push_back(static_cast<double>(answer.iterations));
  }
  const suite::Interval exponent = suite::growth_exponent(sizes, candidates);
  return {fmt::format("exponent {:.4f} [{:.4f}, {:.4f}] over 24 to 60 bits", exponent.estimate, exponent.low,
                      exponent.high),
          confirmed_if(std::abs(exponent.estimate - 0.25) < 0.005), sizes.size()};
}

// ---- C6, C7: the early stop --------------------------------------------------------------------------------------

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

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Outcome sixth_root_law(bool full) {
  std::vector<double> sizes;
  std::vector<double> iterations;
  std::size_t cases = 0;
  for (int bits = 20; bits <= 90; bits += 10) {
    const std::size_t samples = std::size_t{full ? 10U : 1U} * (bits <= 60 ? 10'000 : bits <= 70 ? 4'000 : 1'000);
    cases += samples;
    const double size = std::ldexp(0.75, bits);
    sizes.push_back(size);
    iterations.push_back(mean(scaled_iterations(bits, samples)) * std::pow(size, 1.0 / 6));
  }
  const suite::Interval exponent = suite::growth_exponent(sizes, iterations);
  return {fmt::format("exponent {:.4f} [{:.4f}, {:.4f}] over 20 to 90 bits", exponent.estimate, exponent.low,
                      exponent.high),
          confirmed_if(std::abs(exponent.estimate - 1.0 / 6) < 0.01), cases};
}

/// If the excess over 2 sqrt N has P(excess > K) = exp(-(2/3) K^{3/2} N^{-1/4}), then the mean is
/// (3/2)^{2/3} Gamma(5/3) N^{1/6}, the median (1.5 ln 2)^{2/3} N^{1/6} and the 99th percentile (1.5 ln 100)^{2/3}
/// N^{1/6}.
Outcome weibull_law(bool full) {
  const std::size_t samples = full ? 400'000 : 60'000;
  const std::vector<double> scaled = scaled_iterations(63, samples);
  const double mean_ratio = mean(scaled) / (std::pow(1.5, 2.0 / 3) * std::tgamma(5.0 / 3));
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

// ---- C8, C9: agreement -------------------------------------------------------------------------------------------

Outcome all_algorithms_agree(bool) {
  constexpr std::uint64_t end = 100'001;
  const auto exact = table(end);
  std::uint64_t misses = 0;
  std::uint64_t ties = 0;
  for (std::uint64_t n = 0; n < end; ++n) {
    Minimum answers[4];
    parity_scan(n, answers[0], {});
    pq_scan(n, answers[1], {});
    pq_early_stop(n, answers[2], {});
    pq_early_stop_simd(n, answers[3], {});
    misses += std::ranges::any_of(answers, [&](const Minimum& answer) { return answer.sum != exact[n]; }) ? 1 : 0;
    std::uint64_t minimisers = 0;
    for (std::uint64_t a = 1; a * a <= n; ++a) minimisers += sum_with(n, a) == exact[n] ? 1 : 0;
    ties += minimisers >= 2 ? 1 : 0;
  }
  return {fmt::format("{} disagreements for N <= 100,000; {} of these N have several minimisers", misses, ties),
          confirmed_if(misses == 0), end};
}

Outcome same_at_every_width_and_thread_count(bool) {
  Batch batch(8'000);
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i] = random_number(1 + static_cast<int>(i % 64), i);
  BatchAnswer expected;
  expected.resize(batch.size());
  batch_pq_early_stop(batch, expected, {});
  std::uint64_t runs = 0;
  std::uint64_t differences = 0;
  const auto targets = suite::simd_targets();
  for (const auto& target : targets) {
    const suite::PinnedSimdTarget pinned(target.id);
    for (const auto variant : {batch_across_p_simd, batch_across_n_simd}) {
      for (const Scheduler scheduler : {Scheduler::openmp, Scheduler::one_tbb}) {
        for (const int threads : {1, 2, 3, 4}) {
          BatchAnswer answer;
          answer.resize(batch.size());
          variant(batch, answer, {.threads = threads, .scheduler = scheduler});
          const bool same =
              answer.sum == expected.sum && answer.a == expected.a && answer.b == expected.b && answer.c == expected.c;
          differences += same ? 0 : 1;
          ++runs;
        }
      }
    }
  }
  return {
      fmt::format("{} of {} runs over {} SIMD targets and 1 to 4 threads differ", differences, runs, targets.size()),
      confirmed_if(differences == 0), runs};
}

const RegisteredClaims ab_plus_c_registered{{
    {.id = "C1",
     .method = "ab_plus_c",
     .statement = "Taking a = floor(sqrt N) with b = a or a + 1 is not enough: N = 130",
     .source = post,
     .threshold = "guess 31, minimum 23",
     .quick_seconds = 0.1,
     .full_seconds = 0.1,
     .experiment = guess_near_the_root},
    {.id = "C2",
     .method = "ab_plus_c",
     .statement = "Scanning the integers a in (sqrt(N/2), sqrt N] finds the minimum",
     .source = post,
     .threshold = "no miss for 100 < N <= 300,000",
     .experiment = half_open_scan},
    {.id = "C3",
     .method = "ab_plus_c",
     .statement = "The x, y scan and the p, q scan over the proved intervals are exact for N > 100",
     .source = post,
     .threshold = "no miss",
     .full_seconds = 10,
     .experiment = proved_scans},
    {.id = "C4",
     .method = "ab_plus_c",
     .statement = "The minimum is at most 2 sqrt N + 2 + sqrt(1 + 4 sqrt N)",
     .source = post,
     .threshold = "slack never negative",
     .experiment = upper_bound},
    {.id = "C5",
     .method = "ab_plus_c",
     .statement = "The proved scan tries O(N^(1/4)) candidates",
     .source = post,
     .threshold = "exponent 0.25 +- 0.005",
     .experiment = candidates_of_the_proved_scan},
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
    {.id = "C8",
     .method = "ab_plus_c",
     .statement = "The x, y scan, the p, q scan, the early stop and the prefix minimum agree on every N",
     .source = of_this_project,
     .threshold = "no disagreement",
     .experiment = all_algorithms_agree},
    {.id = "C9",
     .method = "ab_plus_c",
     .statement = "SIMD width and thread count never change an answer",
     .source = of_this_project,
     .threshold = "bitwise equal (sum, a, b, c)",
     .experiment = same_at_every_width_and_thread_count},
}};

}  // namespace
}  // namespace tandem::claims
