#include "claims/suite/timing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>

#include "benchmarks/suite/epochs.hpp"
#include "benchmarks/suite/race.hpp"

namespace tandem::claims {
namespace {

/// Seconds per run of one epoch.
double time_epoch(const Run& run, const suite::EpochPlan& plan) {
  if (plan.warm_up) run();
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < plan.runs; ++i) run();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return taken.count() / static_cast<double>(plan.runs);
}

}  // namespace

std::string text_of(const Figure& figure) {
  return fmt::format("{:.2f} [{:.2f}, {:.2f}] in {} rounds", figure.estimate, figure.low, figure.high, figure.rounds);
}

std::vector<double> Turns::round(std::size_t index) const {
  const bool alike =
      std::ranges::all_of(times, [&](const suite::RoundTimes& run) { return run.epochs == times.front().epochs; });
  std::vector<double> seconds;
  for (const suite::RoundTimes& run : times) seconds.push_back((alike ? run.smallest : run.first)[index]);
  return seconds;
}

Figure Turns::ratio(std::size_t a, std::size_t b) const { return {suite::fair_ratio(times[a], times[b]), rounds()}; }

Figure Turns::seconds(std::size_t run) const { return {suite::median_interval(times[run].smallest), rounds()}; }

Figure Turns::figure(const std::function<double(std::span<const double>)>& of_round) const {
  std::vector<double> figures;
  for (std::size_t i = 0; i < rounds(); ++i) figures.push_back(of_round(round(i)));
  return {suite::median_interval(figures), rounds()};
}

Turns take_turns(const std::vector<Run>& runs, double budget_seconds) {
  const suite::RaceOptions usual;
  std::vector<suite::EpochPlan> plans;
  double round_seconds = 0;
  for (const Run& run : runs) {
    run();
    plans.push_back(
        suite::plan_epochs(usual.epoch_seconds, [&](const suite::EpochPlan& plan) { return time_epoch(run, plan); }));
    round_seconds += plans.back().round_seconds;
  }
  const double affordable = std::clamp(budget_seconds / round_seconds, static_cast<double>(suite::fewest_rounds),
                                       static_cast<double>(usual.rounds));

  Turns turns{.times = std::vector<suite::RoundTimes>(runs.size())};
  for (std::size_t i = 0; i < runs.size(); ++i) turns.times[i].epochs = plans[i].epochs;
  for (const auto& order : suite::latin_square_orders(runs.size(), static_cast<std::size_t>(affordable), 1)) {
    for (const std::size_t i : order) {
      suite::RoundTimes& times = turns.times[i];
      times.first.push_back(time_epoch(runs[i], plans[i]));
      times.smallest.push_back(times.first.back());
      for (std::size_t epoch = 1; epoch < plans[i].epochs; ++epoch) {
        times.smallest.back() = std::min(times.smallest.back(), time_epoch(runs[i], plans[i]));
      }
    }
  }
  return turns;
}

Figure ratio(const Run& a, const Run& b, double budget_seconds) {
  return take_turns({a, b}, budget_seconds).ratio(0, 1);
}

Figure exponent(const Figure& times, double sizes) {
  const auto of = [&](double ratio) { return std::log(ratio) / std::log(sizes); };
  return {{of(times.estimate), of(times.low), of(times.high)}, times.rounds};
}

}  // namespace tandem::claims
