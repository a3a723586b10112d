// R1 to R4: how many iterations the schemes take on random tanh networks.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "claims/rnn_support.hpp"

namespace tandem::claims {
namespace {

Outcome newton_is_flat(bool full) {
  std::vector<std::string> figures;
  std::size_t worst = 0;
  bool flat = true;
  for (const double gain : {0.5, 0.9, 1.2}) {
    for (const std::size_t d : {std::size_t{8}, std::size_t{32}}) {
      std::size_t least = 1000;
      std::size_t most = 0;
      for (int bits = 10; bits <= (full ? 20 : 18); bits += 4) {
        const auto taken = count<Scheme::newton>(random_network<Tanh>(d, std::size_t{1} << bits, gain, 1, 1));
        if (!taken) return {fmt::format("not converged at gain {}, d = {}, T = 2^{}", gain, d, bits), Verdict::refuted};
        least = std::min(least, *taken);
        most = std::max(most, *taken);
      }
      figures.push_back(fmt::format("{}-{} (gain {}, d {})", least, most, gain, d));
      worst = std::max(worst, most);
      flat = flat && most <= least + 2;
    }
  }
  const Verdict verdict = worst <= 10 && flat ? Verdict::confirmed : flat ? Verdict::unstable : Verdict::refuted;
  return {fmt::format("T = 2^10 ... 2^{}: {} iterations", full ? 20 : 18, fmt::join(figures, ", ")), verdict};
}

Outcome newton_is_quadratic(bool) {
  std::vector<double> orders;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    auto problem = random_network<Tanh>(8, 1024, 0.9, 1, seed);
    Answer<double> exact;
    exact.states.resize(problem.input.size());
    rnn::reference(problem, exact);
    problem.stopping.tolerance = 1e-15;
    double before = 0;
    for (std::size_t n = 1; n <= 8; ++n) {
      const Answer<double> answer = iterate<Scheme::newton>(problem, n);
      double error = 0;
      for (std::size_t i = 0; i < exact.states.size(); ++i) {
        error = std::max(error, std::abs(answer.states[i] - exact.states[i]));
      }
      if (before > 1e-7 && before < 0.05 && error > 1e-14) orders.push_back(std::log(error) / std::log(before));
      before = error;
    }
  }
  if (orders.empty()) return {"no error in the range", Verdict::unstable};
  std::ranges::sort(orders);
  const double median = orders[orders.size() / 2];
  return {fmt::format("median of log e' / log e {:.2f}, from {:.2f} to {:.2f}, {} pairs with 1e-7 < e < 0.05", median,
                      orders.front(), orders.back(), orders.size()),
          median > 1.7 && median < 2.3 ? Verdict::confirmed : Verdict::refuted};
}

// ---- the map of convergence --------------------------------------------------------------------------------------

const std::vector<double> gains{0.3, 0.5, 0.7, 0.9, 1.2, 1.5, 2};
const std::vector<double> scales{0.01, 0.1, 0.3, 1, 3};

/// Per scheme the counts over gain (slow) x input scale (fast).
using Map = std::vector<std::vector<std::optional<std::size_t>>>;

const Map& convergence_map() {
  static const Map map = [] {
    Map counts(tanh_schemes.size());
    for (const double gain : gains) {
      for (const double scale : scales) {
        const auto problem = random_network<Tanh>(8, 1024, gain, scale, 1);
        for (std::size_t i = 0; i < counts.size(); ++i) counts[i].push_back(tanh_schemes[i].count(problem));
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
      R"({{"hidden_size": 8, "length": 1024, "residual": 1e-6, "most_iterations": 200, "order": "gain, input_scale", )"
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
     .threshold = "gain 0.5 to 1.2, inputs of scale 1: at most 10, and within 2 of each other over T",
     .quick_seconds = 6,
     .full_seconds = 40,
     .experiment = newton_is_flat},
    {.id = "R2",
     .method = "rnn",
     .statement = "Newton's error is squared by every iteration",
     .source = post_9783,
     .threshold = "median of log e' / log e between 1.7 and 2.3",
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
