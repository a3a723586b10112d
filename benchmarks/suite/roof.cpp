#include "benchmarks/suite/roof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "benchmarks/suite/level_peaks.hpp"
#include "benchmarks/suite/page_arena.hpp"

namespace tandem::suite {
namespace {

double time_for(double amount, double rate) { return amount > 0 ? amount / rate : 0; }

/// A level's bandwidths at the thread count of the work.
struct Bandwidth {
  double read;
  double write;
  double copy;
};

/// Reads and writes of memory share a bus; a cache reads while it writes, so that reads which no write is paired with
/// may fit beside them.
double memory_seconds(const Work& work, const Bandwidth& bandwidth, bool is_memory) {
  const auto apart = [&](double read, double written) {
    return time_for(read, bandwidth.read) + time_for(written, bandwidth.write);
  };
  const double paired = std::min(work.bytes_read, work.bytes_written);
  const double copy = time_for(2 * paired, bandwidth.copy);
  const double overlapped = is_memory ? copy + apart(work.bytes_read - paired, work.bytes_written - paired)
                                      : std::max({copy, apart(work.bytes_read, 0), apart(0, work.bytes_written)});
  return std::min(apart(work.bytes_read, work.bytes_written), overlapped);
}

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// The level whose bandwidths bound a footprint, by its place: the first that holds it. None where a cache of unknown
/// size may hold it and there is no level before.
std::optional<std::size_t> level_of(double footprint, const std::vector<PlannedLevel>& levels) {
  std::size_t place = 0;
  while (levels[place].level.capacity < footprint) ++place;  // memory holds everything
  if (!levels[place].after_unknown || footprint >= beyond_unknown_caches) return place;
  return place > 0 ? std::optional(place - 1) : std::nullopt;
}

/// The part of a footprint that a cache keeps from pass to pass where it is `fill` times as large as the cache.
/// Physical pages decide which lines share a set, so that some sets are crowded while others have room: all of it stays
/// up to three quarters, and nothing from most_fill on. (A loop of loads over 4 KiB pages drawn at random, best of
/// twelve draws, 2 MiB in 16 ways of an Intel Xeon: 0.9, 0.7, 0.55, 0.4 and 0.15 at 7/8, 1, 9/8, 5/4 and 3/2.)
constexpr double most_fill = 1.75;
double kept(double fill) { return std::clamp(most_fill - fill, 0.0, 1.0); }

/// What is larger than the arena may lie in large pages, which fill sets evenly.
constexpr double drawn_pages = page_arena_bytes;

}  // namespace

LeastTime least_time(const Work& work, const Peaks& one_thread, const Peaks& all_threads, int threads,
                     const MachineCard& card) {
  if (threads < 1) throw std::invalid_argument(fmt::format("A roof needs at least one thread, not {}.", threads));
  if (one_thread.target != all_threads.target) {
    throw std::invalid_argument(fmt::format("The peaks of one thread are {}'s, but those of all threads {}'s.",
                                            one_thread.target, all_threads.target));
  }
  LeastTime least;
  const auto needs = [&least](double seconds, std::string_view what, std::optional<double> surely = {}) {
    least.surely = std::max(least.surely, surely.value_or(seconds));
    if (seconds <= least.seconds) return;
    least.seconds = seconds;
    least.binds = what;
  };
  const auto at_threads = [&](double one, double all) {
    if (threads == 1) return one;
    return threads >= all_threads.threads ? all : std::min(threads * one, all);
  };
  const auto peak = [&](double Peaks::*rate) { return at_threads(one_thread.*rate, all_threads.*rate); };
  needs(time_for(work.fma_float, peak(&Peaks::fma_float)) + time_for(work.fma_double, peak(&Peaks::fma_double)) +
            time_for(work.exp_float, peak(&Peaks::exp_float)),
        "arithmetic");
  needs(
      time_for(work.sqrt_double, peak(&Peaks::sqrt_double)) + time_for(work.divide_double, peak(&Peaks::divide_double)),
      "divider");

  struct Levels {
    const MemoryLevel& one;
    const MemoryLevel& all;
    bool is_memory;
  };
  const auto levels_at = [&](std::size_t level) {
    if (level >= one_thread.levels.size() || level >= all_threads.levels.size()) {
      throw std::invalid_argument("The peaks lack a level of the machine's card.");
    }
    return Levels{one_thread.levels[level], all_threads.levels[level], level + 1 == one_thread.levels.size()};
  };
  const auto seconds_at = [&](std::size_t level) {
    const Levels levels = levels_at(level);
    const auto bandwidth = [&](double MemoryLevel::*ordinary, double MemoryLevel::*non_temporal) {
      const auto better = [&](const MemoryLevel& measured) {
        return std::max(measured.*ordinary, measured.*non_temporal);
      };
      return at_threads(better(levels.one), better(levels.all));
    };
    return memory_seconds(work,
                          {bandwidth(&MemoryLevel::read, &MemoryLevel::read),
                           bandwidth(&MemoryLevel::write, &MemoryLevel::write_non_temporal),
                           bandwidth(&MemoryLevel::copy, &MemoryLevel::copy_non_temporal)},
                          levels.is_memory);
  };
  const std::vector<PlannedLevel> planned = planned_levels(threads, card);
  if (work.bytes() > 0) {
    const auto crowded = level_of(work.footprint / most_fill, planned);  // keeps some of it
    const double cache = crowded ? planned[*crowded].cache : unlimited;
    // Virtual addresses decide the first cache's sets.
    if (crowded && *crowded > 0 && cache < unlimited && work.footprint <= drawn_pages) {
      const auto next = level_of(std::max(work.footprint, std::nextafter(cache, unlimited)), planned);
      const auto if_kept = [near = seconds_at(*crowded), far = seconds_at(*next)](double share) {
        return share * near + (1 - share) * far;
      };
      const double fill = work.footprint / cache;
      needs(if_kept(kept(fill)), "bytes", if_kept(std::min(1.0, 1 / fill)));
    } else if (const auto level = level_of(work.footprint, planned)) {
      needs(seconds_at(*level), "bytes");
    }
  }

  double chain = work.chain_fma * std::min(one_thread.fma_latency, all_threads.fma_latency);
  if (work.lookups + work.chain_lookups > 0) {
    // Which places are hot is not known: all of them may lie in the first cache.
    if (const auto first = level_of(1, planned)) {
      const Levels levels = levels_at(*first);
      const auto rate = [](const MemoryLevel& level) { return std::max(level.lookups, level.gathered); };
      needs(time_for(work.lookups, at_threads(rate(levels.one), rate(levels.all))), "look-ups");
      chain += work.chain_lookups * std::min(levels.one.lookup_latency, levels.all.lookup_latency);
    }
  }
  needs(chain / std::clamp(work.chains, 1.0, static_cast<double>(threads)), "chain");
  return least;
}

}  // namespace tandem::suite
