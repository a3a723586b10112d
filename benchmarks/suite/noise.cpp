#include "benchmarks/suite/noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "benchmarks/suite/peak_kernels.hpp"
#include "benchmarks/suite/peak_memory.hpp"
#include "benchmarks/suite/simd_target.hpp"
#include "benchmarks/suite/statistics.hpp"

namespace tandem::suite {
namespace {

using Clock = std::chrono::steady_clock;

template <class Work>
double seconds_of(Work work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Timer measure_timer() {
  constexpr int calls = 100000;
  Timer timer{.call_seconds = 1, .resolution_seconds = 1};
  for (int attempt = 0; attempt < 5; ++attempt) {
    const double seconds = seconds_of([] {
      for (int call = 0; call < calls; ++call) Clock::now();
    });
    timer.call_seconds = std::min(timer.call_seconds, seconds / calls);
  }
  for (int step = 0; step < 1000; ++step) {
    const auto start = Clock::now();
    auto next = Clock::now();
    while (next == start) next = Clock::now();
    timer.resolution_seconds = std::min(timer.resolution_seconds, std::chrono::duration<double>(next - start).count());
  }
  return timer;
}

Noise measure_noise(int races) {
  if (races < 1) throw std::invalid_argument(fmt::format("Noise needs at least one race, not {}.", races));
  constexpr double epoch_seconds = 0.5e-3;
  Noise noise{.races = races, .rounds = 52};

  // Arithmetic from the first cache: whatever varies here varies everywhere.
  constexpr std::size_t count = 1024;
  PeakMemory memory(2 * bandwidth_block);
  auto* const exponents = reinterpret_cast<float*>(memory.data());
  auto* const results = reinterpret_cast<float*>(memory.data() + bandwidth_block);
  std::fill_n(exponents, count, -1.25f);
  const PeakKernels kernels = peak_kernels(chosen_simd_target().id);
  std::size_t passes = 1;
  const auto epoch = [&] {
    return seconds_of([&] {
      for (std::size_t pass = 0; pass < passes; ++pass) kernels.exp_float.front()(exponents, results, count);
    });
  };
  double taken = 0;  // the smaller of two readings, since an interrupted one would cut all epochs short
  while ((taken = std::min(epoch(), epoch())) < epoch_seconds) passes *= 2;
  passes = std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(passes) * (epoch_seconds / taken)));

  std::vector<double> half_widths;
  int alarms = 0;
  for (int race = 0; race < races; ++race) {
    std::array<std::vector<double>, 2> seconds;
    for (const auto& order : latin_square_orders(seconds.size(), noise.rounds, static_cast<std::uint64_t>(race))) {
      for (const std::size_t arm : order) {
        const double first = epoch();
        seconds[arm].push_back(std::min(first, epoch()));
      }
    }
    const Interval ratio = ratio_interval(seconds[0], seconds[1]);
    if (ratio.low > 1 || ratio.high < 1) ++alarms;
    half_widths.push_back((ratio.high - ratio.low) / 2);
  }
  noise.false_alarm_rate = static_cast<double>(alarms) / races;
  noise.smallest_change = median(half_widths);
  return noise;
}

void to_json(nlohmann::json& json, const Timer& timer) {
  json = {{"call_seconds", timer.call_seconds}, {"resolution_seconds", timer.resolution_seconds}};
}

void to_json(nlohmann::json& json, const Noise& noise) {
  json = {{"races", noise.races},
          {"rounds", noise.rounds},
          {"false_alarm_rate", noise.false_alarm_rate},
          {"smallest_change", noise.smallest_change}};
}

}  // namespace tandem::suite
