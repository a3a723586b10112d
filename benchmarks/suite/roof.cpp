#include "benchmarks/suite/roof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace tandem::suite {
namespace {

double time_for(double amount, double rate) { return amount > 0 ? amount / rate : 0; }

/// A level's bandwidths at the thread count of the work.
struct Bandwidth {
  double read;
  double write;
  double copy;
};

double memory_seconds(const Work& work, const Bandwidth& bandwidth) {
  const double apart = time_for(work.bytes_read, bandwidth.read) + time_for(work.bytes_written, bandwidth.write);
  const double paired = std::min(work.bytes_read, work.bytes_written);
  const double overlapped = time_for(2 * paired, bandwidth.copy) + time_for(work.bytes_read - paired, bandwidth.read) +
                            time_for(work.bytes_written - paired, bandwidth.write);
  return std::min(apart, overlapped);
}

/// The level of the peaks whose bandwidths bound a footprint: that of the smallest cache that holds it, or memory. The
/// card says how much the caches of `threads` threads hold; its caches of known size and the peaks run in step.
std::optional<std::size_t> level_of(double footprint, int threads, const MachineCard& card) {
  std::size_t level = 0;
  bool unknown_before = card.caches.empty();  // whether one of unknown size may hold it
  for (const Cache& cache : card.caches) {
    if (cache.bytes == 0) {
      unknown_before = true;
      continue;
    }
    if (cache.bytes * std::min(threads, cache.instances) >= footprint) break;
    ++level;
    unknown_before = false;  // what is nearer holds less
  }
  if (!unknown_before || footprint >= beyond_unknown_caches) return level;
  return level > 0 ? std::optional(level - 1) : std::nullopt;
}

}  // namespace

double roof_seconds(const Work& work, const Peaks& one_thread, const Peaks& all_threads, int threads,
                    const MachineCard& card) {
  if (threads < 1) throw std::invalid_argument(fmt::format("A roof needs at least one thread, not {}.", threads));
  if (one_thread.target != all_threads.target) {
    throw std::invalid_argument(fmt::format("The peaks of one thread are {}'s, but those of all threads {}'s.",
                                            one_thread.target, all_threads.target));
  }
  const auto at_threads = [&](double one, double all) {
    if (threads == 1) return one;
    return threads >= all_threads.threads ? all : std::min(threads * one, all);
  };
  const auto peak = [&](double Peaks::*rate) { return at_threads(one_thread.*rate, all_threads.*rate); };
  const double multipliers = time_for(work.fma_float, peak(&Peaks::fma_float)) +
                             time_for(work.fma_double, peak(&Peaks::fma_double)) +
                             time_for(work.exp_float, peak(&Peaks::exp_float));
  const double divider =
      time_for(work.sqrt_double, peak(&Peaks::sqrt_double)) + time_for(work.divide_double, peak(&Peaks::divide_double));
  const double arithmetic = std::max(multipliers, divider);
  if (work.bytes() <= 0) return arithmetic;

  const auto level = level_of(work.footprint, threads, card);
  if (!level) return arithmetic;
  if (*level >= one_thread.levels.size() || *level >= all_threads.levels.size()) {
    throw std::invalid_argument("The peaks lack the bandwidth of a level of the machine's card.");
  }
  const auto bandwidth = [&](double LevelBandwidth::*ordinary, double LevelBandwidth::*non_temporal) {
    const auto better = [&](const LevelBandwidth& measured) {
      return std::max(measured.*ordinary, measured.*non_temporal);
    };
    return at_threads(better(one_thread.levels[*level]), better(all_threads.levels[*level]));
  };
  const Bandwidth available{bandwidth(&LevelBandwidth::read, &LevelBandwidth::read),
                            bandwidth(&LevelBandwidth::write, &LevelBandwidth::write_non_temporal),
                            bandwidth(&LevelBandwidth::copy, &LevelBandwidth::copy_non_temporal)};
  return std::max(arithmetic, memory_seconds(work, available));
}

}  // namespace tandem::suite
