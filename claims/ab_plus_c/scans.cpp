// C1 to C5: guesses near the square root, and scans of proved intervals (kexue.fm 9775).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "benchmarks/suite/machine.hpp"
#include "benchmarks/suite/statistics.hpp"
#include "claims/ab_plus_c/support.hpp"

namespace tandem::claims {
namespace {

using namespace ab_plus_c;

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
  Series measured{.name = "random N", .mark = Mark::points};
  Series law{.name = "2 N^(1/4)"};
  for (int bits = 24; bits <= 60; bits += 4) {
    const std::uint64_t n = random_number(bits, 0);
    Minimum answer;
    pq_scan(n, answer, {});
    measured.x.push_back(static_cast<double>(n));
    measured.y.push_back(static_cast<double>(answer.iterations));
    law.x.push_back(static_cast<double>(n));
    law.y.push_back(2 * std::pow(static_cast<double>(n), 0.25));
  }
  const suite::Interval exponent = suite::growth_exponent(measured.x, measured.y);
  return {fmt::format("exponent {:.4f} [{:.4f}, {:.4f}] over 24 to 60 bits", exponent.estimate, exponent.low,
                      exponent.high),
          confirmed_if(std::abs(exponent.estimate - 0.25) < 0.005),
          measured.x.size(),
          {{.title = "Candidates that the proved scan tries",
            .x = {"N", true},
            .y = {"candidates", true},
            .series = {measured, law}}}};
}

const RegisteredClaims ab_plus_c_scans_registered{{
    {.id = "C1",
     .method = "ab_plus_c",
     .statement = "Taking a = floor(sqrt N) with b = a or a + 1 is not enough: N = 130",
     .source = post_9775,
     .threshold = "guess 31, minimum 23",
     .quick_seconds = 0.1,
     .full_seconds = 0.1,
     .experiment = guess_near_the_root},
    {.id = "C2",
     .method = "ab_plus_c",
     .statement = "Scanning the integers a in (sqrt(N/2), sqrt N] finds the minimum",
     .source = post_9775,
     .threshold = "no miss for 100 < N <= 300,000",
     .experiment = half_open_scan},
    {.id = "C3",
     .method = "ab_plus_c",
     .statement = "The x, y scan and the p, q scan over the proved intervals are exact for N > 100",
     .source = post_9775,
     .threshold = "no miss",
     .full_seconds = 10,
     .experiment = proved_scans},
    {.id = "C4",
     .method = "ab_plus_c",
     .statement = "The minimum is at most 2 sqrt N + 2 + sqrt(1 + 4 sqrt N)",
     .source = post_9775,
     .threshold = "slack never negative",
     .experiment = upper_bound},
    {.id = "C5",
     .method = "ab_plus_c",
     .statement = "The proved scan tries O(N^(1/4)) candidates",
     .source = post_9775,
     .threshold = "exponent 0.25 +- 0.005",
     .experiment = candidates_of_the_proved_scan},
}};

}  // namespace
}  // namespace tandem::claims
