#include "benchmarks/suite/machine_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

namespace tandem::suite {

std::string bytes_text(double bytes) {
  const char* unit = "B";
  for (const char* larger : {"KiB", "MiB", "GiB", "TiB"}) {
    if (bytes < 1024) break;
    bytes /= 1024;
    unit = larger;
  }
  return fmt::format("{:.3g} {}", bytes, unit);
}

namespace {

std::string line(std::string_view label, std::string_view text) { return fmt::format("{:<18}{}\n", label, text); }

std::string joined(const std::vector<std::pair<std::string, std::string>>& pairs, std::string_view between) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ", ", name, between, value);
  }
  return text;
}

std::string caches_text(const std::vector<Cache>& caches) {
  std::string text;
  for (const Cache& cache : caches) {
    text += fmt::format("{}L{} {}", text.empty() ? "" : ", ", cache.level,
                        cache.bytes > 0 ? bytes_text(cache.bytes) : "of unknown size");
    text += cache.shared_by == 1 ? " per core" : fmt::format(" shared by {} cores", cache.shared_by);
  }
  return text.empty() ? "unknown" : text;
}

std::string targets_text(const MachineCard& card) {
  std::string text;
  for (const SimdTarget& target : card.targets) {
    text += fmt::format("{}{}", text.empty() ? "" : ", ", target.name);
    if (target.portable) text += " (portable baseline, no SIMD of its own)";
    if (target.name == card.chosen_target) text += " (chosen)";
  }
  return text;
}

}  // namespace

std::string to_text(const MachineCard& card) {
  std::string text = line("processor", card.processor);
  text += line("topology", card.topology);
  if (card.core_quota) text += line("core quota", fmt::format("{:.3g}, by control groups", *card.core_quota));
  text += line("caches", caches_text(card.caches));
  text += line("memory", bytes_text(card.memory_bytes) + (card.memory_limit_bytes ? ", by control groups" : ""));
  text += line("virtual machine", card.hypervisor ? (*card.hypervisor ? "yes" : "no") : "unknown");
  text += line("system", card.operating_system);
  text += line("SIMD targets", targets_text(card));
  text += line("counters", card.counters_available
                               ? "hardware counters are available"
                               : "no hardware counters here: instructions can be counted under callgrind alone");
  text += line("compiler", card.build.compiler);
  text += line("build", fmt::format("{}, flags {}", card.build.type, card.build.flags));
  text += line("revision", card.build.git_revision + (card.build.git_dirty ? " with changes" : ""));
  text += line("libraries", joined(card.build.libraries, " "));
  text += line("environment", card.environment.empty() ? "nothing that matters is set" : joined(card.environment, "="));
  return text;
}

namespace {

/// A line for each of the peaks, a cell for each level.
std::string level_text(std::span<const Peaks> peaks, const std::function<std::string(const MemoryLevel&)>& cell) {
  std::string text = fmt::format("{:<8}{:>8}", "target", "threads");
  if (!peaks.empty()) {
    for (const MemoryLevel& level : peaks.front().levels) text += fmt::format("{:>18}", level.name);
  }
  text += "\n";
  for (const Peaks& peak : peaks) {
    text += fmt::format("{:<8}{:>8}", peak.target, peak.threads);
    for (const MemoryLevel& level : peak.levels) text += fmt::format("{:>18}", cell(level));
    text += "\n";
  }
  return text;
}

}  // namespace

std::string to_text(std::span<const Peaks> peaks) {
  constexpr double giga = 1e-9;
  std::string text =
      fmt::format("{:<8}{:>8}{:>8}{:>12}{:>12}{:>12}{:>12}{:>12}{:>10}{:>10}\n", "target", "threads", "GHz",
                  "FMA float", "FMA double", "sqrt double", "div double", "exp float", "FMA/cycle", "FMA, ns");
  for (const Peaks& peak : peaks) {
    text += fmt::format("{:<8}{:>8}{:>8.2f}{:>12.1f}{:>12.1f}{:>12.2f}{:>12.2f}{:>12.2f}{:>10.2f}{:>10.2f}\n",
                        peak.target, peak.threads, peak.clock * giga, peak.fma_float * giga, peak.fma_double * giga,
                        peak.sqrt_double * giga, peak.divide_double * giga, peak.exp_float * giga,
                        peak.fma_vectors_per_cycle(4), peak.fma_latency / giga);
  }
  text +=
      "(operations in G/s; FMA/cycle in vectors per core; FMA in ns: until the next can begin that waits for it)\n\n";

  text += level_text(peaks, [](const MemoryLevel& level) {
    return fmt::format("{:.0f}/{:.0f}/{:.0f}", level.read * giga,
                       std::max(level.write, level.write_non_temporal) * giga,
                       std::max(level.copy, level.copy_non_temporal) * giga);
  });
  text += "(read/write/copy in GB/s; memory writes and copies past the caches where that is faster)\n\n";
  text += level_text(peaks, [](const MemoryLevel& level) {
    return fmt::format("{:.2f}/{:.2f}/{:.2f}", level.lookups * giga, level.gathered * giga,
                       level.lookup_latency / giga);
  });
  text += "(look-ups in G/s, one by one/gathered, and until the next can begin that waits for one, in ns)\n";
  for (const Peaks& peak : peaks) {
    if (const auto doubt = suspect(peak)) text += *doubt + "\n";
  }
  return text;
}

std::string to_text(std::string_view what, const problems::Place& place) {
  return line(what, place.folder.string() + (place.there ? "" : " (not there)"));
}

std::string to_text(const Timer& timer) {
  return line("timer", fmt::format("{:.0f} ns per call, resolution {:.0f} ns", timer.call_seconds * 1e9,
                                   timer.resolution_seconds * 1e9));
}

std::string to_text(const Noise& noise) {
  return line("noise",
              fmt::format("{:.1f} % false alarms in {} self-races; {:.2g} % can be seen in {} rounds",
                          noise.false_alarm_rate * 100, noise.races, noise.smallest_change * 100, noise.rounds));
}

}  // namespace tandem::suite
