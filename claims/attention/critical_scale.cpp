// Claims of later papers: at which scale attention collapses onto few keys (arXiv 2605.12697), and where XPOS leaves
// the range of float.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "claims/attention/support.hpp"
#include "claims/suite/claim.hpp"
#include "impl/support/random.hpp"

namespace tandem::claims {
namespace {

/// How far the keys of a row are below its best, in order: gap[j] is that of the key of rank j + 1.
using Gaps = std::vector<double>;

/// A law of scores, and how the scale that its count names grows with n.
struct Law {
  const char* name;
  std::function<double(std::uint64_t seed, std::size_t key)> score;
  std::function<double(double log_n)> growth;
};

Gaps gaps_of(const Law& law, std::size_t n, std::uint64_t seed) {
  Gaps gaps;
  for (std::size_t key = 0; key < n; ++key) gaps.push_back(law.score(seed, key));
  std::ranges::sort(gaps, std::greater{});
  const double best = gaps.front();
  for (double& gap : gaps) gap = best - gap;
  return gaps;
}

/// Entropy of the softmax of -scale gap.
double entropy_of(const Gaps& gaps, double scale) {
  double z = 0;
  double moment = 0;
  for (const double gap : gaps) {
    const double weight = std::exp(-scale * gap);
    z += weight;
    moment += weight * scale * gap;
  }
  return std::log(z) + moment / z;
}

/// Where the entropy is half of log n, by bisection: entropy falls with the scale.
double collapse_of(const Gaps& gaps) {
  const double half = std::log(static_cast<double>(gaps.size())) / 2;
  double low = 0;
  double high = 1;
  while (entropy_of(gaps, high) > half) high *= 2;
  for (int i = 0; i < 30; ++i) {
    const double middle = (low + high) / 2;
    (entropy_of(gaps, middle) > half ? low : high) = middle;
  }
  return high;
}

/// What the count of gaps says: N(g) keys within g of the best weigh N(g) e^(-scale g) against its 1, so they hold out
/// up to the scale log N(g) / g. The largest over g, from `first` keys on: of two or three it is chance.
double counted_scale(const Gaps& gaps) {
  constexpr std::size_t first = 16;
  double scale = 0;
  for (std::size_t j = first; j < gaps.size(); ++j) {
    scale = std::max(scale, std::log(static_cast<double>(j + 1)) / gaps[j]);
  }
  return scale;
}

Outcome gap_count(bool full) {
  const Law laws[] = {
      {"normal", [](std::uint64_t seed, std::size_t key) { return random_normal(seed, key); },
       [](double log_n) { return std::sqrt(log_n); }},
      {"one that stands out",
       [](std::uint64_t seed, std::size_t key) { return key == 0 ? 1 : 0.01 * random_uniform(seed, key); },
       [](double log_n) { return log_n; }},
      {"bounded, few near the bound",
       [](std::uint64_t seed, std::size_t key) {
         return 1 / std::log(random_uniform(seed, key) + std::numeric_limits<double>::min());
       },
       [](double log_n) { return log_n * log_n; }}};
  const std::vector<std::size_t> counts = full ? std::vector<std::size_t>{1 << 10, 1 << 13, 1 << 16, 1 << 19}
                                               : std::vector<std::size_t>{1 << 10, 1 << 13, 1 << 16};
  const std::uint64_t draws = full ? 9 : 3;
  std::string figures;
  std::vector<Verdict> verdicts;
  for (const Law& law : laws) {
    std::vector<double> shares, scales;
    for (const std::size_t n : counts) {
      double share = 0;
      double scale = 0;
      for (std::uint64_t seed = 0; seed < draws; ++seed) {
        const Gaps gaps = gaps_of(law, n, seed);
        const double found = collapse_of(gaps);
        share += found / counted_scale(gaps) / static_cast<double>(draws);
        scale += found / static_cast<double>(draws);
      }
      shares.push_back(share);
      scales.push_back(scale / law.growth(std::log(static_cast<double>(n))));
    }
    const auto [least, most] = std::ranges::minmax(shares);
    const auto [slow, fast] = std::ranges::minmax(scales);
    figures += fmt::format("{}{}: {:.2f} to {:.2f} of the count's, over the law's growth within {:.2f}",
                           figures.empty() ? "" : "; ", law.name, least, most, fast / slow);
    verdicts.push_back(confirmed_if(least >= 0.5 && most <= 1.5 && fast <= 1.4 * slow));
  }
  return {fmt::format("scale at which half of log n is left, n = 1024 to {}: {}", counts.back(), figures),
          together(verdicts), std::size(laws) * counts.size() * draws};
}

/// The first position at which xi^-n is no float.
std::size_t overflow_of(double xi) {
  std::size_t n = 0;
  while (std::isfinite(static_cast<float>(std::pow(xi, -static_cast<double>(n))))) ++n;
  return n;
}

Outcome xpos(bool) {
  constexpr std::size_t width = 64;
  double worst = 0;
  std::size_t cases = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<double> q, k;
    for (std::size_t i = 0; i < width; ++i) {
      q.push_back(random_normal(seed, i, 1));
      k.push_back(random_normal(seed, i, 2));
    }
    // Queries times xi^m, keys times xi^-n, both turned by their own positions.
    const double xi = 0.98;
    const auto placed = [xi](std::vector<double> x, double position, double sign) {
      for (std::size_t i = 0; i < width; i += 2) {
        const double angle = position * theta(i / 2, width);
        const double scale = std::pow(xi, sign * position);
        const double first = x[i];
        x[i] = scale * (first * std::cos(angle) - x[i + 1] * std::sin(angle));
        x[i + 1] = scale * (first * std::sin(angle) + x[i + 1] * std::cos(angle));
      }
      return x;
    };
    for (const double n : {0.0, 3.0, 90.0}) {
      const double m = 100;
      double product = 0;
      const std::vector<double> a = placed(q, m, 1);
      const std::vector<double> b = placed(k, n, -1);
      for (std::size_t i = 0; i < width; ++i) product += a[i] * b[i];
      worst = std::max(worst, std::abs(product - std::pow(xi, m - n) * turned(q, k, m - n)));
      ++cases;
    }
  }
  bool predicted = true;
  std::string figures;
  for (const double xi : {0.95, 0.98, 0.99}) {
    const double limit = std::log(static_cast<double>(std::numeric_limits<float>::max())) / -std::log(xi);
    const std::size_t found = overflow_of(xi);
    predicted &= std::abs(static_cast<double>(found) - std::ceil(limit)) <= 1;
    figures += fmt::format("{}{} at xi = {}", figures.empty() ? "" : ", ", found, xi);
    ++cases;
  }
  return {fmt::format("products of scaled queries and keys within {:.1e} of the relative form; the keys' factor leaves "
                      "float at position {}",
                      worst, figures),
          confirmed_if(worst <= 1e-11 && predicted), cases};
}

const RegisteredClaims attention_critical_scale_registered{{
    {.id = "C14",
     .method = "attention",
     .statement = "The scale at which attention collapses follows the count of keys within a gap of the best, be it "
                  "sqrt(log n), log n or (log n)^2",
     .source = "arXiv 2605.12697",
     .threshold =
         "half of log n is left at 0.5 to 1.5 times max log N(g) / g, and over the law's growth the scale moves by "
         "at most 40 %",
     .quick_seconds = 2,
     .full_seconds = 60,
     .experiment = gap_count},
    {.id = "B11",
     .method = "attention",
     .statement = "XPOS is RoPE times xi^(m - n), and as it is written it overflows float at 88.7 / -log xi positions",
     .source = "kexue.fm 9431; arXiv 2212.10554",
     .threshold = "1e-11; the position within 1 for xi = 0.95, 0.98, 0.99",
     .experiment = xpos},
}};

}  // namespace
}  // namespace tandem::claims
