// Claims about fields and what follows them: that the fit is a conditional mean, what few steps and many do.
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

using flow::Path;
using flow::Points;
using flow::Scheme;

/// What is left of the slope x_1 - x_0 when the field is taken off it has mean 0 wherever x_t is looked at.
Outcome conditional_mean(bool full) {
  const flow::Mixture data{1, {1, 2}, {-1, 1.5}, {0.2, 0.4}}, noise{1, {1}, {0}, {1}};
  const std::size_t count = full ? 2'000'000 : 200'000;
  const auto x_0 = in_double(flow::draw(data, 1, count)), x_1 = in_double(flow::draw(noise, 11, count));
  constexpr std::size_t bins = 40;
  double worst = 0;
  std::size_t looked_at = 0;
  for (const double t : {0.2, 0.5, 0.8}) {
    std::vector<std::vector<double>> rests(bins);
    std::vector<double> places(count), velocities(count);
    for (std::size_t i = 0; i < count; ++i) places[i] = (1 - t) * x_0.values[i] + t * x_1.values[i];
    flow::mixture_velocities(data, noise, places.data(), count, t, velocities.data());
    for (std::size_t i = 0; i < count; ++i) {
      const double bin = (places[i] + 2) / 4 * bins;
      if (!(bin >= 0 && bin < bins)) continue;
      rests[static_cast<std::size_t>(bin)].push_back(x_1.values[i] - x_0.values[i] - velocities[i]);
    }
    for (const auto& rest : rests) {
      if (rest.size() < 100) continue;
      const Mean mean(rest);
      worst = std::max(worst, std::abs(mean.value) / mean.error);
      ++looked_at;
    }
  }
  return {fmt::format("largest of {} bins' mean rests: {:.2f} standard errors", looked_at, worst),
          confirmed_if(worst < 4), looked_at};
}

Outcome one_step(bool full) {
  double worst = 0, worst_float = 0;
  std::size_t cases = 0;
  for (std::uint64_t seed = 0; seed < (full ? 20U : 4U); ++seed) {
    const Points<float> data = flow::clustered(seed, 200, 5);
    const auto exact = in_double(data), starts = in_double(flow::noise(seed + 90, 50, 5));
    std::vector<double> mean(5), velocity(5);
    for (std::size_t i = 0; i < data.values.size(); ++i) mean[i % 5] += exact.values[i] / 200;
    for (std::size_t i = 0; i < starts.size(); ++i, ++cases) {
      flow::empirical_velocity(exact, starts[i], 1, velocity);
      for (std::size_t j = 0; j < 5; ++j) worst = std::max(worst, std::abs(starts[i][j] - velocity[j] - mean[j]));
    }
    const Points<float> samples = samples_of(data, 50, 1, seed + 90);
    for (std::size_t i = 0; i < samples.values.size(); ++i) {
      worst_float = std::max(worst_float, std::abs(samples.values[i] - mean[i % 5]));
    }
  }
  return {fmt::format("farthest from the data's mean: {:.1g} in double, {:.1g} in float", worst, worst_float),
          confirmed_if(worst < 1e-12 && worst_float < 1e-5), cases};
}

/// Mean distance from a sample to its nearest datum.
double to_nearest(const Points<float>& samples, const Points<float>& data) {
  double sum = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    double least = HUGE_VAL;
    for (std::size_t k = 0; k < data.size(); ++k) {
      double square = 0;
      for (std::size_t j = 0; j < data.dimension; ++j) square += std::pow(samples[i][j] - data[k][j], 2);
      least = std::min(least, square);
    }
    sum += std::sqrt(least);
  }
  return sum / static_cast<double>(samples.size());
}

/// Samples of the digits with few steps, a blur of several, and with many, copies.
Picture generated_digits(const Points<float>& images) {
  Picture picture{
      .kind = PictureKind::images, .title = "Digits from noise, by the number of Euler steps", .series = {}};
  const Points<float> scaled = flow::standardised(images);
  const auto [least, most] = std::ranges::minmax(scaled.values);
  for (const std::size_t steps : {1, 3, 10, 100}) {
    const Points<float> samples = samples_of(scaled, 3, steps, 11);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      Series image{.name = fmt::format("{} steps", steps), .columns = 8};
      for (const float pixel : samples[i]) image.z.push_back(std::clamp((pixel - least) / (most - least), 0.0F, 1.0F));
      picture.series.push_back(std::move(image));
    }
  }
  return picture;
}

Outcome memorises(bool full) {
  const std::size_t count = full ? 4000 : 500;
  std::string figures;
  double first = 0, last = 0;
  std::size_t cases = 0;
  const Points<float> data = flow::clustered(3, 256, 2);
  for (const std::size_t steps : {1, 10, 100, 400}) {
    last = to_nearest(samples_of(data, count, steps, 4), data);
    if (steps == 1) first = last;
    figures += fmt::format("{}{}: {:.2g}", figures.empty() ? "" : ", ", steps, last);
    cases += count;
  }
  Outcome outcome{"mean distance to the nearest of 256 data by Euler steps: " + figures,
                  confirmed_if(last < 0.01 * first), cases};
  if (const auto images = flow::digits()) outcome.data = {generated_digits(*images)};
  return outcome;
}

Outcome orders(bool) {
  const flow::Mixture data{1, {1, 2}, {-1, 1.5}, {0.5, 0.3}}, noise{1, {1, 1}, {-0.5, 1}, {1, 0.7}};
  const auto end_of = [&](Scheme scheme, std::size_t steps) {
    flow::Samples<double> samples{.points = {0}, .growth = {}};
    flow::simd(flow::MixtureProblem{data, noise, {1, {0.3}}, Path{scheme, steps, 0}}, samples, {});
    return samples.points[0];
  };
  const double exact = end_of(Scheme::runge_kutta_4, 4096);
  std::string figures;
  bool all = true;
  const std::pair<Scheme, std::size_t> cases[] = {
      {Scheme::euler, 1024}, {Scheme::heun, 512}, {Scheme::midpoint, 512}, {Scheme::runge_kutta_4, 128}};
  for (const auto& [scheme, steps] : cases) {
    const double order =
        std::log2(std::abs(end_of(scheme, steps) - exact) / std::abs(end_of(scheme, 2 * steps) - exact));
    all &= std::abs(order / flow::order_of(scheme) - 1) < 0.05;
    figures += fmt::format("{}{} {:.3f}", figures.empty() ? "" : ", ", flow::name_of(scheme), order);
  }
  return {"orders: " + figures, confirmed_if(all), 4};
}

/// In one dimension paths do not cross, whatever the number of steps.
Outcome monotone(bool full) {
  const Points<float> data = two_clusters(5, 64);
  std::size_t inversions = 0, pairs = 0;
  for (const std::size_t steps : {1, 3, 10, 100}) {
    const std::size_t count = full ? 20'000 : 2000;
    const Points<float> starts = flow::noise(6, count, 1), ends = samples_of(data, count, steps, 6);
    std::vector<std::pair<float, float>> sorted;
    for (std::size_t i = 0; i < count; ++i) sorted.emplace_back(starts.values[i], ends.values[i]);
    std::ranges::sort(sorted);
    for (std::size_t i = 1; i < count; ++i, ++pairs) {
      inversions += sorted[i].second < sorted[i - 1].second - 1e-5F ? 1 : 0;  // float: 1e-5 is rounding
    }
  }
  return {fmt::format("{} of {} neighbours in another order", inversions, pairs), confirmed_if(inversions == 0), pairs};
}

const RegisteredClaims flow_fields_registered{{
    {.id = "C2",
     .method = "flow",
     .statement = "The best field in the least-squares sense is the conditional mean of the slopes",
     .source = "kexue.fm 9497",
     .threshold = "the mean rest below 4 standard errors in every bin of x_t",
     .experiment = conditional_mean},
    {.id = "C4",
     .method = "flow",
     .statement = "Before any reflow one Euler step generates nothing but the mean of the data",
     .source = "arXiv 2209.03003, table 1 (FID 378 in one step)",
     .threshold = "1e-12 in double",
     .experiment = one_step},
    {.id = "C8",
     .method = "flow",
     .statement = "In one dimension the flow keeps the order of its samples, so its coupling is the optimal one",
     .source = "arXiv 2209.03003, section 3",
     .threshold = "no inversion with 1, 3, 10 and 100 Euler steps",
     .experiment = monotone},
    {.id = "C13",
     .method = "flow",
     .statement = "Euler, Heun, midpoint and RK4 have orders 1, 2, 2 and 4 on a smooth field",
     .source = "Hairer, Norsett, Wanner, II.1",
     .threshold = "within 5 %",
     .experiment = orders},
    {.id = "C15",
     .method = "flow",
     .statement = "The exact field of a data set reproduces its data: samples are copies",
     .source = of_this_project,
     .threshold = "with 400 Euler steps a hundredth as far from the nearest datum as with one",
     .experiment = memorises},
}};

}  // namespace
}  // namespace tandem::claims
