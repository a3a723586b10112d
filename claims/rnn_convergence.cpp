// R1 to R4: how many iterations the schemes take on random tanh networks.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "benchmarks/suite/statistics.hpp"
#include "claims/rnn_support.hpp"

namespace tandem::claims {
namespace {

constexpr std::size_t never = 1'000'000;

/// The median count over some networks; `never` stands for those without.
template <Scheme scheme>
std::size_t median_count(std::size_t d, std::size_t length, double gain, double input_scale, std::uint64_t networks) {
  std::vector<std::size_t> counts;
  for (std::uint64_t seed = 1; seed <= networks; ++seed) {
    counts.push_back(count<scheme>(random_network<Tanh>(d, length, gain, input_scale, seed)).value_or(never));
  }
  std::ranges::sort(counts);
  return counts[counts.size() / 2];
}

Outcome newton_is_flat(bool full) {
  std::vector<std::string> figures;
  std::size_t most_contractive = 0;
  bool flat = true;
  const int last = full ? 20 : 18;
  for (const double gain : {0.5, 0.9, 1.2}) {
    for (const std::size_t d : {std::size_t{8}, std::size_t{32}}) {
      std::vector<std::size_t> counts;
      for (int bits = 10; bits <= last; bits += 4) {
        counts.push_back(median_count<Scheme::newton>(d, std::size_t{1} << bits, gain, 1, 3));
      }
      const auto [least, most] = std::ranges::minmax(counts);
      const std::string range = most == never ? fmt::format("{} to none", least) : fmt::format("{} to {}", least, most);
      figures.push_back(fmt::format("{} (gain {}, d {})", range, gain, d));
      if (gain > 1) continue;  // the theory's regime ends here
      most_contractive = std::max(most_contractive, most);
      flat = flat && most <= least + 2;
    }
  }
  const Verdict verdict = most_contractive <= 10 && flat ? Verdict::confirmed
                          : most_contractive == never    ? Verdict::refuted
                                                         : Verdict::unstable;
  return {fmt::format("T = 2^10 to 2^{}, median of 3 networks: iterations {}", last, fmt::join(figures, ", ")),
          verdict};
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
          order.low <= 2.1 && order.high >= 1.9 ? Verdict::confirmed : Verdict::refuted};
}

// ---- the map of convergence --------------------------------------------------------------------------------------

const std::vector<double> gains{0.3, 0.5, 0.7, 0.9, 1.2, 1.5, 2};
const std::vector<double> scales{0.01, 0.1, 0.3, 1, 3};

/// Per scheme the median counts of five networks over gain (slow) x input scale (fast).
using Map = std::vector<std::vector<std::optional<std::size_t>>>;

const Map& convergence_map() {
  static const Map map = [] {
    Map counts(tanh_schemes.size());
    for (const double gain : gains) {
      for (const double scale : scales) {
        for (std::size_t i = 0; i < counts.size(); ++i) {
          std::vector<std::size_t> taken;
          for (std::uint64_t seed = 1; seed <= 5; ++seed) {
            auto problem = random_network<Tanh>(8, 512, gain, scale, seed);
            problem.stopping.max_iterations = 100;
            taken.push_back(tanh_schemes[i].count(problem).value_or(never));
          }
          std::ranges::sort(taken);
          counts[i].push_back(taken[2] == never ? std::nullopt : std::optional(taken[2]));
        }
      }
    }
    return counts;
  }();
  return map;
}

std::string data_of(const Map& map) {
  std::string schemes;
  for (std::size_t i = 0; i < map.size(); ++i) {
    std::vector<std::string> counts;
    for (const auto& taken : map[i]) counts.push_back(taken ? std::to_string(*taken) : "null");
    schemes += fmt::format("{}\"{}\": [{}]", i == 0 ? "" : ", ", tanh_schemes[i].name, fmt::join(counts, ", "));
  }
  return fmt::format(
      R"({{"hidden_size": 8, "length": 512, "networks": 5, "residual": 1e-6, "most_iterations": 100, "order": "gain, input_scale", )"
      R"("gain": [{}], "input_scale": [{}], "iterations": {{{}}}}})",
      fmt::join(gains, ", "), fmt::join(scales, ", "), schemes);
}

Outcome constant_jacobian_crosses_over(bool) {
  const auto& counts = convergence_map()[2];
  std::size_t slowest_small = 0;
  bool small_converges = true;
  bool large_converges = false;
  std::vector<std::string> crossover;
  for (std::size_t g = 0; g < gains.size(); ++g) {
    double largest = 0;
    for (std::size_t s = 0; s < scales.size(); ++s) {
      const auto& taken = counts[g * scales.size() + s];
      if (gains[g] <= 0.5 && scales[s] <= 0.1) {
        small_converges = small_converges && taken;
        slowest_small = std::max(slowest_small, taken.value_or(0));
      }
      if (gains[g] >= 0.9 && scales[s] >= 1) large_converges = large_converges || taken;
      if (taken) largest = scales[s];
    }
    crossover.push_back(fmt::format("{}: {}", gains[g], largest > 0 ? fmt::format("{}", largest) : "none"));
  }
  const bool holds = small_converges && slowest_small <= 5 && !large_converges;
  return {fmt::format("at most {} iterations for gain <= 0.5, inputs <= 0.1; {} for gain >= 0.9, inputs >= 1; largest "
                      "input scale that converges, by gain: {}",
                      slowest_small, large_converges ? "some converge" : "none converges", fmt::join(crossover, ", ")),
          holds ? Verdict::confirmed : Verdict::unstable, data_of(convergence_map())};
}

Outcome better_jacobians_take_fewer(bool) {
  const Map& map = convergence_map();
  std::size_t compared = 0;
  std::size_t violations = 0;
  std::string first;
  for (const auto& [better, worse] : {std::pair{3, 2}, std::pair{4, 3}}) {
    for (std::size_t i = 0; i < map[0].size(); ++i) {
      if (!map[worse][i]) continue;
      ++compared;
      if (map[better][i] && *map[better][i] <= *map[worse][i]) continue;
      ++violations;
      if (first.empty()) {
        first = fmt::format("; first: gain {}, inputs {}: {} {}, {} {}", gains[i / scales.size()],
                            scales[i % scales.size()], tanh_schemes[better].name, text_of(map[better][i]),
                            tanh_schemes[worse].name, text_of(map[worse][i]));
      }
    }
  }
  return {fmt::format("{} of {} comparisons go the other way{}", violations, compared, first),
          violations == 0 ? Verdict::confirmed : Verdict::refuted};
}

const Registered registered{{
    {.id = "R1",
     .method = "rnn",
     .statement = "Newton's iteration takes at most 10 iterations for contractive random networks, however long the "
                  "sequence",
     .source = "arXiv 2309.12252, arXiv 2508.16817",
     .threshold = "gain 0.5 and 0.9, inputs of scale 1: at most 10, and within 2 of each other over T",
     .quick_seconds = 6,
     .full_seconds = 40,
     .experiment = newton_is_flat},
    {.id = "R2",
     .method = "rnn",
     .statement = "Newton's error is squared by every iteration",
     .source = post_9783,
     .threshold = "the exponent p of e' = K e^p within 0.1 of 2, within its interval",
     .experiment = newton_is_quadratic},
    {.id = "R3",
     .method = "rnn",
     .statement = "The constant Jacobian converges within 5 iterations for small signals (gain <= 0.5, inputs <= 0.1), "
                  "and not at all for gain >= 0.9 with inputs of scale 1",
     .source = std::string(post_9783) + "; " + own_work,
     .threshold = "both",
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
