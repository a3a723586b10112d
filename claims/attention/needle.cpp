// Claims about one key that stands out among many that are equal: arXiv 2410.01104, 2510.05554, and what follows from
// the log n scale (kexue.fm 8823).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "claims/attention/support.hpp"
#include "claims/suite/claim.hpp"

namespace tandem::claims {
namespace {

using attention::Scale;

/// One key whose score is `gap` above all others, which are equal: its weight.
double needle(double gap, std::size_t n, Scale policy) {
  attention::Problem problem;
  problem.shape = {1, 1, 1, n, 1};
  problem.queries = {1};
  problem.keys.assign(n, 0);
  problem.keys[n / 2] = static_cast<float>(gap);
  problem.values.assign(n, 0);
  problem.values[n / 2] = 1;
  problem.scaling.policy = policy;
  return streamed(problem).output[0];
}

Outcome needle_law(bool) {
  double worst = 0;
  std::size_t cases = 0;
  bool turns = true;
  for (const double gap : {3.0, 5.0, 6.0, 6.5, 8.0, 10.0}) {
    double before = 0;
    for (const std::size_t n : {64, 512, 4096, 32768, 262144}) {
      const double measured = needle(gap, n, Scale::logarithmic);
      const double count = static_cast<double>(n);
      worst = std::max(worst, std::abs(measured - 1 / (1 + (count - 1) * std::pow(count, -gap / std::log(512)))));
      if (n >= 4096) turns &= (measured > before) == (gap > std::log(512));
      before = measured;
      ++cases;
    }
  }
  return {fmt::format("within {:.1e} of 1 / (1 + (n - 1) n^(-gap / log 512)); the weight rises with n exactly for gaps "
                      "above 6.24: {}",
                      worst, turns ? "yes" : "NO"),
          confirmed_if(worst <= 1e-5 && turns), cases};
}

Outcome dispersion(bool) {
  double standard = 0;
  double scaled = 0;
  const double bound = std::exp(5);
  for (const std::size_t n : {64, 512, 4096, 32768, 262144}) {
    standard = std::max(standard, static_cast<double>(n) * needle(5, n, Scale::standard));
    scaled = std::max(scaled, static_cast<double>(n) * needle(5, n, Scale::logarithmic));
  }
  return {fmt::format("scores within 5 of each other: n times the largest weight at most {:.0f} (bound {:.0f}); with "
                      "the log n scale {:.0f}",
                      standard, bound, scaled),
          confirmed_if(standard <= bound && scaled > bound), 10};
}

Outcome transition(bool) {
  std::vector<Verdict> verdicts;
  std::string figures;
  for (const double rho : {0.0, 0.5, 0.8}) {
    const double critical = 1 / (1 - rho);
    const auto own_weight = [&](double gamma, std::size_t n) {  // scores gamma log n for itself, rho times that else
      return needle(gamma * std::log(static_cast<double>(n)) * (1 - rho), n, Scale::standard);
    };
    const double below = own_weight(0.8 * critical, 1 << 18);
    const double above = own_weight(1.2 * critical, 1 << 18);
    figures += fmt::format("{}rho = {}: {:.3f} and {:.3f}", figures.empty() ? "" : ", ", rho, below, above);
    verdicts.push_back(confirmed_if(below < 0.1 && above > 0.9 && own_weight(0.8 * critical, 1 << 10) > below &&
                                    own_weight(1.2 * critical, 1 << 10) < above));
  }
  return {"a token's weight of itself at n = 2^18, gamma 20 % below and above 1 / (1 - rho): " + figures,
          together(verdicts), 12};
}

const RegisteredClaims attention_needle_registered{{
    {.id = "C3",
     .method = "attention",
     .statement = "A key that stands out by more than log 512 is kept at any length, one that does not is lost",
     .source = of_this_project,
     .threshold = "closed form within 1e-5 up to n = 262,144",
     .experiment = needle_law},
    {.id = "C4",
     .method = "attention",
     .statement = "Bounded scores give every key a weight of order 1 / n; the log n scale leaves that bound",
     .source = "arXiv 2410.01104",
     .threshold = "n times the largest weight at most e^(M - m) without the scale, above with it",
     .experiment = dispersion},
    {.id = "C13",
     .method = "attention",
     .statement =
         "With the scale gamma log n, tokens of common cosine rho collapse below gamma = 1 / (1 - rho) and keep "
         "to themselves above",
     .source = "arXiv 2510.05554",
     .threshold = "own weight below 0.1 and falling, above 0.9 and rising, 20 % to either side",
     .experiment = transition},
}};

}  // namespace
}  // namespace tandem::claims
