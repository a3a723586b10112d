// C8 and C9: the algorithms agree, at every SIMD width and thread count.
#include <fmt/format.h>

#include <algorithm>

#include "benchmarks/suite/simd_target.hpp"
#include "claims/ab_plus_c/support.hpp"

namespace tandem::claims {
namespace {

using namespace ab_plus_c;

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

const RegisteredClaims ab_plus_c_agreement_registered{{
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
