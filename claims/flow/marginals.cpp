// Claims that the flow carries noise to the law of the data: on a line, in the plane, and to a map.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "claims/flow/support.hpp"
#include "claims/suite/claim.hpp"
#include "impl/support/random.hpp"
#include "problems/flow/real_data.hpp"

namespace tandem::claims {
namespace {

using flow::Points;
using flow::Scheme;

/// As many draws from the data themselves are no nearer to them than chance allows: the median of 15 such sets says how
/// near that is.
double distance_by_chance(const Points<float>& data, std::size_t count) {
  std::vector<double> distances;
  for (std::uint64_t seed = 0; seed < 15; ++seed) {
    Points<float> drawn{1, std::vector<float>(count)};
    for (std::size_t i = 0; i < count; ++i) drawn.values[i] = data.values[random_bits(seed, i, 3) % data.size()];
    distances.push_back(wasserstein_of(drawn, data));
  }
  std::ranges::nth_element(distances, distances.begin() + 7);
  return distances[7];
}

Outcome marginals(bool full) {
  const Points<float> data = two_clusters(1, 64);
  const std::size_t count = full ? 100'000 : 10'000;
  const double chance = distance_by_chance(data, count);
  std::string figures;
  double first = 0, last = 0;
  std::size_t cases = 0;
  for (const std::size_t steps : {1, 2, 5, 10, 20, 50, 100, 400}) {
    last = wasserstein_of(samples_of(data, count, steps, 2), data);
    if (steps == 1) first = last;
    figures += fmt::format("{}{}: {:.3f}", figures.empty() ? "" : ", ", steps, last);
    cases += count;
  }
  return {
      fmt::format("W_2 between samples and data by Euler steps: {}; of draws from the data: {:.3f}", figures, chance),
      confirmed_if(last < 2 * chance && first > 1), cases};
}

/// The probability of an energy distance at least this large between two sets of as many points that come from one law:
/// how often the points' own permutations have it.
double permutation_probability(const Points<float>& x, const Points<float>& y) {
  constexpr std::size_t permutations = 999;
  const std::size_t half = x.size(), count = 2 * half, size = x.dimension;
  std::vector<float> all = x.values;
  all.insert(all.end(), y.values.begin(), y.values.end());
  std::vector<double> distances(count * count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      double square = 0;
      for (std::size_t k = 0; k < size; ++k) square += std::pow(all[i * size + k] - all[j * size + k], 2);
      distances[i * count + j] = std::sqrt(square);
    }
  }
  // With signs s the energy distance is -s^T D s over the square of half the points' number.
  std::vector<double> signs(count);
  const auto energy = [&] {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
      double row = 0;
      for (std::size_t j = 0; j < count; ++j) row += signs[j] * distances[i * count + j];
      sum -= signs[i] * row;
    }
    return sum;
  };
  for (std::size_t i = 0; i < count; ++i) signs[i] = i < half ? 1 : -1;
  const double found = energy();
  std::size_t as_large = 1;
  for (std::size_t permutation = 0; permutation < permutations; ++permutation) {
    for (std::size_t i = count; i-- > 1;) std::swap(signs[i], signs[random_bits(31, permutation, i) % (i + 1)]);
    as_large += energy() >= found ? 1 : 0;
  }
  return static_cast<double>(as_large) / (permutations + 1);
}

/// Points from noise at t = 1 to data at t = 0.
Picture on_the_way(const flow::Mixture& data, const flow::Mixture& noise) {
  const std::vector<double> times{1, 0.75, 0.5, 0.25, 0};
  const auto flowed = flow::flow_adaptively(flow::mixture_field(data, noise), flow::draw(noise, 25, 150), times, {},
                                            suite::all_cores());
  Picture picture{.title = "From three modes of noise to three modes of data", .x = {"x"}, .y = {"y"}, .series = {}};
  for (std::size_t i = 0; i < times.size(); ++i) {
    picture.series.push_back(scattered(fmt::format("t = {}", times[i]), flowed.states[i]));
  }
  return picture;
}

Outcome marginals_in_the_plane(bool full) {
  const std::size_t count = full ? 1000 : 250;
  const flow::Mixture data = flow::three_modes_of_data(), noise = flow::three_modes_of_noise();
  const auto from_mixture = [&](std::size_t steps, Scheme scheme) {
    const Points<float> starts = flow::draw(noise, 21, count);
    return flow::flow(flow::mixture_field(data, noise), starts, 0, steps, scheme, suite::all_cores()).ends;
  };
  const Points<float> right = flow::draw(data, 22, count);
  const double many = permutation_probability(from_mixture(50, Scheme::runge_kutta_4), right);
  const double few = permutation_probability(from_mixture(1, Scheme::euler), right);
  std::string figures = fmt::format("the toy: p = {:.3f} with 50 steps of RK4, {:.3f} with one of Euler", many, few);
  std::vector<Verdict> verdicts = {confirmed_if(many > 1e-3 && few <= 1e-3)};
  std::vector<Picture> pictures = {on_the_way(data, noise)};
  if (const auto places = flow::airports()) {
    const Points<float> map = flow::standardised(*places);
    Points<float> drawn{2, std::vector<float>(2 * count)};
    for (std::size_t i = 0; i < count; ++i) std::ranges::copy(map[random_bits(23, i) % map.size()], drawn[i].begin());
    const double of_map = permutation_probability(samples_of(map, count, 100, 24), drawn);
    const double of_map_once = permutation_probability(samples_of(map, count, 2, 24), drawn);
    pictures.push_back(
        {.title = "Airports, and samples of their flow",
         .x = {"longitude (scaled)"},
         .y = {"latitude (scaled)"},
         .series = {scattered("airports", drawn), scattered("samples", samples_of(map, count, 100, 24))}});
    figures += fmt::format("; airports: p = {:.3f} with 100 steps of Euler, {:.3f} with two", of_map, of_map_once);
    verdicts.push_back(confirmed_if(of_map > 1e-3 && of_map_once <= 1e-3));
  } else {
    figures += "; the places of airports are not here";
  }
  return {figures, together(verdicts), 2 * verdicts.size(), pictures};
}

const RegisteredClaims flow_marginals_registered{{
    {.id = "C1",
     .method = "flow",
     .statement = "Followed backwards in time, the field carries noise to the law of the data",
     .source = "kexue.fm 9497",
     .threshold =
         "W_2 to 64 data on a line with 400 Euler steps below twice that of draws from them; above 1 with one step",
     .experiment = marginals},
    {.id = "C1b",
     .method = "flow",
     .statement = "In two dimensions, too: samples of the flow cannot be told from the data",
     .source = "kexue.fm 9497",
     .threshold = "energy distance, permutation test: p > 0.001 with many steps, and not with one or two of Euler",
     .quick_seconds = 4,
     .full_seconds = 60,
     .experiment = marginals_in_the_plane},
}};

}  // namespace
}  // namespace tandem::claims
