// Claims about the entropy of attention and its length: kexue.fm 8823, 9588 and what was derived or published since.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "claims/attention/support.hpp"
#include "claims/suite/claim.hpp"

namespace tandem::claims {
namespace {

using attention::Scale;

const double log_512 = std::log(512);

Outcome identity_at_the_base(bool) {
  std::size_t different = 0;
  double worst = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    attention::Problem problem = attention::random_problem({2, 1, 64, 512, 32}, seed);
    const attention::Answer standard = streamed(problem);
    problem.scaling.policy = Scale::logarithmic;
    const attention::Answer scaled = streamed(problem);
    for (std::size_t i = 0; i < standard.output.size(); ++i) different += standard.output[i] != scaled.output[i];

    problem = attention::random_problem({1, 1, 1, 300, 32}, seed);  // the weights are powers of the standard ones
    const attention::Row plain = exact_row(problem, 0, 0);
    problem.scaling.policy = Scale::logarithmic;
    const attention::Row sharp = exact_row(problem, 0, 0);
    const double power = std::log(300) / log_512;
    double sum = 0;
    for (const double weight : plain.weights) sum += std::pow(weight, power);
    for (std::size_t j = 0; j < 300; ++j) {
      worst = std::max(worst, std::abs(sharp.weights[j] - std::pow(plain.weights[j], power) / sum));
    }
  }
  return {fmt::format("{} of 40,960 numbers differ at n = 512; weights from powers within {:.1e} at n = 300", different,
                      worst),
          confirmed_if(different == 0 && worst <= 1e-14), 20};
}

/// Entropies over n for one policy, and their slope per factor e from the first n to the last.
struct Growth {
  std::vector<double> entropies;
  double slope;
};

std::vector<std::size_t> lengths(bool full) {
  std::vector<std::size_t> all = {64, 256, 512, 1024, 4096};
  if (full) all.push_back(65536);
  return all;
}

Growth growth_of(Scale policy, std::size_t width, bool full) {
  Growth growth{};
  const std::vector<std::size_t> all = lengths(full);
  for (const std::size_t n : all) growth.entropies.push_back(mean_entropy(isotropic_problem(256, n, width, n), policy));
  growth.slope = (growth.entropies.back() - growth.entropies.front()) /
                 std::log(static_cast<double>(all.back()) / static_cast<double>(all.front()));
  return growth;
}

Picture entropies_over_n(bool full) {
  Picture picture{.title = "Entropy of attention, random queries and keys of 64 numbers",
                  .x = {.label = "keys", .logarithmic = true},
                  .y = {.label = "nats"},
                  .series = {}};
  for (const auto& [policy, name] : {std::pair{Scale::standard, "standard"},
                                     {Scale::logarithmic, "log n, base 512"},
                                     {Scale::natural, "natural log n"}}) {
    Series series{.name = name};
    for (const std::size_t n : lengths(full)) series.x.push_back(static_cast<double>(n));
    series.y = growth_of(policy, 64, full).entropies;
    picture.series.push_back(std::move(series));
  }
  return picture;
}

Outcome less_sensitive(bool full) {
  std::string figures;
  std::vector<Verdict> verdicts;
  for (const std::size_t width : {32, 64, 128}) {
    const Growth standard = growth_of(Scale::standard, width, full);
    const Growth scaled = growth_of(Scale::logarithmic, width, full);
    figures += fmt::format("{}d = {}: {:.2f} against {:.2f}", figures.empty() ? "" : ", ", width, scaled.slope,
                           standard.slope);
    verdicts.push_back(confirmed_if(scaled.slope <= 0.95 * standard.slope));
  }
  return {"nats per factor e of n, log 512 against standard: " + figures,
          together(verdicts),
          6 * lengths(full).size(),
          {entropies_over_n(full)}};
}

Outcome invariant(bool full) {
  const Growth scaled = growth_of(Scale::logarithmic, 64, full);
  return {fmt::format("random isotropic keys, d = 64: {:.2f} nats at n = 64, {:.2f} at the longest; slope {:.2f}",
                      scaled.entropies.front(), scaled.entropies.back(), scaled.slope),
          confirmed_if(std::abs(scaled.slope) <= 0.2), lengths(full).size()};
}

/// H - log n predicted for scores scaled by l: linear (kexue.fm 8823, 7695), or the saddle point
/// (d/2) log(1 - c^2), c = (sqrt(1 + 4 l^2) - 1) / (2 l).
double saddle_point(double l, double width) {
  const double c = (std::sqrt(1 + 4 * l * l) - 1) / (2 * l);
  return width / 2 * std::log(1 - c * c);
}

Outcome linear_law(bool full) {
  double worst = 0;
  std::size_t cases = 0;
  for (const std::size_t width : {32, 64, 128}) {
    const double d = static_cast<double>(width);
    const std::vector<std::size_t> all = lengths(full);
    const Growth standard = growth_of(Scale::standard, width, full);
    for (std::size_t i = 0; i < all.size(); ++i, ++cases) {
      const double predicted = std::log(static_cast<double>(all[i])) - 0.24 * std::sqrt(d);
      worst = std::max(worst, std::abs(standard.entropies[i] - predicted));
    }
  }
  return {fmt::format("off by up to {:.2f} nats at the scale 1 / sqrt(d) of practice", worst),
          confirmed_if(worst <= 0.25), cases};
}

Outcome quadratic_law(bool full) {
  double worst = 0;
  std::size_t cases = 0;
  for (const std::size_t width : {32, 64, 128}) {
    for (const Scale policy : {Scale::standard, Scale::logarithmic}) {
      const std::vector<std::size_t> all = lengths(full);
      const Growth growth = growth_of(policy, width, full);
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (growth.entropies[i] < 2) continue;
        const double log_n = std::log(static_cast<double>(all[i]));
        const double l = (policy == Scale::standard ? 1 : log_n / log_512) / std::sqrt(static_cast<double>(width));
        worst = std::max(worst, std::abs(growth.entropies[i] - log_n - saddle_point(l, static_cast<double>(width))));
        ++cases;
      }
    }
  }
  return {fmt::format("off by up to {:.3f} nats where the entropy is above 2", worst), confirmed_if(worst <= 0.03),
          cases};
}

Outcome natural_logarithm(bool full) {
  double least = 1;
  double most_of_512 = 0;
  double seen = 1;
  std::size_t cases = 0;
  for (const std::size_t n : {64, 256, 1024, 4096}) {
    const std::size_t queries = full ? 256 : 32;
    double natural = 0;
    double logarithmic = 0;
    double share = 0;
    for (const Scale policy : {Scale::natural, Scale::logarithmic}) {
      attention::Problem problem = isotropic_problem(queries, n, 64, n);
      problem.scaling.policy = policy;
      for (std::size_t query = 0; query < queries; ++query) {
        const attention::Row row = exact_row(problem, 0, query);
        (policy == Scale::natural ? natural : logarithmic) += *std::ranges::max_element(row.weights);
        if (policy != Scale::natural) continue;
        share += static_cast<double>(std::ranges::count_if(row.weights, [](double p) { return p > 1e-6; }));
        ++cases;
      }
    }
    least = std::min(least, natural / static_cast<double>(queries));
    most_of_512 = std::max(most_of_512, logarithmic / static_cast<double>(queries));
    seen = std::min(seen, share / static_cast<double>(queries * n));
  }
  return {fmt::format("mean largest weight at least {:.2f} for n = 64 to 4096, at n = 4096 {:.1f} % of the keys above "
                      "1e-6; base 512: at most {:.3f}",
                      least, 100 * seen, most_of_512),
          confirmed_if(least >= 0.5), cases};
}

const RegisteredClaims attention_entropy_registered{{
    {.id = "C1",
     .method = "attention",
     .statement = "At n = 512 the log n scale is the standard one, and elsewhere weights are its powers",
     .source = "kexue.fm 8823",
     .threshold = "bit-identical; 1e-14",
     .experiment = identity_at_the_base},
    {.id = "C2a",
     .method = "attention",
     .statement = "The log n scale makes entropy less sensitive to length",
     .source = "kexue.fm 8823, 9588",
     .threshold = "the slope over log n falls by 5 % or more for d = 32, 64, 128",
     .full_seconds = 10,
     .experiment = less_sensitive},
    {.id = "C2b",
     .method = "attention",
     .statement = "The log n scale with base 512 makes entropy invariant",
     .source = "kexue.fm 8823, 9588 (by name)",
     .threshold = "at most 0.2 nats per factor e of n",
     .full_seconds = 4,
     .experiment = invariant},
    {.id = "C2c",
     .method = "attention",
     .statement = "Entropy is log n - 0.24 l d for scores scaled by l",
     .source = "kexue.fm 8823, 7695",
     .threshold = "within 0.25 nats at l = 1 / sqrt(d)",
     .full_seconds = 5,
     .experiment = linear_law},
    {.id = "C2d",
     .method = "attention",
     .statement = "Entropy is log n + (d/2) log(1 - c^2) with the saddle point c, quadratic in small l",
     .source = of_this_project,
     .threshold = "within 0.03 nats for d = 32, 64, 128 and both scales",
     .full_seconds = 10,
     .experiment = quadratic_law},
    {.id = "C5",
     .method = "attention",
     .statement = "The natural logarithm as scale is far too sharp: attention collapses onto single keys",
     .source =
         "kexue.fm 8823, of Chiang and Cholak (ACL 2022); arXiv 2501.19399 with s = 1, as a public package has it",
     .threshold = "mean largest weight at least 0.5 at every n",
     .quick_seconds = 2,
     .full_seconds = 8,
     .experiment = natural_logarithm},
}};

}  // namespace
}  // namespace tandem::claims
