// Claims about how the log n scale is used: beyond a trained length, while decoding, and what it costs.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "claims/attention/support.hpp"
#include "claims/suite/claim.hpp"
#include "claims/suite/timing.hpp"

namespace tandem::claims {
namespace {

using attention::Scale;
using attention::Scaling;

Outcome untouched_within(bool) {
  const std::size_t n = 700;
  const std::size_t trained = 512;
  attention::Problem problem = attention::random_problem({1, 1, n, n, 64}, 1);
  problem.mask.causal = true;
  const attention::Answer standard = streamed(problem);
  problem.scaling = {.policy = Scale::post_hoc, .per_row = true, .base = static_cast<double>(trained)};
  const attention::Answer scaled = streamed(problem);
  std::size_t within = 0;
  std::size_t beyond = 0;
  for (std::size_t i = 0; i < n * 64; ++i) {
    if (standard.output[i] == scaled.output[i]) continue;
    ++(i < trained * 64 ? within : beyond);
  }
  return {
      fmt::format("{} numbers differ at the first 512 positions, {} of {} behind", within, beyond, (n - trained) * 64),
      confirmed_if(within == 0 && beyond > 0), n};
}

Outcome costs_nothing(bool full) {
  attention::Problem problem = attention::random_problem({1, 1, 1024, 1024, 64}, 1);
  problem.mask.causal = true;
  attention::Problem scaled = problem;
  scaled.scaling = {.policy = Scale::logarithmic, .per_row = true};
  attention::Answer answer = attention::room_for(problem);
  const Figure more =
      ratio([&] { attention::simd(scaled, answer, {}); }, [&] { attention::simd(problem, answer, {}); }, full ? 5 : 1);
  return {"time with the log n scale per row / without, n = 1024, d = 64: " + text_of(more),
          decide(more, at_most(1.02)), 1};
}

Outcome yarn(bool) {
  std::string figures;
  bool twice = true;
  for (const double length : {2048.0, 4096.0}) {
    for (const double s : {2.0, 8.0, 32.0}) {
      const double fitted = std::pow(1 + 0.1 * std::log(s), 2);
      const double derived = 1 + std::log(s) / std::log(length);
      const double share = (fitted - 1) / (derived - 1);
      twice &= share > 1.5 && share < 2.5;
      if (length == 4096)
        figures += fmt::format("{}{} times: {:.3f} and {:.3f}", figures.empty() ? "" : ", ", s, fitted, derived);
    }
  }
  return {"factor of YaRN and log n / log 4096 at " + figures, confirmed_if(twice), 6};
}

/// The scale at which the gradient alpha (1 - e^(alpha^2) / n) of Gaussian scores is largest, by golden section.
double best_scale(double n) {
  const auto gradient = [n](double alpha) { return alpha * (1 - std::exp(alpha * alpha) / n); };
  double low = 0;
  double high = std::sqrt(std::log(n));
  const double golden = (std::sqrt(5) - 1) / 2;
  for (int i = 0; i < 100; ++i) {
    const double a = high - golden * (high - low);
    const double b = low + golden * (high - low);
    (gradient(a) < gradient(b) ? low : high) = gradient(a) < gradient(b) ? a : b;
  }
  return low;
}

Outcome gradient_scale(bool) {
  double worst = 0;
  std::size_t cases = 0;
  for (double n = 40; n <= 20000; n *= 1.1, ++cases) {
    worst = std::max(worst, std::abs(best_scale(n) / (0.84 * std::sqrt(std::log(n))) - 1));
  }
  return {fmt::format("off by up to {:.1f} % over n = 40 to 20,000; best scale {:.2f} at 40, {:.2f} at 20,000",
                      100 * worst, best_scale(40), best_scale(20000)),
          confirmed_if(worst <= 0.06), cases};
}

/// The last query alone against the keys that it sees in the whole: a step of decoding.
attention::Problem decoding_step(const attention::Problem& whole, std::size_t position) {
  attention::Problem step = whole;
  const auto d = static_cast<std::ptrdiff_t>(whole.shape.width);
  const auto end = static_cast<std::ptrdiff_t>(position + 1);
  step.shape.queries = 1;
  step.shape.keys = position + 1;
  step.queries.assign(whole.queries.begin() + (end - 1) * d, whole.queries.begin() + end * d);
  step.keys.assign(whole.keys.begin(), whole.keys.begin() + end * d);
  step.values.assign(whole.values.begin(), whole.values.begin() + end * d);
  return step;
}

Outcome decoding(bool full) {
  double worst = 0;
  std::size_t different = 0;
  std::size_t cases = 0;
  const std::size_t n = 300;
  const std::vector<std::size_t> positions =
      full ? std::vector<std::size_t>{0, 1, 2, 3, 50, 127, 128, 129, 200, 255, 299}
           : std::vector<std::size_t>{0, 1, 129, 299};
  for (const Scale policy : {Scale::standard, Scale::logarithmic, Scale::post_hoc, Scale::learned}) {
    for (const std::size_t window : {0, 100}) {
      for (const double bend : {1e9, 64.0}) {
        attention::Problem whole = attention::random_problem({1, 1, n, n, 32}, 5);
        whole.mask = {.causal = true, .window = window};
        whole.scaling = {.policy = policy, .per_row = true, .base = 64};
        whole.rotation.width = 32;
        whole.rotation.window = bend;
        const attention::Answer prefill = streamed(whole);
        for (const std::size_t position : positions) {
          const attention::Problem step = decoding_step(whole, position);
          const attention::Answer decoded = streamed(step);
          different += exact_row(step, 0, 0).output != exact_row(whole, 0, position).output;
          for (std::size_t i = 0; i < 32; ++i) {
            worst = std::max<double>(worst, std::abs(decoded.output[i] - prefill.output[position * 32 + i]));
          }
          ++cases;
        }
      }
    }
  }
  return {fmt::format("{} of {} rows of the definition differ; kernels for one query and for many within {:.1e}",
                      different, cases, worst),
          confirmed_if(different == 0 && worst <= 5e-6), cases};
}

const RegisteredClaims attention_scale_registered{{
    {.id = "C9",
     .method = "attention",
     .statement = "The factor max(1, log n / log L) leaves a model as it was within its trained length L",
     .source = "kexue.fm 9706",
     .threshold = "bit-identical outputs up to L, others behind",
     .experiment = untouched_within},
    {.id = "C10",
     .method = "attention",
     .statement = "The log n scale costs next to nothing",
     .source = "kexue.fm 8823",
     .threshold = "at most 2 % more time at n = 1024",
     .quick_seconds = 2,
     .full_seconds = 6,
     .experiment = costs_nothing},
    {.id = "C11",
     .method = "attention",
     .statement = "The logit factor that YaRN fitted grows about twice as fast as the log n scale says",
     .source = "kexue.fm 9948; arXiv 2309.00071",
     .threshold = "1.5 to 2.5 times the excess over 1, trained at 2048 and 4096, 2 to 32 times that length",
     .experiment = yarn},
    {.id = "C11b",
     .method = "attention",
     .statement = "Of Gaussian scores the gradient is largest at the scale 0.84 sqrt(log n)",
     .source = "kexue.fm 9812",
     .threshold = "within 6 % over n = 40 to 20,000",
     .experiment = gradient_scale},
    {.id = "C12",
     .method = "attention",
     .statement =
         "Decoding position by position gives the rows of the whole, for every scale, window and bent rotation",
     .source = of_this_project,
     .threshold = "bit-identical by the definition, 5e-6 by the kernels",
     .full_seconds = 3,
     .experiment = decoding},
}};

}  // namespace
}  // namespace tandem::claims
