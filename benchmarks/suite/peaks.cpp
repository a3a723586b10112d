#include "benchmarks/suite/peaks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "benchmarks/suite/level_peaks.hpp"
#include "benchmarks/suite/peak_kernels.hpp"
#include "benchmarks/suite/peak_memory.hpp"
#include "benchmarks/suite/peak_tries.hpp"
#include "benchmarks/suite/team.hpp"

namespace tandem::suite {
namespace {

/// How far the measured vectors per cycle may be off, as a fraction: far below what half of a unit's work would show.
constexpr double vectors_tolerance = 0.1;

bool near(double measured, double expected) { return std::abs(measured / expected - 1) <= vectors_tolerance; }

double nearest_whole(double vectors_per_cycle) { return std::max(1.0, std::round(vectors_per_cycle)); }

bool whole_vectors_per_cycle(const Peaks& peaks) {
  return std::ranges::all_of(std::array{4, 8}, [&](int element_bytes) {
    const double measured = peaks.fma_vectors_per_cycle(element_bytes);
    return near(measured, nearest_whole(measured));
  });
}

/// Whether the threads together did as much per cycle and core as one of them alone.
bool ran_at_once(const Peaks& peaks) {
  return peaks.fma_vectors_per_cycle(4) >= (1 - vectors_tolerance) * peaks.fma_vectors_alone;
}

void measure_arithmetic(Peaks& peaks, const Team& team, const PeakKernels& kernels, const PeakEffort& effort) {
  constexpr std::size_t exponent_count = 1024;
  std::vector<PeakMemory> memories;
  memories.reserve(peaks.threads);
  for (int thread = 0; thread < peaks.threads; ++thread) {
    memories.emplace_back(2 * bandwidth_block);
    std::fill_n(reinterpret_cast<float*>(memories.back().data()), exponent_count, -1.25f);
  }
  const auto exponentials = [&](PeakKernels::ExpLoop loop, int thread, std::size_t passes) {
    std::byte* memory = memories[thread].data();
    for (std::size_t pass = 0; pass < passes; ++pass) {
      loop(reinterpret_cast<const float*>(memory), reinterpret_cast<float*>(memory + bandwidth_block), exponent_count);
    }
    return static_cast<double>(passes * exponent_count);
  };
  struct Kind {
    double& best;
    double (*loop)(std::size_t);
    std::size_t steps;
  };
  std::vector<Kind> kinds{{peaks.fma_float, kernels.fma_float, 0},
                          {peaks.fma_double, kernels.fma_double, 0},
                          {peaks.sqrt_double, kernels.sqrt_double, 0},
                          {peaks.divide_double, kernels.divide_double, 0}};
  for (Kind& kind : kinds) kind.steps = steps_for(effort.try_seconds, kind.loop);
  const std::size_t dependent = steps_for(effort.try_seconds, kernels.dependent_fma);
  const std::size_t additions = steps_for(effort.try_seconds, dependent_additions);
  const std::size_t passes =
      steps_for(effort.try_seconds, [&](std::size_t count) { exponentials(kernels.exp_float.front(), 0, count); });

  // Kind after kind within a try, so that the clock is observed as near to the FMA work as can be: some processors
  // clock lower under wide vectors.
  const Team alone(1);
  double fma_alone = 0;
  double clock_alone = 0;
  const int most_tries = effort.tries + effort.more_tries;
  const auto plausible = [&] { return whole_vectors_per_cycle(peaks) && ran_at_once(peaks); };
  for (int done = 0; done < effort.tries || (done < most_tries && !plausible()); ++done) {
    const auto warm = [&](int) { kernels.fma_float(kinds.front().steps / 4); };
    for (const Kind& kind : kinds) {
      raise(kind.best, team.rate(warm, [&](int) { return kind.loop(kind.steps); }).together);
    }
    lower(peaks.fma_latency, 1 / team.rate(warm, [&](int) { return kernels.dependent_fma(dependent); }).each);
    raise(peaks.clock, team.rate(warm, [&](int) { return dependent_additions(additions); }).each);
    for (const auto loop : kernels.exp_float) {
      raise(peaks.exp_float, team.rate(warm, [&](int thread) { return exponentials(loop, thread, passes); }).together);
    }

    raise(fma_alone, alone.rate(warm, [&](int) { return kernels.fma_float(kinds.front().steps); }).together);
    raise(clock_alone, alone.rate(warm, [&](int) { return dependent_additions(additions); }).together);
    peaks.fma_vectors_alone = fma_alone * sizeof(float) / peaks.vector_bytes / clock_alone;
  }
}

}  // namespace

double Peaks::fma_vectors_per_cycle(int element_bytes) const {
  const double elements = element_bytes == 4 ? fma_float : fma_double;
  return elements * element_bytes / vector_bytes / (clock * cores);
}

Peaks measure_peaks(std::int64_t target, int threads, const MachineCard& card, const PeakEffort& effort) {
  const auto known = std::ranges::find(card.targets, target, &SimdTarget::id);
  if (known == card.targets.end()) throw std::invalid_argument("This machine's card has no such SIMD target.");
  if (threads < 1) throw std::invalid_argument(fmt::format("Peaks need at least one thread, not {}.", threads));
  const PeakKernels kernels = peak_kernels(target);
  Peaks peaks;
  peaks.target = known->name;
  peaks.threads = threads;
  peaks.cores = std::clamp(threads, 1, std::max(card.cores, 1));
  peaks.vector_bytes = static_cast<double>(kernels.vector_bytes);
  peaks.fused = kernels.fused;
  const Team team(threads);
  measure_arithmetic(peaks, team, kernels, effort);
  measure_levels(peaks, team, kernels, card, effort);
  return peaks;
}

Peaks better_of(const Peaks& one, const Peaks& other) {
  Peaks best = one.fma_float >= other.fma_float ? one : other;  // clock and FMA belong together
  const Peaks& second = one.fma_float >= other.fma_float ? other : one;
  for (const auto rate : {&Peaks::fma_double, &Peaks::sqrt_double, &Peaks::divide_double, &Peaks::exp_float}) {
    best.*rate = std::max(best.*rate, second.*rate);
  }
  lower(best.fma_latency, second.fma_latency);
  for (std::size_t level = 0; level < best.levels.size(); ++level) {
    for (const auto rate :
         {&MemoryLevel::read, &MemoryLevel::write, &MemoryLevel::copy, &MemoryLevel::write_non_temporal,
          &MemoryLevel::copy_non_temporal, &MemoryLevel::lookups, &MemoryLevel::gathered}) {
      best.levels[level].*rate = std::max(best.levels[level].*rate, second.levels[level].*rate);
    }
    lower(best.levels[level].lookup_latency, second.levels[level].lookup_latency);
  }
  return best;
}

std::optional<std::string> suspect(const Peaks& peaks) {
  for (const int element_bytes : {4, 8}) {
    const double measured = peaks.fma_vectors_per_cycle(element_bytes);
    const double nearest = nearest_whole(measured);
    if (!near(measured, nearest) && (peaks.fused || !near(measured, 1.5))) {
      return fmt::format(
          "The FMA peak of {} on {} thread{} ({}) is {:.2f} vectors per cycle and core, more than 10 % off {:g}: "
          "fractions "
          "of the roof are not to be trusted.",
          peaks.target, peaks.threads, peaks.threads == 1 ? "" : "s", element_bytes == 4 ? "float" : "double", measured,
          nearest);
    }
  }
  if (!ran_at_once(peaks)) {
    return fmt::format(
        "{} threads of {} reach {:.2f} FMA vectors per cycle and core, one alone {:.2f}: a neighbour took their cores, "
        "or "
        "the cores share their arithmetic units; fractions of the roof are not to be trusted.",
        peaks.threads, peaks.target, peaks.fma_vectors_per_cycle(4), peaks.fma_vectors_alone);
  }
  return std::nullopt;
}

void to_json(nlohmann::json& json, const MemoryLevel& level) {
  json = {{"name", level.name},
          {"capacity", std::isfinite(level.capacity) ? nlohmann::json(level.capacity) : nlohmann::json()},
          {"footprint", level.footprint},
          {"read", level.read},
          {"write", level.write},
          {"copy", level.copy},
          {"write_non_temporal", level.write_non_temporal},
          {"copy_non_temporal", level.copy_non_temporal},
          {"lookups", level.lookups},
          {"gathered", level.gathered},
          {"lookup_latency", level.lookup_latency}};
}

void to_json(nlohmann::json& json, const Peaks& peaks) {
  const auto doubt = suspect(peaks);
  json = {{"target", peaks.target},
          {"threads", peaks.threads},
          {"cores", peaks.cores},
          {"vector_bytes", peaks.vector_bytes},
          {"fused", peaks.fused},
          {"clock", peaks.clock},
          {"fma_vectors_alone", peaks.fma_vectors_alone},
          {"fma_float", peaks.fma_float},
          {"fma_double", peaks.fma_double},
          {"sqrt_double", peaks.sqrt_double},
          {"divide_double", peaks.divide_double},
          {"exp_float", peaks.exp_float},
          {"fma_latency", peaks.fma_latency},
          {"levels", peaks.levels},
          {"suspect", doubt ? nlohmann::json(*doubt) : nlohmann::json()}};
}

}  // namespace tandem::suite
