#include "reports/machine_section.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/table.hpp"

namespace tandem::reports {
namespace {

using nlohmann::ordered_json;

std::string cache_text(const ordered_json& machine) {
  std::string text;
  for (const ordered_json& cache : machine.at("caches")) {
    const ordered_json& bytes = cache.at("bytes");
    text += fmt::format("{}L{} {} x {}", text.empty() ? "" : ", ", cache.at("level").get<int>(),
                        cache.at("instances").get<int>(),
                        bytes.is_null() ? "an unknown size" : fmt::format("{:.0f} KiB", bytes.get<double>() / 1024));
  }
  return text.empty() ? "unknown" : text;
}

std::string pairs_text(const ordered_json& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs.items()) {
    text += (text.empty() ? "" : ", ") + name + " " + value.get<std::string>();
  }
  return text.empty() ? "none" : text;
}

std::string target_text(const ordered_json& machine) {
  std::string text;
  const auto chosen = machine.at("chosen_target").get<std::string>();
  for (const ordered_json& target : machine.at("targets")) {
    const auto name = target.at("name").get<std::string>();
    text += (text.empty() ? "" : ", ") + name + (name == chosen ? " (used)" : "");
  }
  return text;
}

Table card_table(const ordered_json& machine) {
  Table table({{"what"}, {"is"}});
  table.add({"processor", machine.at("processor")});
  table.add({"shape", machine.at("topology")});
  if (machine.contains("core_quota") && !machine.at("core_quota").is_null()) {
    table.add({"core quota", fmt::format("{:.3g}, by control groups", machine.at("core_quota").get<double>())});
  }
  table.add({"caches", cache_text(machine)});
  table.add({"memory", fmt::format("{:.1f} GiB", machine.at("memory_bytes").get<double>() / (1 << 30))});
  table.add({"SIMD targets", target_text(machine)});
  table.add({"system", machine.at("operating_system")});
  table.add({"compiler", machine.at("compiler").get<std::string>() + ", " +
                             machine.at("build_type").get<std::string>() + ", " +
                             machine.at("flags").get<std::string>()});
  table.add({"libraries", pairs_text(machine.at("libraries"))});
  table.add(
      {"revision", machine.at("git_revision").get<std::string>() + (machine.at("git_dirty") ? " (modified)" : "")});
  table.add({"environment", pairs_text(machine.at("environment"))});
  return table;
}

std::string giga(const ordered_json& rate) { return number_text(rate.get<double>() * 1e-9); }

/// Results of older versions lack latencies.
std::string nanoseconds(const ordered_json& peak, const std::string& latency) {
  return peak.contains(latency) ? number_text(peak.at(latency).get<double>() * 1e9) : "";
}

Table arithmetic_table(const ordered_json& peaks) {
  Table table({{"SIMD"},
               {"threads", Align::right},
               {"FMA float, G/s", Align::right},
               {"FMA double", Align::right},
               {"sqrt double", Align::right},
               {"divide double", Align::right},
               {"exp float", Align::right},
               {"FMA after FMA, ns", Align::right}});
  for (const ordered_json& peak : peaks) {
    table.add({peak.at("target"), std::to_string(peak.at("threads").get<int>()), giga(peak.at("fma_float")),
               giga(peak.at("fma_double")), giga(peak.at("sqrt_double")), giga(peak.at("divide_double")),
               giga(peak.at("exp_float")), nanoseconds(peak, "fma_latency")});
  }
  return table;
}

/// The better of one by one and gathered.
std::string lookups_text(const ordered_json& level) {
  if (!level.contains("lookups")) return "";
  return giga(std::max(level.at("lookups").get<double>(), level.at("gathered").get<double>()));
}

Table level_table(const ordered_json& peaks) {
  Table table({{"SIMD"},
               {"threads", Align::right},
               {"level"},
               {"read, GB/s", Align::right},
               {"write", Align::right},
               {"copy", Align::right},
               {"write past the caches", Align::right},
               {"look-ups, G/s", Align::right},
               {"look-up after look-up, ns", Align::right}});
  for (const ordered_json& peak : peaks) {
    for (const ordered_json& level : peak.at("levels")) {
      const bool measured = level.at("write_non_temporal").get<double>() > 0;
      table.add({peak.at("target"), std::to_string(peak.at("threads").get<int>()), level.at("name"),
                 giga(level.at("read")), giga(level.at("write")), giga(level.at("copy")),
                 measured ? giga(level.at("write_non_temporal")) : "", lookups_text(level),
                 nanoseconds(level, "lookup_latency")});
    }
  }
  return table;
}

}  // namespace

std::string machine_section(const ordered_json& tandem) {
  const ordered_json& machine = tandem.at("machine");
  std::string text = "## Machine\n\n" + card_table(machine).text() + "\n";
  text += "What it does at best, as the best of several short tries in this run:\n\n";
  text += arithmetic_table(tandem.at("peaks")).text() + "\n" + level_table(tandem.at("peaks")).text() + "\n";
  if (tandem.contains("suspect_peaks")) {
    text += "**Shares of the roof are not shown: " + tandem.at("suspect_peaks").get<std::string>() + "**\n\n";
  }
  if (!machine.at("counters_available")) {
    text += "Hardware counters are not available here, so there are no instruction or cycle counts.\n\n";
  }
  if (tandem.contains("noise")) {
    const ordered_json& noise = tandem.at("noise");
    text += fmt::format(
        "Noise: a kernel raced against itself {} times was called different in {:.0f} % of the races; a change of "
        "{:.1f} % "
        "can just be seen.\n\n",
        noise.at("races").get<int>(), 100 * noise.at("false_alarm_rate").get<double>(),
        100 * noise.at("smallest_change").get<double>());
  }
  return text;
}

}  // namespace tandem::reports
