#include "benchmarks/suite/peaks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "benchmarks/suite/peak_kernels.hpp"
#include "benchmarks/suite/peak_memory.hpp"
#include "benchmarks/suite/team.hpp"

namespace tandem::suite {
namespace {

using Clock = std::chrono::steady_clock;

/// So many steps that work(steps) takes about this long.
template <class Work>
std::size_t steps_for(double seconds, Work work) {
  const auto reading = [&work](std::size_t steps) {
    const auto start = Clock::now();
    work(steps);
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  for (std::size_t steps = 1;; steps *= 2) {
    // The smaller of two readings, since an interrupted one would cut all tries short.
    const double taken = std::min(reading(steps), reading(steps));
    if (taken >= seconds)
      return std::max<std::size_t>(1, static_cast<std::size_t>(static_cast<double>(steps) * (seconds / taken)));
  }
}

void raise(double& best, double value) { best = std::max(best, value); }

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
  const auto exponentials = [&](int thread, std::size_t passes) {
    std::byte* memory = memories[thread].data();
    for (std::size_t pass = 0; pass < passes; ++pass) {
      kernels.exp_float(reinterpret_cast<const float*>(memory), reinterpret_cast<float*>(memory + bandwidth_block),
                        exponent_count);
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
  const std::size_t additions = steps_for(effort.try_seconds, dependent_additions);
  const std::size_t passes = steps_for(effort.try_seconds, [&](std::size_t count) { exponentials(0, count); });

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
    raise(peaks.clock, team.rate(warm, [&](int) { return dependent_additions(additions); }).each);
    raise(peaks.exp_float, team.rate(warm, [&](int thread) { return exponentials(thread, passes); }).together);

    raise(fma_alone, alone.rate(warm, [&](int) { return kernels.fma_float(kinds.front().steps); }).together);
    raise(clock_alone, alone.rate(warm, [&](int) { return dependent_additions(additions); }).together);
    peaks.fma_vectors_alone = fma_alone * sizeof(float) / peaks.vector_bytes / clock_alone;
  }
}

/// The levels of the card with what each thread shall pass over: half of what the level holds, but no more than four
/// times what the level before holds. A level that is much larger is at its fastest there, and only the fastest is an
/// upper bound: a virtual machine may see the last level of a whole socket and reach little of it at full speed. A
/// cache of unknown size is left out, since nobody knows what it holds.
std::vector<LevelBandwidth> planned_levels(int threads, const MachineCard& card) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<LevelBandwidth> levels;
  double most = infinity;
  double most_in_memory = beyond_unknown_caches;
  for (const Cache& cache : card.caches) {
    if (cache.bytes == 0) {
      most = infinity;
      most_in_memory = beyond_unknown_caches;
      continue;
    }
    // Threads are taken to spread over the instances, as schedulers do.
    const double reached = cache.bytes * std::min(threads, cache.instances);
    const double footprint = std::min(reached / 2, most);
    levels.push_back({.name = fmt::format("L{}", cache.level), .capacity = reached, .footprint = footprint});
    most = most_in_memory = 4 * reached;
  }
  levels.push_back(
      {.name = "memory", .capacity = infinity, .footprint = std::min(most_in_memory, card.memory_bytes / 4)});
  for (LevelBandwidth& level : levels) {
    // Whole blocks for each thread, an even number of them because a copy takes one half to the other.
    const double blocks = std::floor(level.footprint / (threads * 2.0 * bandwidth_block));
    level.footprint = std::max(blocks, 1.0) * threads * 2.0 * bandwidth_block;
  }
  return levels;
}

constexpr std::size_t memory_slice = std::size_t{8} << 20;

void measure_bandwidth(Peaks& peaks, const Team& team, const PeakKernels& kernels, const MachineCard& card,
                       const PeakEffort& effort) {
  peaks.levels = planned_levels(peaks.threads, card);
  const auto bytes_per_thread = [&](const LevelBandwidth& level) {
    return static_cast<std::size_t>(level.footprint) / peaks.threads;
  };
  std::vector<PeakMemory> memories;
  memories.reserve(peaks.threads);
  for (int thread = 0; thread < peaks.threads; ++thread) memories.emplace_back(bytes_per_thread(peaks.levels.back()));
  // Each thread touches its own memory first, so that it lies on that thread's side of the machine.
  team.rate([](int) {},
            [&](int thread) {
              kernels.write(memories[thread].data(), memories[thread].size());
              return 0.0;
            });

  for (LevelBandwidth& level : peaks.levels) {
    const bool is_memory = &level == &peaks.levels.back();
    // A try at memory takes one slice after the other of a footprint that no cache holds: all of it at once would take
    // milliseconds, and a neighbour would hardly ever leave all threads alone for so long.
    const std::size_t bytes = is_memory ? std::min(bytes_per_thread(level), memory_slice) : bytes_per_thread(level);
    const std::size_t slices = bytes_per_thread(level) / bytes;
    const auto measure = [&](double& best, auto pass) {
      const auto pass_over_all = [&](int thread) {
        for (std::size_t slice = 0; slice < slices; ++slice) pass(memories[thread].data() + slice * bytes);
        return 0.0;
      };
      team.rate([](int) {}, pass_over_all);  // leaves the caches full of what this loop leaves there
      const std::size_t passes = is_memory ? 1 : steps_for(effort.try_seconds, [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) pass(memories[0].data());
      });
      const auto warm = [&](int thread) {
        if (!is_memory) pass(memories[thread].data());
      };
      const int tries = is_memory ? 4 * effort.tries : effort.tries;
      for (int done = 0; done < tries; ++done) {
        const std::size_t offset = done % slices * bytes;
        raise(best, team.rate(warm,
                              [&](int thread) {
                                for (std::size_t i = 0; i < passes; ++i) pass(memories[thread].data() + offset);
                                return static_cast<double>(passes * bytes);
                              })
                        .together);
      }
    };
    measure(level.read, [&](std::byte* memory) { kernels.read(memory, bytes); });
    measure(level.write, [&](std::byte* memory) { kernels.write(memory, bytes); });
    measure(level.copy, [&](std::byte* memory) { kernels.copy(memory, memory + bytes / 2, bytes / 2); });
    if (is_memory) {
      measure(level.write_non_temporal, [&](std::byte* memory) { kernels.write_non_temporal(memory, bytes); });
      measure(level.copy_non_temporal,
              [&](std::byte* memory) { kernels.copy_non_temporal(memory, memory + bytes / 2, bytes / 2); });
    }
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
  measure_bandwidth(peaks, team, kernels, card, effort);
  return peaks;
}

Peaks better_of(const Peaks& one, const Peaks& other) {
  Peaks best = one.fma_float >= other.fma_float ? one : other;  // clock and FMA belong together
  const Peaks& second = one.fma_float >= other.fma_float ? other : one;
  for (const auto rate : {&Peaks::fma_double, &Peaks::sqrt_double, &Peaks::divide_double, &Peaks::exp_float}) {
    best.*rate = std::max(best.*rate, second.*rate);
  }
  for (std::size_t level = 0; level < best.levels.size(); ++level) {
    for (const auto rate : {&LevelBandwidth::read, &LevelBandwidth::write, &LevelBandwidth::copy,
                            &LevelBandwidth::write_non_temporal, &LevelBandwidth::copy_non_temporal}) {
      best.levels[level].*rate = std::max(best.levels[level].*rate, second.levels[level].*rate);
    }
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

void to_json(nlohmann::json& json, const LevelBandwidth& level) {
  json = {{"name", level.name},
          {"capacity", std::isfinite(level.capacity) ? nlohmann::json(level.capacity) : nlohmann::json()},
          {"footprint", level.footprint},
          {"read", level.read},
          {"write", level.write},
          {"copy", level.copy},
          {"write_non_temporal", level.write_non_temporal},
          {"copy_non_temporal", level.copy_non_temporal}};
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
          {"levels", peaks.levels},
          {"suspect", doubt ? nlohmann::json(*doubt) : nlohmann::json()}};
}

}  // namespace tandem::suite
