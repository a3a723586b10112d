#include "benchmarks/suite/level_peaks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "benchmarks/suite/lookup_table.hpp"
#include "benchmarks/suite/machine_text.hpp"
#include "benchmarks/suite/peak_memory.hpp"
#include "benchmarks/suite/peak_tries.hpp"

namespace tandem::suite {
namespace {

constexpr std::size_t memory_slice = std::size_t{8} << 20;

/// Bytes of a level that each thread passes over.
std::size_t bytes_per_thread(const MemoryLevel& level, const Team& team) {
  return static_cast<std::size_t>(level.footprint) / team.threads();
}

/// A thread's own memory for every level.
using Memories = std::vector<PeakMemory>;

void measure_bandwidth(std::vector<MemoryLevel>& levels, Memories& memories, const Team& team,
                       const PeakKernels& kernels, const PeakEffort& effort) {
  for (MemoryLevel& level : levels) {
    const bool is_memory = &level == &levels.back();
    // A try at memory takes one slice after the other of a footprint that no cache holds: all of it at once would take
    // milliseconds, and a neighbour would hardly ever leave all threads alone for so long.
    const std::size_t all_bytes = bytes_per_thread(level, team);
    const std::size_t bytes = is_memory ? std::min(all_bytes, memory_slice) : all_bytes;
    // A try at a cache takes other pages than the one before: they decide how much of a cache the same number of bytes
    // finds room in (page_arena.hpp).
    const std::size_t slices = (is_memory ? all_bytes : memories.front().size()) / bytes;
    const auto measure = [&](double& best, auto pass) {
      const auto pass_over_all = [&](int thread) {
        for (std::size_t slice = 0; slice < slices; ++slice) pass(memories[thread].data() + slice * bytes);
        return 0.0;
      };
      if (is_memory) team.rate([](int) {}, pass_over_all);  // leaves the caches full of what this loop leaves there
      const std::size_t passes = is_memory ? 1 : steps_for(effort.try_seconds, [&](std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) pass(memories[0].data());
      });
      const int tries = is_memory ? 4 * effort.tries : effort.tries;
      for (int done = 0; done < tries; ++done) {
        const std::size_t offset = done % slices * bytes;
        const auto warm = [&](int thread) {
          if (!is_memory) pass(memories[thread].data() + offset);
        };
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

void measure_lookups(std::vector<MemoryLevel>& levels, Memories& memories, const Team& team, const PeakKernels& kernels,
                     const PeakEffort& effort) {
  std::vector<LookupTable> tables(memories.size());
  for (MemoryLevel& level : levels) {
    const std::size_t bytes = bytes_per_thread(level, team);
    team.rate([](int) {},
              [&](int thread) {
                tables[thread] = make_lookup_table(memories[thread].data(), bytes);
                return 0.0;
              });
    const auto measure = [&](auto look_up, auto keep) {
      const std::size_t steps =
          steps_for(effort.try_seconds, [&](std::size_t count) { return look_up(tables[0], count); });
      const auto warm = [&](int thread) { look_up(tables[thread], steps); };
      for (int done = 0; done < effort.tries; ++done) {
        keep(team.rate(warm, [&](int thread) { return look_up(tables[thread], steps); }));
      }
    };
    measure(dependent_lookups, [&](const Team::Rate& rate) { lower(level.lookup_latency, 1 / rate.each); });
    measure(independent_lookups, [&](const Team::Rate& rate) { raise(level.lookups, rate.together); });
    measure(kernels.gathers, [&](const Team::Rate& rate) { raise(level.gathered, rate.together); });
  }
}

}  // namespace

std::vector<PlannedLevel> planned_levels(int threads, const MachineCard& card) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  constexpr double step = 4;
  // Threads are taken to spread over the instances, as schedulers do.
  const auto reached = [threads](const Cache& cache) { return cache.bytes * std::min(threads, cache.instances); };
  std::vector<PlannedLevel> levels;
  const Cache* before = nullptr;
  bool after_unknown = card.caches.empty();
  for (const Cache& cache : card.caches) {
    if (cache.bytes == 0) {
      after_unknown = true;
      continue;
    }
    const std::string name = fmt::format("L{}", cache.level);
    const bool bounded = before != nullptr && !after_unknown;
    double footprint = bounded ? step * reached(*before) : infinity;
    levels.push_back({.level = {.name = name, .footprint = footprint}, .after_unknown = after_unknown});
    // One thread's caches decide the number of footprints, so that it is the same for all thread counts.
    for (double one = step * step * (bounded ? before->bytes : infinity); one <= cache.bytes / 2; one *= step) {
      footprint *= step;
      levels.back().level.capacity = std::min(footprint, reached(cache));
      levels.push_back({.level = {.name = fmt::format("{} from {}", name, bytes_text(one)), .footprint = footprint}});
    }
    levels.back().level.capacity = levels.back().cache = reached(cache);
    before = &cache;
    after_unknown = false;
  }
  const double most = before == nullptr || after_unknown ? beyond_unknown_caches : 2 * reached(*before);
  levels.push_back(
      {.level = {.name = "memory", .capacity = infinity, .footprint = most}, .after_unknown = after_unknown});
  for (PlannedLevel& planned : levels) {
    MemoryLevel& level = planned.level;
    const double bytes = std::min({level.footprint, level.capacity / 2, card.memory_bytes / 4});
    // Whole blocks for each thread, an even number of them because a copy takes one half to the other.
    const double blocks = std::floor(bytes / (threads * 2.0 * bandwidth_block));
    level.footprint = std::max(blocks, 1.0) * threads * 2.0 * bandwidth_block;
  }
  return levels;
}

void measure_levels(Peaks& peaks, const Team& team, const PeakKernels& kernels, const MachineCard& card,
                    const PeakEffort& effort) {
  for (const PlannedLevel& planned : planned_levels(peaks.threads, card)) peaks.levels.push_back(planned.level);
  Memories memories;
  memories.reserve(team.threads());
  for (int thread = 0; thread < team.threads(); ++thread) {
    memories.emplace_back(bytes_per_thread(peaks.levels.back(), team));
  }
  // Each thread touches its own memory first, so that it lies on that thread's side of the machine.
  team.rate([](int) {},
            [&](int thread) {
              kernels.write(memories[thread].data(), memories[thread].size());
              return 0.0;
            });
  measure_bandwidth(peaks.levels, memories, team, kernels, effort);
  measure_lookups(peaks.levels, memories, team, kernels, effort);
}

}  // namespace tandem::suite
