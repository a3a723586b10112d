// R1 to R4: how many iterations the schemes take on random tanh networks.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "benchmarks/suite/statistics.hpp"
#include "claims/rnn/support.hpp"

namespace tandem::claims {
namespace {

constexpr std::size_t never = 1'000'000;

/// Random matrices differ much (at d = 8 the spectral radius by a factor of two), so claims about "random networks"
/// show the middle one and the worst; `never` is one that does not converge. A claim needs the worst to hold.
struct Spread {
  std::size_t median;
  std::size_t worst;
};

Spread spread_of(std::vector<std::size_t> counts) {
  std::ranges::sort(counts);
  return {counts[counts.size() / 2], counts.back()};
}

std::string text_of_count(std::size_t taken) { return taken == never ? "none" : std::to_string(taken); }

Outcome newton_is_flat(bool full) {
  std::vector<std::string> figures;
  std::size_t networks = 0;
  std::size_t worst = 0;
  std::size_t worst_median = 0;
  bool flat = true;
  const int last = full ? 19 : 16;
  for (const double gain : {0.5, 0.9, 1.2}) {
    for (const std::size_t d : {std::size_t{8}, std::size_t{32}}) {
      std::vector<std::size_t> medians;
      std::size_t worst_here = 0;
      for (int bits = 10; bits <= last; bits += 3) {
        std::vector<std::size_t> counts;
        for (std::uint64_t seed = 1; seed <= 3; ++seed) {
          auto problem = random_network<Tanh>(d, std::size_t{1} << bits, gain, 1, seed);
          problem.stopping.max_iterations = 30;
          counts.push_back(count<Scheme::newton>(problem).value_or(never));
        }
        networks += counts.size();
        medians.push_back(spread_of(counts).median);
        worst_here = std::max(worst_here, spread_of(counts).worst);
      }
      const auto [least, most] = std::ranges::minmax(medians);
      figures.push_back(fmt::format("{} to {}, worst {} (gain {}, d {})", text_of_count(least), text_of_count(most),
                                    text_of_count(worst_here), gain, d));
      worst = std::max(worst, worst_here);
      worst_median = std::max(worst_median, most);
      flat = flat && most <= least + 2;
    }
  }
  const Verdict verdict = worst <= 10 && flat          ? Verdict::confirmed
                          : worst_median <= 10 && flat ? Verdict::unstable
                                                       : Verdict::refuted;
  return {fmt::format("T = 2^10 to 2^{}, 3 networks each, at most 30 iterations: medians {}", last,
                      fmt::join(figures, "; ")),
          verdict, networks};
}

Outcome newton_is_quadratic(bool) {
  std::vector<double> errors;
  std::vector<double> next_errors;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    auto problem = random_network<Tanh>(8, 1024, 0.9, 1, seed);
    Answer<double> exact;
    exact.states.resize(problem.input.size());
    rnn::reference(problem, exact);
    problem.stopping.tolerance = 1e-15;
    double before = 1;
    for (std::size_t n = 1; n <= 8; ++n) {
      const Answer<double> answer = iterate<Scheme::newton>(problem, n);
      double error = 0;
      for (std::size_t i = 0; i < exact.states.size(); ++i) {
        error = std::max(error, std::abs(answer.states[i] - exact.states[i]));
      }
      if (before > 1e-7 && before < 0.05 && error > 1e-13) {
        errors.push_back(before);
        next_errors.push_back(error);
      }
      before = error;
    }
  }
  const suite::Interval order = suite::growth_exponent(errors, next_errors);
  return {fmt::format("e' grows as e^{:.2f} [{:.2f}, {:.2f}], {} pairs with 1e-7 < e < 0.05", order.estimate, order.low,
                      order.high, errors.size()),
          confirmed_if(std::abs(order.estimate - 2) <= 0.1), errors.size()};
}

// ---- the map of convergence --------------------------------------------------------------------------------------

const std::vector<double> gains{0.3, 0.5, 0.7, 0.9, 1.2, 1.5, 2};
const std::vector<double> scales{0.01, 0.1, 0.3, 1, 3};
constexpr std::size_t networks_per_cell = 5;

/// Per scheme the counts of five networks over gain (slow) x input scale (fast).
using Map = std::vector<std::vector<Spread>>;

const Map& convergence_map() {
  static const Map map = [] {
    Map counts(tanh_schemes.size());
    for (const double gain : gains) {
      for (const double scale : scales) {
        for (std::size_t i = 0; i < counts.size(); ++i) {
          std::vector<std::size_t> taken;
          for (std::uint64_t seed = 1; seed <= networks_per_cell; ++seed) {
            auto problem = random_network<Tanh>(8, 512, gain, scale, seed);
            problem.stopping.max_iterations = 100;
            taken.push_back(tanh_schemes[i].count(problem).value_or(never));
          }
          counts[i].push_back(spread_of(taken));
        }
      }
    }
    return counts;
  }();
  return map;
}

/// A map for every scheme of the median or the worst count; a gap where that network does not converge.
Picture picture_of(const Map& map, std::size_t Spread::*figure, const std::string& title) {
  Picture picture{
      .kind = PictureKind::grid,
      .title = title + fmt::format(" of {} networks of 8 units, 512 steps, at most 100 iterations", networks_per_cell),
      .x = {"input scale", true},
      .y = {"gain"},
      .z = {"iterations to a residual of 1e-6", true},
      .series = {}};
  for (std::size_t i = 0; i < map.size(); ++i) {
    Series scheme{.name = std::string(tanh_schemes[i].name), .x = scales, .y = gains};
    for (const Spread& spread : map[i]) {
      scheme.z.push_back(spread.*figure == never ? std::nan("") : static_cast<double>(spread.*figure));
    }
    picture.series.push_back(std::move(scheme));
  }
  return picture;
}

Outcome constant_jacobian_crosses_over(bool) {
  const auto& counts = convergence_map()[2];
  Spread small{0, 0};
  bool none_large = true;
  std::size_t networks = 0;
  std::vector<std::string> crossover;
  for (std::size_t g = 0; g < gains.size(); ++g) {
    double largest = 0;
    for (std::size_t s = 0; s < scales.size(); ++s) {
      const Spread& taken = counts[g * scales.size() + s];
      const bool is_small = gains[g] <= 0.5 && scales[s] <= 0.1;
      const bool is_large = gains[g] >= 0.9 && scales[s] >= 1;
      networks += is_small || is_large ? networks_per_cell : 0;
      if (is_small) {
        small = {std::max(small.median, taken.median), std::max(small.worst, taken.worst)};
      }
      if (is_large) none_large = none_large && taken.median == never;
      if (taken.median != never) largest = scales[s];
    }
    crossover.push_back(fmt::format("{}: {}", gains[g], largest > 0 ? fmt::format("{}", largest) : "none"));
  }
  const Verdict verdict = small.worst <= 5 && none_large    ? Verdict::confirmed
                          : small.median <= 5 || none_large ? Verdict::unstable
                                                            : Verdict::refuted;
  return {fmt::format("gain <= 0.5, inputs <= 0.1: median {}, worst {} of 5 networks; gain >= 0.9, inputs >= 1: {}; "
                      "largest input scale at which the median converges, by gain: {}",
                      text_of_count(small.median), text_of_count(small.worst),
                      none_large ? "no median converges" : "some converge", fmt::join(crossover, ", ")),
          verdict,
          networks,
          {picture_of(convergence_map(), &Spread::median, "The middle one"),
           picture_of(convergence_map(), &Spread::worst, "The worst")}};
}

Outcome better_jacobians_take_fewer(bool) {
  const Map& map = convergence_map();
  std::size_t compared = 0;
  std::size_t violations = 0;
  for (const auto& [better, worse] : {std::pair{3, 2}, std::pair{4, 3}}) {
    for (std::size_t i = 0; i < map[0].size(); ++i) {
      if (map[worse][i].median == never) continue;
      ++compared;
      violations += map[better][i].median <= map[worse][i].median ? 0 : 1;
    }
  }
  return {fmt::format("{} of {} comparisons of medians go the other way", violations, compared),
          confirmed_if(violations == 0), compared};
}

const RegisteredClaims rnn_convergence_registered{{
    {.id = "R1",
     .method = "rnn",
     .statement = "Newton's iteration takes at most 10 iterations for contractive random networks, however long the "
                  "sequence",
     .source = "arXiv 2309.12252, arXiv 2508.16817",
     .threshold = "gain 0.5 to 1.2, inputs of scale 1: every network at most 10, medians within 2 of each other over "
                  "T; unstable if only the medians are",
     .quick_seconds = 3,
     .full_seconds = 40,
     .experiment = newton_is_flat},
    {.id = "R2",
     .method = "rnn",
     .statement = "Newton's error is squared by every iteration",
     .source = post_9783,
     .threshold = "the exponent p of e' = K e^p within 0.1 of 2",
     .experiment = newton_is_quadratic},
    {.id = "R3",
     .method = "rnn",
     .statement = "The constant Jacobian converges within 5 iterations for small signals (gain <= 0.5, inputs <= 0.1), "
                  "and not at all for gain >= 0.9 with inputs of scale 1",
     .source = std::string(post_9783) + "; this project",
     .threshold = "both; every network for the first, unstable if only the medians",
     .quick_seconds = 3,
     .full_seconds = 3,
     .experiment = constant_jacobian_crosses_over},
    {.id = "R4",
     .method = "rnn",
     .statement = "Linearising at the inputs takes no more iterations than the constant Jacobian, and Newton no more "
                  "than linearising at the inputs",
     .source = post_9783,
     .threshold = "no exception where the worse one converges",
     .experiment = better_jacobians_take_fewer},
}};

}  // namespace
}  // namespace tandem::claims
