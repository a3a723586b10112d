// Claims about couplings: cost, straightness and reflow.
#include <fmt/format.h>

#include <algorithm>
#include <numbers>
#include <string>

#include "claims/flow/support.hpp"
#include "claims/flow/toy.hpp"
#include "claims/suite/claim.hpp"

namespace tandem::claims {
namespace {

using flow::BatchField;
using flow::Flowed;
using flow::Points;
using flow::Scheme;

/// V by draws of pairs and times, with its standard error.
Mean loss_by_draws(const BatchField& field, const Points<float>& data, const Points<float>& noise, std::size_t nodes) {
  std::vector<double> sums(data.size());
  std::vector<float> places(data.values.size()), velocities(places.size());
  for (std::size_t node = 0; node < nodes; ++node) {
    const double t = (static_cast<double>(node) + 0.5) / static_cast<double>(nodes);
    for (std::size_t i = 0; i < places.size(); ++i) {
      places[i] = static_cast<float>((1 - t) * data.values[i] + t * noise.values[i]);
    }
    field(places.data(), data.size(), t, velocities.data());
    for (std::size_t i = 0; i < places.size(); ++i) {
      const double rest = static_cast<double>(noise.values[i]) - data.values[i] - velocities[i];
      sums[i / data.dimension] += rest * rest / static_cast<double>(nodes);
    }
  }
  return Mean(sums);
}

Outcome loss_of_normals(bool full) {
  const std::size_t count = full ? 1'000'000 : 100'000;
  const flow::Mixture unit{1, {1}, {0}, {1}};
  const Mean found =
      loss_by_draws(flow::mixture_field(unit, unit), flow::draw(unit, 1, count), flow::draw(unit, 9, count), 50);
  const double off = std::abs(found.value - std::numbers::pi / 2) / found.error;
  return {fmt::format("V = {:.4f} +- {:.4f}, pi / 2 = {:.4f}", found.value, found.error, std::numbers::pi / 2),
          confirmed_if(off < 3), count};
}

Outcome cost_decreases(bool full) {
  const Toy toy(full ? 40'000 : 4000, 1);
  const Flowed flowed = toy.flowed(full ? 200 : 100);
  std::string figures;
  bool all = true;
  for (const double power : {1.0, 1.5, 2.0, 4.0}) {
    const double before = flow::mean_cost(in_double(toy.noise), in_double(toy.data), power);
    const double after = flow::mean_cost(in_double(toy.noise), in_double(flowed.ends), power);
    all &= after < before;
    figures += fmt::format("{}|.|^{}: {:.4g} to {:.4g}", figures.empty() ? "" : ", ", power, before, after);
  }
  return {figures, confirmed_if(all), toy.noise.size()};
}

/// Two means of squared lengths and S + V, each with a sampling error: what is left must be within three of them.
Outcome identity(bool full) {
  const std::size_t count = full ? 40'000 : 8000;
  const Toy toy(count, 2);
  const Flowed flowed = toy.flowed(100);
  const Mean loss = loss_by_draws(toy.field, toy.data, toy.noise, 200);
  std::vector<double> drops(count);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < 2; ++j) {
      drops[i] += std::pow(toy.noise[i][j] - toy.data[i][j], 2) - std::pow(toy.noise[i][j] - flowed.ends[i][j], 2);
    }
  }
  const Mean drop(drops);
  const double rest = drop.value - flowed.straightness - loss.value;
  const double error = std::hypot(drop.error, loss.error);
  return {fmt::format("cost falls by {:.2f}; S = {:.2f}, V = {:.2f}; rest {:.2f} +- {:.2f}", drop.value,
                      flowed.straightness, loss.value, rest, error),
          confirmed_if(std::abs(rest) < 3 * error + 0.01 * drop.value), count};
}

/// The mean distance between the ends and where one Euler step from t = 1 leads.
double error_of_one_step(const BatchField& field, const Points<float>& starts, const Points<float>& ends) {
  Points<float> once = starts;
  std::vector<float> velocities(starts.values.size());
  field(starts.values.data(), starts.size(), 1, velocities.data());
  for (std::size_t i = 0; i < velocities.size(); ++i) once.values[i] -= velocities[i];
  return flow::mean_cost(in_double(once), in_double(ends), 1);
}

Outcome reflow_straightens(bool full) {
  const Toy toy(full ? 8000 : 2000, 3);
  const Flowed first = toy.flowed(100);
  const Points<float> starts = flow::draw(flow::three_modes_of_noise(), 77, 300);
  const Flowed exact = flow::flow(toy.field, starts, 0, 100, Scheme::runge_kutta_4, suite::all_cores());
  std::string figures = fmt::format("S before {:.1f}, one Euler step off by {:.2f}", first.straightness,
                                    error_of_one_step(toy.field, starts, exact.ends));
  double best = HUGE_VAL;
  for (const double bandwidth : {0.1, 0.3, 1.0}) {
    const BatchField field = flow::paired_field(first.ends, toy.noise, bandwidth);
    const Flowed after = flow::flow(field, starts, 0, 25, Scheme::euler, suite::all_cores());
    best = std::min(best, after.straightness);
    figures += fmt::format(", after (h = {}) {:.3f}, one step off by {:.3f}", bandwidth, after.straightness,
                           error_of_one_step(field, starts, after.ends));
  }
  return {figures, confirmed_if(best < 0.05 * first.straightness), 300};
}

Outcome bound_of_reflows(bool full) {
  const Toy toy(full ? 8000 : 1500, 4);
  const double before = flow::mean_cost(in_double(toy.noise), in_double(toy.data), 2);
  const Flowed first = toy.flowed(100);
  Reflowed reflowed{toy.noise, first.ends, 0.2};
  double least = first.straightness;
  bool all = true;
  std::string figures;
  for (int k = 1; k <= 4; ++k) {
    all &= least <= before / k;
    figures += fmt::format("{}k = {}: {:.3f} against {:.1f}", figures.empty() ? "" : ", ", k, least, before / k);
    if (k == 4) break;
    const Flowed next = reflowed.test(toy.noise);
    least = std::min(least, next.straightness);
    reflowed.data = next.ends;
  }
  return {"least S so far and E|X_1 - X_0|^2 / k: " + figures, confirmed_if(all), 4};
}

/// The first flow's ends have the law of the data (C1), and the later ones come from the same noise: what is between
/// them is the reflows' doing alone.
Outcome drift(bool full) {
  const Toy toy(full ? 8000 : 1500, 5);
  const Flowed first = toy.flowed(100);
  std::string figures = fmt::format("first flow S {:.1f}, cost {:.1f}", first.straightness, first.cost);
  std::vector<Verdict> verdicts;
  Picture straightness{.title = "Straightness of each flow", .x = {"reflows"}, .y = {"S", true}, .series = {}};
  Picture drifted{.title = "How far samples drift from the data", .x = {"reflows"}, .y = {"sliced W_2"}, .series = {}};
  for (const double bandwidth : {0.05, 0.1, 0.3}) {
    Reflowed reflowed{toy.noise, first.ends, bandwidth};
    figures += fmt::format("; h = {}:", bandwidth);
    const std::string name = fmt::format("h = {}", bandwidth);
    straightness.series.push_back({.name = name, .x = {0}, .y = {first.straightness}});
    drifted.series.push_back({.name = name, .x = {0}, .y = {0}});
    double last = 0;
    for (int k = 1; k <= 3; ++k) {
      const Flowed next = reflowed.again();
      const double distance = sliced_wasserstein_of(next.ends, first.ends);
      figures += fmt::format("{} S {:.3f}, cost {:.2f}, drift {:.4f}", k == 1 ? "" : ",", next.straightness, next.cost,
                             distance);
      verdicts.push_back(confirmed_if(distance > last));
      last = distance;
      straightness.series.back().x.push_back(k);
      straightness.series.back().y.push_back(next.straightness);
      drifted.series.back().x.push_back(k);
      drifted.series.back().y.push_back(distance);
    }
  }
  return {figures, together(verdicts), 9 * toy.noise.size(), {straightness, drifted}};
}

/// Between normals every flow of this kind is x(t) = (s_t / s_1) x(1), so both sides are integrals over t. The curved
/// path has the coefficients a = exp(-19.9 t^2 / 4 - 0.1 t / 2) and sqrt(1 - a^2) for data and noise.
Outcome curved_path(bool) {
  const double data = 0.3;
  const auto a = [](double t) { return std::exp(-19.9 * t * t / 4 - 0.1 * t / 2); };
  const auto first = [&](double t) { return std::sqrt(a(t) * a(t) * data * data + 1 - a(t) * a(t)); };
  // After one flow noise z belongs to data * z: the path between them is a line in z.
  const auto second = [&](double t) { return a(t) * data + std::sqrt(1 - a(t) * a(t)); };
  const auto straightness_of = [&](const auto& deviation) {
    constexpr int steps = 200'000;
    double sum = 0;
    for (int i = 0; i < steps; ++i) {
      const double low = static_cast<double>(i) / steps, high = static_cast<double>(i + 1) / steps;
      const double slope = (deviation(high) - deviation(low)) * steps;
      const double straight = deviation(1.0) - deviation(0.0);
      sum += (slope - straight) * (slope - straight) / steps;
    }
    return sum;
  };
  const double before = straightness_of(first), after = straightness_of(second);
  const double linear = data * (2 - std::numbers::pi / 2);
  return {fmt::format("curved path: S = {:.3f}, after reflow {:.3f}; straight path: {:.3f}, after reflow 0", before,
                      after, linear),
          confirmed_if(after > 0.5 * before), 2};
}

const RegisteredClaims flow_straightness_registered{{
    {.id = "C3",
     .method = "flow",
     .statement = "The loss of the best field is V, not 0: pi / 2 between two standard normals",
     .source = "arXiv 2209.03003, section 3; V by hand",
     .threshold = "within 3 standard errors",
     .experiment = loss_of_normals},
    {.id = "C5",
     .method = "flow",
     .statement = "The flow's coupling costs no more than the one it was fitted to, for every convex cost",
     .source = "arXiv 2209.03003, theorem 3.5",
     .threshold = "lower for |.|^p, p = 1, 1.5, 2, 4",
     .experiment = cost_decreases},
    {.id = "C6",
     .method = "flow",
     .statement = "The squared cost falls by straightness plus loss, S + V",
     .source = "arXiv 2209.03003, proof of theorem 3.7",
     .threshold = "the rest within 3 standard errors and 1 % of the integrals over time",
     .experiment = identity},
    {.id = "C7",
     .method = "flow",
     .statement = "One reflow makes the paths of the toy nearly straight",
     .source = "arXiv 2209.03003, figure 5",
     .threshold = "S below 5 % of what it was, for the best of three bandwidths",
     .quick_seconds = 4,
     .full_seconds = 20,
     .experiment = reflow_straightens},
    {.id = "C10",
     .method = "flow",
     .statement = "Among the first K flows one has S of at most E|X_1 - X_0|^2 / K",
     .source = "arXiv 2209.03003, theorem 3.7",
     .threshold = "K = 1 to 4",
     .quick_seconds = 4,
     .full_seconds = 60,
     .experiment = bound_of_reflows},
    {.id = "C11",
     .method = "flow",
     .statement = "Along a curved path (variance preserving) reflow does not straighten",
     .source = "arXiv 2209.03003, section 3.5",
     .threshold = "S after one reflow above half of what it was, between two normals",
     .experiment = curved_path},
    {.id = "C12",
     .method = "flow",
     .statement = "Samples drift away from the data with every reflow",
     .source = "arXiv 2510.25229",
     .threshold =
         "sliced W_2 to the ends of the first flow, from the same noise, grows with each of three reflows, for "
         "three bandwidths h",
     .quick_seconds = 8,
     .full_seconds = 120,
     .experiment = drift},
}};

}  // namespace
}  // namespace tandem::claims
